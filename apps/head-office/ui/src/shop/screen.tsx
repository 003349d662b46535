import './shop.css';
import '../catalogue/catalogue.css';
import { useEffect } from 'preact/hooks';
import { ErrorTable } from '../fleet/error-table.tsx';
import type { ErrorEvent } from '../fleet/model.ts';
import { age, bytes, count, dateText, momentText, money } from '../format.ts';
import { now, onLive } from '../live.ts';
import { useLoad } from '../load.ts';
import { Delta } from '../parts/delta.tsx';
import { HoursChart } from '../parts/hours-chart.tsx';
import { Badge, PageHead, Pair, TableScroll, Trouble } from '../parts/parts.tsx';
import { linkTo, place } from '../router.ts';
import { concernsOf, currentEpoch, heartbeatText, type Hour, type Shop } from '../shops.ts';
import { CommandSection, LastDays, OpenAlerts, SettingHistory } from './history.tsx';
import { LineBadge } from './line-badge.tsx';
import { MenuBadge } from './menu-badge.tsx';

interface ShopDetail extends Shop {
  readonly today: string;
  readonly compared: string;
  readonly hours: readonly Hour[];
  readonly errors: readonly ErrorEvent[];
}

/** One shop: how it is, what it sold, and what it complained of. */
export function ShopScreen() {
  const store = place.value.rest[0] ?? '';
  const found = useLoad<ShopDetail>(`/api/stores/${encodeURIComponent(store)}`);
  useEffect(() => {
    const offs = [
      onLive('connected', found.reload),
      onLive('stores', (data) => {
        if ((data as { stores: Shop[] }).stores.some((shop) => shop.store === store))
          found.reload();
      }),
    ];
    return () => offs.forEach((off) => off());
  }, [store]);
  const shop = found.value;
  if (shop === null) {
    return (
      <div class="stack">
        <PageHead title={store} />
        <Trouble trouble={found.trouble} onRetry={found.reload} />
      </div>
    );
  }
  const concerns = concernsOf(shop, now.value);
  return (
    <div class="stack">
      <nav class="small" aria-label="Where you are">
        <a href="#/overview">All shops</a>
      </nav>
      <PageHead title={`${shop.store} ${shop.name}`.trim()}>
        {concerns.length === 0 ? (
          <LineBadge shop={shop} />
        ) : (
          concerns.map(({ tone, text }) => (
            <Badge key={text} tone={tone}>
              {text}
            </Badge>
          ))
        )}
        <a class="button" href={linkTo(['orders'], { store: shop.store })}>
          Orders
        </a>
        <a class="button" href={linkTo(['days'], { store: shop.store })}>
          Days
        </a>
        <a class="button" href={linkTo(['alerts'], { store: shop.store })}>
          Alerts
        </a>
      </PageHead>
      <OpenAlerts store={shop.store} />
      <div class="shop-columns">
        <div class="stack">
          <SalesToday shop={shop} />
          <LastDays
            store={shop.store}
            last={shop.lastDay === null ? null : `${shop.lastDay.date} ${shop.lastDay.state}`}
          />
          <Errors errors={shop.errors} />
        </div>
        <div class="stack">
          <Health shop={shop} />
          <Journal shop={shop} />
          <SettingHistory store={shop.store} />
        </div>
      </div>
      <CommandSection store={shop.store} />
    </div>
  );
}

function SalesToday({ shop }: { readonly shop: ShopDetail }) {
  const { sales, today, compared, hours } = shop;
  return (
    <section class="card stack">
      <h2>Today, {dateText(today)}</h2>
      <p class="shop-today">
        <strong>{money(sales.gross)}</strong>
        <span>
          in {count(sales.orders)} orders; <Delta now={sales.gross} then={sales.comparedGross} /> on{' '}
          {dateText(compared)} by now ({money(sales.comparedGross)} of{' '}
          {money(sales.comparedGrossOfDay)})
        </span>
      </p>
      <HoursChart today={today} compared={compared} hours={hours} />
    </section>
  );
}

