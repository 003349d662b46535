import { type ErrorCount, type Reading, type SignalName, SIGNALS } from './signals.ts';

export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whether `one` is at least as bad as `other`. */
export const isAtLeast = (one: Severity, other: Severity): boolean =>
  SEVERITIES.indexOf(one) <= SEVERITIES.indexOf(other);

/** What is watched for. Times in seconds. */
export interface AlertRule {
  readonly ruleId: string;
  readonly title: string;
  readonly signal: SignalName;
  readonly threshold: number;
  readonly forS: number;
  readonly severity: Severity;
  /** None: every shop. */
  readonly stores: readonly string[];
  readonly codes: readonly string[];
  readonly windowS: number;
  readonly inhibits: boolean;
  readonly enabled: boolean;
}

/** An alert as it stands. */
export interface AlertState {
  /** Null: not kept yet. */
  readonly alertId: number | null;
  readonly ruleId: string;
  readonly store: string;
  readonly title: string;
  readonly severity: Severity;
  readonly state: 'pending' | 'firing' | 'resolved';
  readonly value: number;
  readonly threshold: number;
  readonly sinceMs: number;
  readonly firedAtMs: number | null;
  readonly resolvedAtMs: number | null;
}

const keyOf = ({ ruleId, store }: Pick<AlertState, 'ruleId' | 'store'>): string =>
  `${ruleId} ${store}`;

/** What is wrong by one rule now: the value by shop. */
function breaches(
  rule: AlertRule,
  readings: readonly Reading[],
  errors: readonly ErrorCount[],
  nowMs: number,
): ReadonlyMap<string, number> {
  const watched = (store: string): boolean =>
    rule.stores.length === 0 || rule.stores.includes(store);
  const values =
    rule.signal === 'error-events'
      ? errorsOf(rule, errors, nowMs)
      : new Map(
          readings
            .filter(({ signal }) => signal === rule.signal)
            .map(({ store, value }) => [store, value]),
        );
  const isWrong = (value: number): boolean =>
    SIGNALS[rule.signal].wrong === 'above' ? value > rule.threshold : value < rule.threshold;
  return new Map([...values].filter(([store, value]) => watched(store) && isWrong(value)));
}

function errorsOf(
  { codes, windowS }: AlertRule,
  errors: readonly ErrorCount[],
  nowMs: number,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { store, code, receivedAtMs, count } of errors) {
    if (!codes.includes(code) || receivedAtMs <= nowMs - windowS * 1000) continue;
    counts.set(store, (counts.get(store) ?? 0) + count);
  }
  return counts;
}

/** What the alerts open until now become. */
export interface AlertStep {
  /** Every open alert and those that resolved just now. */
  readonly alerts: readonly AlertState[];
  /** Pending ones that were never worth telling: they leave no trace. */
  readonly dropped: readonly number[];
}

/**
 * One turn of the watch: pending while something is wrong for less than the rule's time, then firing, then
 * resolved. There is at most one open alert of a rule and shop, however often it is seen.
 */
export function stepAlerts(
  rules: readonly AlertRule[],
  open: readonly AlertState[],
  readings: readonly Reading[],
  errors: readonly ErrorCount[],
  nowMs: number,
): AlertStep {
  const before = new Map(open.map((alert) => [keyOf(alert), alert]));
  const alerts: AlertState[] = [];
  for (const rule of rules.filter(({ enabled }) => enabled)) {
    for (const [store, value] of breaches(rule, readings, errors, nowMs)) {
      const key = keyOf({ ruleId: rule.ruleId, store });
      alerts.push(wrongStill(rule, store, value, before.get(key) ?? null, nowMs));
      before.delete(key);
    }
  }
  const dropped: number[] = [];
  // What is left is wrong no more, or nobody watches for it any more.
  for (const alert of before.values()) {
    if (alert.state === 'firing') {
      alerts.push({ ...alert, state: 'resolved', resolvedAtMs: nowMs });
    } else if (alert.alertId !== null) dropped.push(alert.alertId);
  }
  return { alerts, dropped };
}

