import './overview.css';
import { useState } from 'preact/hooks';
import { firing } from '../alerts/firing.ts';
import { age, count, dateText, money, shortDate, wholePounds, words } from '../format.ts';
import { now } from '../live.ts';
import { Delta } from '../parts/delta.tsx';
import { HoursChart } from '../parts/hours-chart.tsx';
import { Badge, Empty, PageHead, Select, Trouble } from '../parts/parts.tsx';
import { LineBadge } from '../shop/line-badge.tsx';
import { type Concern, concernsOf, heartbeatText, isBehind, type Shop } from '../shops.ts';
import { useOverview } from './use-overview.ts';

export function OverviewScreen() {
  const overview = useOverview();
  const [filter, setFilter] = useState('all');
  const { reload } = overview;
  if (overview.value === null) return <Trouble trouble={overview.trouble} onRetry={reload} />;
  const { today, compared, hours } = overview.value;
  // One that was revoked is the fleet's to show.
  const stores = overview.value.stores.filter(({ revokedAt }) => revokedAt === null);
  const concerns = new Map(stores.map((shop) => [shop.store, concernsOf(shop, now.value)]));
  const shown = stores.filter(
    ({ store }) => filter === 'all' || (concerns.get(store)?.length ?? 0) > 0,
  );
  return (
    <div class="stack">
      <PageHead title="Overview" lead={`Trading day ${dateText(today)}`} />
      <Trouble trouble={overview.trouble} onRetry={reload} />
      <Figures stores={stores} concerns={concerns} compared={compared} />
      <section class="card stack" aria-labelledby="hours">
        <h2 id="hours">Sales by hour</h2>
        <HoursChart today={today} compared={compared} hours={hours} />
      </section>
      <section class="stack" aria-labelledby="shops">
        <div class="row between">
          <h2 id="shops">Shops</h2>
          <Select
            label="Show"
            value={filter}
            onChange={setFilter}
            options={[
              { value: 'all', label: 'All shops' },
              { value: 'concerns', label: 'Those that need a look' },
            ]}
          />
        </div>
        {shown.length === 0 ? (
          <NoShops any={stores.length > 0} />
        ) : (
          <ul class="shops">
            {shown.map((shop) => (
              <li key={shop.store}>
                <ShopCard shop={shop} concerns={concerns.get(shop.store) ?? []} />
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

const NoShops = ({ any }: { readonly any: boolean }) =>
  any ? (
    <Empty title="All shops are well">None of them needs a look now.</Empty>
  ) : (
    <Empty title="No shop has reported yet">
      A shop appears here once it is provisioned, or sends its first message.
    </Empty>
  );

interface FiguresProps {
  readonly stores: readonly Shop[];
  readonly concerns: ReadonlyMap<string, readonly Concern[]>;
  readonly compared: string;
}

function Figures({ stores, concerns, compared }: FiguresProps) {
  const sum = (of: (shop: Shop) => number): number =>
    stores.reduce((total, shop) => total + of(shop), 0);
  const gross = sum(({ sales }) => sales.gross);
  const before = sum(({ sales }) => sales.comparedGross);
  const orders = sum(({ sales }) => sales.orders);
  const online = stores.filter((shop) => shop.online).length;
  const unsent = sum(({ heartbeat }) => heartbeat?.unsent ?? 0);
  const troubled = [...concerns.values()].filter(({ length }) => length > 0).length;
  return (
    <dl class="figures">
      <div class="figure large">
        <dt>Sales today</dt>
        <dd>{money(gross)}</dd>
        <dd class="small">
          {before === 0 ? (
            <span class="soft">none on {dateText(compared)} by now</span>
          ) : (
            <>
              <Delta now={gross} then={before} />{' '}
              <span class="soft">on {dateText(compared)} by now</span>
            </>
          )}
        </dd>
      </div>
      <div class="figure">
        <dt>Orders</dt>
        <dd>{count(orders)}</dd>
        <dd class="small soft">
          {orders === 0 ? 'none yet' : `${money(Math.round(gross / orders))} each`}
        </dd>
      </div>
      <div class="figure">
        <dt>Shops online</dt>
        <dd>
          {online} <span class="soft">of {stores.length}</span>
        </dd>
        <dd class="small soft">by their lines to the broker</dd>
      </div>
      <div class="figure">
        <dt>Unsent</dt>
        <dd>{count(unsent)}</dd>
        <dd class="small soft">sales still in shops only</dd>
      </div>
      <AlertsFigure />
      <div class="figure">
        <dt>Need a look</dt>
        <dd>{troubled}</dd>
        <dd class="small soft">{troubled === 0 ? 'all shops are well' : 'marked below'}</dd>
      </div>
    </dl>
  );
}

/** Alerts that fire and follow from no other. */
function AlertsFigure() {
  const { critical = 0, warning = 0, info = 0, unacknowledged = 0 } = firing.value ?? {};
  const all = critical + warning + info;
  return (
    <div class={`figure ${critical > 0 ? 'danger' : unacknowledged > 0 ? 'warn' : ''}`}>
      <dt>Alerts</dt>
      <dd>
        <a href="#/alerts">
          {firing.value === null ? '–' : count(all)}
          <span class="visually-hidden"> firing: to the alerts</span>
        </a>
      </dd>
      <dd class="small soft">
        {all === 0
          ? 'nothing is wrong'
          : `${count(critical)} critical, ${count(unacknowledged)} nobody looks after`}
      </dd>
    </div>
  );
}

/** Whether a shop sells from what it was told to. */
function menuText(shop: Shop): string {
  const { catalogue } = shop;
  if (catalogue === null) return 'told none';
  const release = `release ${catalogue.release}`;
  if (catalogue.progress === 'refused') return `refused ${release}`;
  return isBehind(shop) ? `behind ${release}` : `${release}, as told`;
}

interface CardProps {
  readonly shop: Shop;
  readonly concerns: readonly Concern[];
}

function ShopCard({ shop, concerns }: CardProps) {
  const { store, name, heartbeat, sales, lastDay } = shop;
  return (
    <a class={`shop ${concerns[0]?.tone ?? ''}`} href={`#/shops/${store}`}>
      <span class="row between">
        <span class="shop-name">
          <strong>{store}</strong> {name}
        </span>
        <LineBadge shop={shop} />
      </span>
      <span class="row between shop-sales">
        <strong>{wholePounds(sales.gross)}</strong>
        <span class="small">
          <Delta now={sales.gross} then={sales.comparedGross} />
        </span>
      </span>
      <span class="shop-facts">
        <span>Orders</span>
        <span>{count(sales.orders)}</span>
        <span>Heartbeat</span>
        <span>{heartbeatText(shop, now.value)}</span>
        <span>Unsent</span>
        <span>
          {heartbeat === null
            ? '–'
            : heartbeat.unsent === 0
              ? 'none'
              : `${count(heartbeat.unsent)}, oldest ${age(heartbeat.oldestUnsentS)}`}
        </span>
        <span>Menu</span>
        <span>{menuText(shop)}</span>
        <span>Last Z</span>
        <span>
          {lastDay === null ? (
            'none yet'
          ) : (
            <>
              {shortDate(lastDay.date)}{' '}
              <strong class={lastDay.state === 'reconciled' ? 'better' : 'worse'}>
                {words(lastDay.state).toLowerCase()}
              </strong>
            </>
          )}
        </span>
      </span>
      <span class="row shop-concerns">
        {concerns.length === 0 ? (
          <span class="small soft">All well</span>
        ) : (
          concerns.map(({ tone, text }) => (
            <Badge key={text} tone={tone}>
              {text}
            </Badge>
          ))
        )}
      </span>
    </a>
  );
}
