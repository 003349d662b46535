import './overview.css';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { age, change, count, dateText, money, timeText, wholePounds } from '../format.ts';
import { now, onLive } from '../live.ts';
import { useLoad } from '../load.ts';
import { Chart } from '../parts/chart.tsx';
import { Badge, Empty, PageHead, Select, TableScroll, Trouble } from '../parts/parts.tsx';
import { type Concern, concernsOf, type Overview, type Shop } from '../shops.ts';
import { hoursBeside } from './hours.ts';

export function OverviewScreen() {
  const overview = useLoad<Overview>('/api/stores');
  const [filter, setFilter] = useState('all');
  const { reload, set } = overview;
  useEffect(() => {
    const offs = [
      onLive('connected', reload),
      onLive('stores', (data) => {
        const changed = new Map((data as { stores: Shop[] }).stores.map((s) => [s.store, s]));
        set((before) => {
          const known = before.stores.map((shop) => changed.get(shop.store) ?? shop);
          const fresh = [...changed.values()].filter(
            ({ store }) => !before.stores.some((shop) => shop.store === store),
          );
          return { ...before, stores: [...known, ...fresh] };
        });
      }),
    ];
    return () => offs.forEach((off) => off());
  }, []);
  if (overview.value === null) return <Trouble trouble={overview.trouble} onRetry={reload} />;
  const { today, compared, stores, hours } = overview.value;
  const concerns = new Map(stores.map((shop) => [shop.store, concernsOf(shop, now.value)]));
  const shown = stores.filter(
    ({ store }) => filter === 'all' || (concerns.get(store)?.length ?? 0) > 0,
  );
  return (
    <div class="stack">
      <PageHead title="Overview" lead={`Trading day ${dateText(today)}`} />
      <Trouble trouble={overview.trouble} onRetry={reload} />
      <Figures stores={stores} concerns={concerns} compared={compared} />
      <Hours today={today} compared={compared} hours={hours} />
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
          <Delta now={gross} then={before} />{' '}
          <span class="soft">on {dateText(compared)} by now</span>
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
      <div class="figure">
        <dt>Need a look</dt>
        <dd>{troubled}</dd>
        <dd class="small soft">{troubled === 0 ? 'all shops are well' : 'marked below'}</dd>
      </div>
    </dl>
  );
}

/** A change in words, sign and colour. */
export function Delta({ now, then }: { readonly now: number; readonly then: number }) {
  const text = change(now, then);
  if (text === null) return <span class="soft">nothing to compare</span>;
  const tone = text.startsWith('±') ? 'soft' : now > then ? 'better' : 'worse';
  return <span class={`strong ${tone}`}>{text}</span>;
}

function Hours({ today, compared, hours }: Pick<Overview, 'today' | 'compared' | 'hours'>) {
  const minute = Math.floor(now.value / 60_000);
  const beside = useMemo(
    () => hoursBeside(hours, today, now.value, timeText),
    [hours, today, minute],
  );
  const series = useMemo(
    () => [
      { label: 'Today', values: beside.today },
      { label: dateText(compared), values: beside.compared, dashed: true },
    ],
    [beside, compared],
  );
  return (
    <section class="card stack" aria-labelledby="hours">
      <h2 id="hours">Sales by hour</h2>
      {beside.places.length === 0 ? (
        <Empty title="No sales yet today">The day shows here as it is rung up.</Empty>
      ) : (
        <>
          <Chart
            summary="Sales by hour today against the same weekday a week before; the table below has the figures"
            places={beside.places}
            series={series}
          />
          <details>
            <summary>Figures as a table</summary>
            <TableScroll label="Sales by hour">
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">Hour</th>
                    <th scope="col" class="number">
                      Today
                    </th>
                    <th scope="col" class="number">
                      {dateText(compared)}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {beside.places.map((place, at) => (
                    <tr key={place}>
                      <th scope="row">{place}</th>
                      <td class="number">{figure(beside.today[at] ?? null)}</td>
                      <td class="number">{figure(beside.compared[at] ?? null)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableScroll>
          </details>
        </>
      )}
    </section>
  );
}

const figure = (pence: number | null): string => (pence === null ? '–' : money(pence));

export function LineBadge({ shop }: { readonly shop: Shop }) {
  if (shop.revokedAt !== null) return <Badge tone="quiet">Revoked</Badge>;
  if (shop.changedAt === null) return <Badge tone="quiet">Not heard yet</Badge>;
  return shop.online ? <Badge tone="good">Online</Badge> : <Badge tone="danger">Offline</Badge>;
}

interface CardProps {
  readonly shop: Shop;
  readonly concerns: readonly Concern[];
}

function ShopCard({ shop, concerns }: CardProps) {
  const { store, name, heartbeat, heartbeatAt, sales, lastDay } = shop;
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
        <span>Heartbeat</span>
        <span>
          {heartbeatAt === null
            ? 'never'
            : `${age((now.value - Date.parse(heartbeatAt)) / 1000)} ago`}
        </span>
        <span>Unsent</span>
        <span>
          {heartbeat === null
            ? '–'
            : heartbeat.unsent === 0
              ? 'none'
              : `${count(heartbeat.unsent)}, oldest ${age(heartbeat.oldestUnsentS)}`}
        </span>
        <span>Catalogue</span>
        <span>
          {heartbeat === null || heartbeat.catalogVersion === 0 ? 'none' : heartbeat.catalogVersion}
        </span>
        <span>Last Z</span>
        <span>{lastDay === null ? 'none' : `${dateText(lastDay.date)}, ${lastDay.state}`}</span>
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