function wrongStill(
  { ruleId, title, severity, threshold, forS }: AlertRule,
  store: string,
  value: number,
  before: AlertState | null,
  nowMs: number,
): AlertState {
  const sinceMs = before?.sinceMs ?? nowMs;
  const fires = before?.state === 'firing' || nowMs - sinceMs >= forS * 1000;
  return {
    alertId: before?.alertId ?? null,
    ruleId,
    store,
    title,
    severity,
    state: fires ? 'firing' : 'pending',
    value,
    threshold,
    sinceMs,
    firedAtMs: before?.firedAtMs ?? (fires ? nowMs : null),
    resolvedAtMs: null,
  };
}

type Placed = Pick<AlertState, 'ruleId' | 'store' | 'state' | 'severity'>;

/**
 * The alert that `alert` follows from: a firing one of the same shop whose rule inhibits. Of two that inhibit, the
 * worse one does; so nothing goes round in a circle.
 */
export function inhibitorOf<A extends Placed>(
  alert: Placed,
  alerts: readonly A[],
  rules: ReadonlyMap<string, Pick<AlertRule, 'inhibits'>>,
): A | null {
  const inhibits = ({ ruleId }: Placed): boolean => rules.get(ruleId)?.inhibits ?? false;
  if (alert.store === '') return null;
  const found = alerts.find(
    (other) =>
      other.store === alert.store &&
      other.state === 'firing' &&
      inhibits(other) &&
      other.ruleId !== alert.ruleId &&
      (!inhibits(alert) || !isAtLeast(alert.severity, other.severity)),
  );
  return found ?? null;
}

/** Until when alerts of a rule, of a shop, or of both are not told. */
export interface Silence {
  readonly ruleId: string | null;
  readonly store: string | null;
  readonly untilMs: number;
}

export const isSilenced = (
  { ruleId, store }: Pick<AlertState, 'ruleId' | 'store'>,
  silences: readonly Silence[],
  nowMs: number,
): boolean =>
  silences.some(
    (silence) =>
      silence.untilMs > nowMs &&
      (silence.ruleId === null || silence.ruleId === ruleId) &&
      (silence.store === null || silence.store === store),
  );

/** What decides whether somebody is told of an alert. */
export interface Tellable extends Placed {
  readonly isQuiet: boolean;
  readonly isAcknowledged: boolean;
  readonly firedAtMs: number | null;
  readonly resolvedAtMs: number | null;
  readonly told: 'firing' | 'resolved' | null;
  readonly toldAtMs: number | null;
}

/** So long the first of a group waits for others: a broker that dies takes every line with it. */
export const GROUP_WAIT_MS = 10_000;
/** Between two messages of one group. */
export const GROUP_INTERVAL_MS = 60_000;
/** Nobody acknowledged it: told again. */
export const REPEAT_MS = 4 * 3_600_000;

/** What is to be told now, by rule: shops in the same trouble come in one message. */
export function groupsToTell<A extends Tellable>(
  alerts: readonly A[],
  nowMs: number,
): readonly (readonly A[])[] {
  const groups: (readonly A[])[] = [];
  for (const group of Map.groupBy(alerts, ({ ruleId }) => ruleId).values()) {
    const due = group.filter((alert) => isDue(alert, nowMs));
    const eldest = Math.min(...due.map((alert) => alert.resolvedAtMs ?? alert.firedAtMs ?? nowMs));
    const last = Math.max(...group.map(({ toldAtMs }) => toldAtMs ?? -Infinity));
    const waited = nowMs - eldest >= GROUP_WAIT_MS && nowMs - last >= GROUP_INTERVAL_MS;
    if (due.length > 0 && waited) groups.push(due);
  }
  return groups;
}

function isDue(alert: Tellable, nowMs: number): boolean {
  // Whoever was told of the trouble is told of its end.
  if (alert.state === 'resolved') return alert.told === 'firing';
  if (alert.state !== 'firing' || alert.isQuiet || alert.isAcknowledged) return false;
  return alert.told !== 'firing' || nowMs - (alert.toldAtMs ?? 0) >= REPEAT_MS;
}
