import { invariant } from '@tillwire/domain';
import { type Clock, type Ids, type Log, repeat, type Service } from '@tillwire/runtime';
import { insertDelivery, listSinks } from '../../store/alert-sink-store.ts';
import { activeSilences, type KeptRule, listRules } from '../../store/alert-rule-store.ts';
import {
  dropAlerts,
  lockWatch,
  markTold,
  openAlerts,
  pruneAlerts,
  saveAlerts,
  setInhibitors,
} from '../../store/alert-state-store.ts';
import { type Database, inTransaction } from '../../store/database.ts';
import { readErrorCounts, readSignals } from '../../store/signal-queries.ts';
import type { PoolClient } from 'pg';
import {
  type AlertState,
  groupsToTell,
  inhibitorOf,
  isAtLeast,
  isSilenced,
  stepAlerts,
} from './machine.ts';
import { messageOf } from './messages.ts';
import type { Reading } from './signals.ts';

const EVERY_MS = 2000;

export interface AlertWatchDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Figures of Head Office's own that are not in its database. */
  readonly ownReadings: () => Promise<readonly Reading[]>;
}

/** Looks at every shop every few seconds by the rules, and says what is wrong. */
export const createAlertWatch = (deps: AlertWatchDeps): Service => ({
  name: 'alerts',
  run: (signal) =>
    repeat(
      EVERY_MS,
      signal,
      async () => {
        await watchOnce(deps);
      },
      (error) => deps.log.error({ err: error }, 'alerts could not be judged; trying again'),
    ),
});

/**
 * One look. States, what follows from what, and the messages that tell of it are one transaction: after a crash
 * nothing is told twice and nothing forgotten. False: another process is at it.
 */
export async function watchOnce({
  db,
  clock,
  ids,
  log,
  ownReadings,
}: AlertWatchDeps): Promise<boolean> {
  const nowMs = clock.nowMs();
  const rules = await listRules(db);
  const windowS = Math.max(0, ...rules.filter(({ enabled }) => enabled).map((r) => r.windowS));
  const readings = [...(await readSignals(db, nowMs)), ...(await ownReadings())];
  const errors = await readErrorCounts(db, nowMs - windowS * 1000);
  return inTransaction(db, async (client) => {
    if (!(await lockWatch(client))) return false;
    const known = await openAlerts(client);
    const ended = known.filter(({ state }) => state === 'resolved');
    const open = known.filter(({ state }) => state !== 'resolved');
    const step = stepAlerts(rules, open, readings, errors, nowMs);
    const saved = await saveAlerts(client, step.alerts);
    if (step.dropped.length > 0) await dropAlerts(client, step.dropped);
    const alerts = [
      ...step.alerts.map((alert, at) => {
        const alertId = saved[at];
        invariant(alertId !== undefined, 'an alert that was kept has a number');
        return { ...alert, alertId };
      }),
      ...ended,
    ];
    const before = new Map(known.map((alert) => [alert.alertId, alert]));
    for (const { alertId, ruleId, store, state, value } of alerts) {
      const was = before.get(alertId)?.state;
      if (state !== was && state !== 'pending') {
        log.warn({ rule: ruleId, store, value }, `alert ${state}`);
      }
    }
    await tell(client, { rules, alerts, before, nowMs, newId: ids.uuid });
    return true;
  });
}

const PRUNE_EVERY_MS = 3_600_000;

/** Forgets alerts, silences and messages that have long been over. */
export const createAlertPruning = ({
  db,
  clock,
  log,
}: Pick<AlertWatchDeps, 'db' | 'clock' | 'log'>): Service => ({
  name: 'alert-history',
  run: (signal) =>
    repeat(
      PRUNE_EVERY_MS,
      signal,
      async () => {
        const pruned = await pruneAlerts(db, clock.nowMs());
        if (pruned > 0) log.info({ pruned }, 'old alerts forgotten');
      },
      (error) => log.error({ err: error }, 'old alerts could not be forgotten; trying again'),
    ),
});

type Kept = AlertState & { readonly alertId: number };

interface Telling {
  readonly rules: readonly KeptRule[];
  readonly alerts: readonly Kept[];
  readonly before: ReadonlyMap<number, Awaited<ReturnType<typeof openAlerts>>[number]>;
  readonly nowMs: number;
  readonly newId: () => string;
}

/** Works out what follows from what, and queues the messages that are due. */
async function tell(client: PoolClient, telling: Telling): Promise<void> {
  const { alerts, before, nowMs } = telling;
  const rules = new Map(telling.rules.map((rule) => [rule.ruleId, rule]));
  const inhibitors = new Map(
    alerts.map((alert) => [
      alert.alertId,
      alert.state === 'resolved' ? null : (inhibitorOf(alert, alerts, rules)?.alertId ?? null),
    ]),
  );
  await setInhibitors(client, inhibitors);
  const silences = await activeSilences(client, nowMs);
  const tellable = alerts.map((alert) => ({
    ...alert,
    isQuiet: (inhibitors.get(alert.alertId) ?? null) !== null || isSilenced(alert, silences, nowMs),
    isAcknowledged: before.get(alert.alertId)?.isAcknowledged ?? false,
    told: before.get(alert.alertId)?.told ?? null,
    toldAtMs: before.get(alert.alertId)?.toldAtMs ?? null,
  }));
  const sinks = (await listSinks(client)).filter(({ enabled }) => enabled);
  for (const [first, ...rest] of groupsToTell(tellable, nowMs)) {
    if (first === undefined) continue;
    const group = [first, ...rest] as const;
    for (const { sinkId, minSeverity } of sinks) {
      if (!isAtLeast(first.severity, minSeverity)) continue;
      const signal = rules.get(first.ruleId)?.signal ?? null;
      const message = messageOf([...group], signal, { id: telling.newId(), nowMs });
      await insertDelivery(client, sinkId, message, nowMs);
    }
    await markTold(
      client,
      group.map(({ alertId }) => alertId),
      nowMs,
    );
  }
}