function Health({ shop }: { readonly shop: ShopDetail }) {
  const { heartbeat, changedAt, online } = shop;
  return (
    <section class="card stack">
      <h2>Health</h2>
      <dl class="facts">
        <Pair
          name="Line"
          value={
            changedAt === null
              ? 'not heard yet'
              : `${online ? 'up' : 'down'} since ${momentText(changedAt)}`
          }
        />
        <Pair name="Heartbeat" value={heartbeatText(shop, now.value)} />
        {heartbeat === null ? null : (
          <>
            <Pair name="Running for" value={age(heartbeat.uptimeS)} />
            <Pair name="Software" value={heartbeat.version} />
            <Pair name="Told to sell from" value={<MenuBadge shop={shop} />} />
            <Pair
              name="Sells from the menu of"
              value={
                heartbeat.catalogVersion === 0
                  ? 'none'
                  : momentText(heartbeat.catalogVersion * 1000)
              }
            />
            <Pair
              name="Settings of"
              value={
                heartbeat.configVersion === 0
                  ? 'delivery'
                  : momentText(heartbeat.configVersion * 1000)
              }
            />
            <Pair
              name="Unsent"
              value={
                heartbeat.unsent === 0
                  ? 'none'
                  : `${count(heartbeat.unsent)}, oldest ${age(heartbeat.oldestUnsentS)}`
              }
            />
            <Pair name="Broker refused" value={`${heartbeat.publishErrorPpm / 10_000} %`} />
            <Pair name="Disk free" value={bytes(heartbeat.diskFreeBytes)} />
            <Pair name="Memory" value={bytes(heartbeat.memoryBytes)} />
            <Pair
              name="Last Z"
              value={heartbeat.lastZ === null ? 'none' : dateText(heartbeat.lastZ)}
            />
            <Pair
              name="Last backup"
              value={heartbeat.lastBackupAt === null ? 'none' : momentText(heartbeat.lastBackupAt)}
            />
          </>
        )}
      </dl>
    </section>
  );
}

function Journal({ shop }: { readonly shop: ShopDetail }) {
  const current = currentEpoch(shop);
  return (
    <section class="card stack">
      <h2>Journal</h2>
      {current === null ? (
        <p class="soft">Nothing has come from this shop yet.</p>
      ) : (
        <TableScroll label="Journal epochs">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Epoch</th>
                <th scope="col" class="number">
                  Complete to
                </th>
                <th scope="col" class="number">
                  Head
                </th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {shop.epochs.toReversed().map((epoch) => (
                <tr key={epoch.journalEpoch}>
                  <th scope="row">{epoch.journalEpoch}</th>
                  <td class="number">{count(epoch.completeThrough)}</td>
                  <td class="number">{count(epoch.headSeq)}</td>
                  <td>
                    {epoch.frozenAtSeq !== null ? (
                      <Badge tone="danger">Does not fit at {epoch.frozenAtSeq}</Badge>
                    ) : epoch.completeThrough >= epoch.headSeq ? (
                      <Badge tone="good">Complete</Badge>
                    ) : (
                      <Badge tone="warn">On its way</Badge>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
      {shop.quarantined > 0 ? (
        <p>
          <a href={linkTo(['quarantine'], { store: shop.store })}>
            {count(shop.quarantined)} parked messages
          </a>{' '}
          wait for somebody.
        </p>
      ) : null}
    </section>
  );
}

const Errors = ({ errors }: { readonly errors: readonly ErrorEvent[] }) => (
  <section class="card stack">
    <h2>What it reported</h2>
    {errors.length === 0 ? (
      <p class="soft">Nothing out of the ordinary.</p>
    ) : (
      <ErrorTable errors={errors} isOneShop />
    )}
  </section>
);
