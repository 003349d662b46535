import type { AlertState } from './machine.ts';
import { SIGNALS, type SignalName } from './signals.ts';

/** Whom alerts are told; secrets are kept apart. */
export type SinkSettings =
  | { readonly kind: 'webhook'; readonly url: string }
  | {
      readonly kind: 'smtp';
      readonly host: string;
      readonly port: number;
      /** TLS from the first byte; otherwise STARTTLS, which only this machine need not offer. */
      readonly implicitTls: boolean;
      readonly user: string | null;
      readonly from: string;
      readonly to: readonly string[];
    };

/** One shop's part of a message. Instants as ISO 8601. */
export interface ToldAlert {
  readonly alertId: number;
  readonly store: string;
  readonly state: 'firing' | 'resolved';
  readonly value: number;
  readonly threshold: number;
  readonly since: string;
  readonly resolvedAt: string | null;
}

/** What a sink is sent: everything that is new of one rule. */
export interface AlertMessage {
  /** The same however often it is sent: whoever gets it twice can tell. */
  readonly id: string;
  readonly sentAt: string;
  readonly rule: string;
  readonly severity: string;
  readonly subject: string;
  readonly text: string;
  readonly alerts: readonly ToldAlert[];
}

const toldOf = (alert: AlertState): ToldAlert => ({
  alertId: alert.alertId ?? 0,
  store: alert.store,
  state: alert.state === 'resolved' ? 'resolved' : 'firing',
  value: alert.value,
  threshold: alert.threshold,
  since: new Date(alert.sinceMs).toISOString(),
  resolvedAt: alert.resolvedAtMs === null ? null : new Date(alert.resolvedAtMs).toISOString(),
});

/** A message about alerts of one rule; at least one. */
export function messageOf(
  group: readonly [AlertState, ...AlertState[]],
  signal: SignalName | null,
  { id, nowMs }: { readonly id: string; readonly nowMs: number },
): AlertMessage {
  const [{ ruleId, title, severity }] = group;
  const alerts = group.map(toldOf);
  const firing = alerts.filter(({ state }) => state === 'firing');
  const word = firing.length > 0 ? severity.toUpperCase() : 'RESOLVED';
  const shown = firing.length > 0 ? firing : alerts;
  return {
    id,
    sentAt: new Date(nowMs).toISOString(),
    rule: ruleId,
    severity,
    subject: `[${word}] ${title}: ${shopsText(shown)}`,
    text: alerts.map((alert) => lineOf(alert, signal)).join('\n'),
    alerts,
  };
}

const MANY = 5;

function shopsText(alerts: readonly ToldAlert[]): string {
  const shops = alerts.map(({ store }) => (store === '' ? 'Head Office' : store));
  const rest = shops.length - MANY;
  return rest > 0 ? `${shops.slice(0, MANY).join(', ')} and ${rest} more` : shops.join(', ');
}

function lineOf(alert: ToldAlert, signal: SignalName | null): string {
  const shop = alert.store === '' ? 'Head Office' : alert.store;
  if (alert.state === 'resolved') return `${shop}: over at ${alert.resolvedAt}`;
  const about = signal === null ? '' : ` ${SIGNALS[signal].about}`;
  const unit = signal === null ? '' : UNITS[SIGNALS[signal].unit];
  return `${shop}: ${alert.value}${unit}${about} (limit ${alert.threshold}${unit}), since ${alert.since}`;
}

const UNITS = { s: ' s', count: '', ppm: ' ppm', bytes: ' bytes' } as const;
