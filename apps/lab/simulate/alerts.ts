import type { Face } from '../http.ts';

/** An alert that fired, moments in simulated time. */
export interface AlertSeen {
  readonly rule: string;
  readonly title: string;
  readonly store: string;
  readonly severity: string;
  readonly firedAt: string;
  readonly resolvedAt: string | null;
}

interface Rule {
  readonly ruleId: string;
  readonly signal: string;
  readonly threshold: number;
  readonly forS: number;
  readonly [field: string]: unknown;
}

/** Heartbeats, deliveries and looks go by real time: what is a minute to them is hours on clocks that run fast. */
const BY_REAL_TIME: ReadonlySet<string> = new Set([
  'heartbeat-age',
  'catalogue-drift',
  'ingest-latency',
  'journal-gap',
  'clock-skew',
  'oldest-unsent',
  'backup-age',
]);
const MONTH_S = 31 * 86_400;

/** Gives the rules about what goes by real time as much longer as the clocks run faster, over the product's own API. */
export async function slowRules(office: Face, rate: number): Promise<void> {
  const { body } = await office.get('/api/alert-rules');
  for (const { ruleId, ...rule } of body.rules as readonly Rule[]) {
    if (!BY_REAL_TIME.has(rule.signal)) continue;
    const isTime = rule.signal !== 'journal-gap';
    const answer = await office.put(`/api/alert-rules/${ruleId}`, {
      ...rule,
      threshold: isTime ? Math.ceil(rule.threshold * rate) : rule.threshold,
      forS: Math.min(MONTH_S, Math.ceil(rule.forS * rate)),
    });
    if (answer.status >= 300) {
      throw new Error(`the rule ${ruleId} was not changed: ${JSON.stringify(answer.body)}`);
    }
  }
}

/** Every alert that fired, the first one first. */
export async function readAlerts(office: Face): Promise<readonly AlertSeen[]> {
  const pages = await Promise.all(
    ['open', 'resolved'].map((state) => office.get(`/api/alerts?state=${state}&limit=500`)),
  );
  return pages
    .flatMap(
      ({ body }) =>
        body.alerts as readonly (AlertSeen & { ruleId: string; firedAt: string | null })[],
    )
    .filter(({ firedAt }) => firedAt !== null)
    .map(({ ruleId: rule, title, store, severity, firedAt, resolvedAt }) => ({
      rule,
      title,
      store,
      severity,
      firedAt,
      resolvedAt,
    }))
    .toSorted((a, b) => a.firedAt.localeCompare(b.firedAt));
}
