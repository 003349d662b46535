import './shop.css';
import { useEffect, useMemo } from 'preact/hooks';
import { age, bytes, count, dateText, momentText, money, timeText } from '../format.ts';
import { now, onLive } from '../live.ts';
import { useLoad } from '../load.ts';
import { Commands, type Sent } from '../fleet/command-table.tsx';
import { hoursBeside } from '../overview/hours.ts';
import { Delta, LineBadge } from '../overview/screen.tsx';
import { Chart } from '../parts/chart.tsx';
import { Badge, Empty, PageHead, Pair, TableScroll, Trouble } from '../parts/parts.tsx';
import { linkTo, place } from '../router.ts';
import { concernsOf, currentEpoch, type Hour, type Shop } from '../shops.ts';

interface ShopDetail extends Shop {
  readonly today: string;
  readonly compared: string;
  readonly hours: readonly Hour[];
  readonly errors: readonly ErrorEvent[];
}

interface ErrorEvent {
  readonly errorId: string;
  readonly receivedAt: string;
  readonly code: string;
  readonly message: string;
  readonly count: number;
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
        {concerns.map(({ tone, text }) => (
          <Badge key={text} tone={tone}>
            {text}
          </Badge>
        ))}
        <LineBadge shop={shop} />
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
      <div class="shop-columns">
        <SalesToday shop={shop} />
        <Health shop={shop} />
      </div>
      <div class="shop-columns">
        <Errors errors={shop.errors} />
        <Journal shop={shop} />
      </div>
      <CommandHistory store={shop.store} />
    </div>
  );
}

/** Looked at again with each word of the shop: a command's result comes with one. */
function CommandHistory({ store }: { readonly store: string }) {
  const found = useLoad<{ readonly commands: readonly Sent[] }>(
    `/api/commands?store=${encodeURIComponent(store)}&limit=20`,
  );
  useEffect(
    () =>
      onLive('stores', (data) => {
        if ((data as { stores: Shop[] }).stores.some((shop) => shop.store === store))
          found.reload();
      }),
    [store],
  );
  return (
    <section class="stack" aria-labelledby="commands">
      <div class="row between">
        <h2 id="commands">Commands</h2>
        <a href="#/fleet">Send one</a>
      </div>
      <Trouble trouble={found.trouble} onRetry={found.reload} />
      {found.value === null ? null : <Commands commands={found.value.commands} />}
    </section>
  );
}

function SalesToday({ shop }: { readonly shop: ShopDetail }) {
  const { sales, today, compared, hours } = shop;
  const beside = useMemo(() => hoursBeside(hours, today, now.value, timeText), [hours, today]);
  const series = useMemo(
    () => [
      { label: 'Today', values: beside.today },
      { label: dateText(compared), values: beside.compared, dashed: true },
    ],
    [beside],
  );
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
      {beside.places.length === 0 ? (
        <Empty title="No sales yet today">They show here as they are rung up.</Empty>
      ) : (
        <>
          <Chart
            summary="Sales of the shop by hour against the same weekday a week before"
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
                  {beside.places.map((at, index) => (
                    <tr key={at}>
                      <th scope="row">{at}</th>
                      <td class="number">{money(beside.today[index] ?? 0)}</td>
                      <td class="number">{money(beside.compared[index] ?? 0)}</td>
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

function Health({ shop }: { readonly shop: ShopDetail }) {
  const { heartbeat, heartbeatAt, changedAt, online } = shop;
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
        <Pair
          name="Heartbeat"
          value={
            heartbeatAt === null
              ? 'never'
              : `${age((now.value - Date.parse(heartbeatAt)) / 1000)} ago`
          }
        />
        {heartbeat === null ? null : (
          <>
            <Pair name="Running for" value={age(heartbeat.uptimeS)} />
            <Pair name="Software" value={heartbeat.version} />
            <Pair name="Catalogue" value={heartbeat.catalogVersion || 'none'} />
            <Pair name="Configuration" value={heartbeat.configVersion || 'none'} />
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
      <TableScroll label="Error events">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Code</th>
              <th scope="col">What</th>
              <th scope="col" class="number">
                Times
              </th>
            </tr>
          </thead>
          <tbody>
            {errors.map((event) => (
              <tr key={event.errorId}>
                <td>{momentText(event.receivedAt)}</td>
                <th scope="row" class="mono">
                  {event.code}
                </th>
                <td>{event.message}</td>
                <td class="number">{event.count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    )}
  </section>
);
