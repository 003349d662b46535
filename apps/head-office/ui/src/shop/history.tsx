import { useEffect, useState } from 'preact/hooks';
import { type Alert, SEVERITY_TONES } from '../alerts/model.ts';
import { CommandForm, CommandHistory } from '../fleet/commands.tsx';
import { count, momentText, money, shortDate, words } from '../format.ts';
import { onLive } from '../live.ts';
import { useLoad } from '../load.ts';
import { Badge, TableScroll, Trouble } from '../parts/parts.tsx';
import { linkTo } from '../router.ts';
import { may } from '../session.ts';
import { DayBadge } from './day-badge.tsx';

interface Day {
  readonly date: string;
  readonly state: string;
  readonly gross: number;
  readonly orders: number;
}

const SHOWN_DAYS = 8;
const SHOWN_VERSIONS = 5;

/** The days it closed last. */
export function LastDays({
  store,
  last,
}: {
  readonly store: string;
  readonly last: string | null;
}) {
  const found = useLoad<{ readonly days: readonly Day[] }>(
    `/api/days?store=${encodeURIComponent(store)}&limit=${SHOWN_DAYS}`,
  );
  useEffect(() => {
    if (found.value !== null) found.reload();
  }, [last]);
  const days = found.value?.days ?? [];
  return (
    <section class="card stack">
      <div class="row between">
        <h2>Last days</h2>
        <a href={linkTo(['days'], { store })}>All days</a>
      </div>
      <Trouble trouble={found.trouble} onRetry={found.reload} />
      {found.value !== null && days.length === 0 ? (
        <p class="soft">No day is closed yet.</p>
      ) : (
        <TableScroll label="Last days">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col" class="number">
                  Gross
                </th>
                <th scope="col" class="number">
                  Orders
                </th>
                <th scope="col">Z</th>
              </tr>
            </thead>
            <tbody>
              {days.map((day) => (
                <tr key={day.date}>
                  <th scope="row" class="nowrap">
                    <a href={linkTo(['days', store, day.date])}>{shortDate(day.date)}</a>
                  </th>
                  <td class="number">{money(day.gross)}</td>
                  <td class="number">{count(day.orders)}</td>
                  <td>
                    <DayBadge state={day.state} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

export function OpenAlerts({ store }: { readonly store: string }) {
  const found = useLoad<{ readonly alerts: readonly Alert[] }>(
    `/api/alerts?store=${encodeURIComponent(store)}`,
  );
  useEffect(() => onLive('alerts', found.reload), [store]);
  const alerts = found.value?.alerts ?? [];
  if (alerts.length === 0) return null;
  return (
    <section class="card stack">
      <div class="row between">
        <h2>Alerts</h2>
        <a href="#/alerts">Look after them</a>
      </div>
      <ul class="stack tight">
        {alerts.map((alert) => (
          <li key={alert.alertId} class="row">
            <Badge tone={SEVERITY_TONES[alert.severity]}>{words(alert.severity)}</Badge>
            <span>
              {alert.title}, since {momentText(alert.since)}
              {alert.inhibitedBy === null ? '' : `; follows from “${alert.inhibitedBy}”`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What it is told by hand, and what became of it. */
export function CommandSection({ store }: { readonly store: string }) {
  const [turn, setTurn] = useState(0);
  return (
    <section class="stack" aria-labelledby="commands">
      <h2 id="commands">Commands</h2>
      {may('operate') ? (
        <div class="card">
          <CommandForm stores={[store]} onSent={() => setTurn(turn + 1)} />
        </div>
      ) : null}
      <CommandHistory store={store} turn={turn} />
    </section>
  );
}

/** When its settings were changed, and why. */
export function SettingHistory({ store }: { readonly store: string }) {
  const found = useLoad<{
    readonly versions: readonly {
      readonly version: number;
      readonly note: string;
      readonly changedBy: string;
      readonly changedAtMs: number;
    }[];
  }>(`/api/configs/${encodeURIComponent(store)}`);
  const versions = found.value?.versions ?? [];
  return (
    <section class="card stack">
      <div class="row between">
        <h2>Settings</h2>
        <a href="#/fleet/settings">Look at them</a>
      </div>
      {versions.length === 0 ? (
        <p class="soft">As delivered: nobody changed any.</p>
      ) : (
        <ul class="stack tight">
          {versions.slice(0, SHOWN_VERSIONS).map((one) => (
            <li key={one.version}>
              {one.note}{' '}
              <span class="small soft">
                {one.changedBy}, {momentText(one.changedAtMs)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
