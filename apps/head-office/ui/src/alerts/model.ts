import type { AlertView } from '../../../answers.ts';
import { age, bytes, count } from '../format.ts';

/** An alert as `GET /api/alerts` tells it. */
export interface Alert extends AlertView {
  readonly severity: Severity;
}

export type Severity = 'critical' | 'warning' | 'info';
export const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];
export const SEVERITY_TONES = { critical: 'danger', warning: 'warn', info: 'quiet' } as const;

export interface Signal {
  readonly name: string;
  readonly unit: 's' | 'count' | 'ppm' | 'bytes';
  readonly wrong: 'above' | 'below';
  readonly about: string;
}

export interface Rule {
  readonly ruleId: string;
  readonly title: string;
  readonly signal: string;
  readonly threshold: number;
  readonly forS: number;
  readonly severity: Severity;
  readonly stores: readonly string[];
  readonly codes: readonly string[];
  readonly windowS: number;
  readonly inhibits: boolean;
  readonly enabled: boolean;
  readonly changedBy: string;
  readonly changedAt: string | null;
}

export interface Rules {
  readonly rules: readonly Rule[];
  readonly signals: readonly Signal[];
}

export interface Silence {
  readonly silenceId: number;
  readonly ruleId: string | null;
  readonly store: string | null;
  readonly note: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly until: string;
}

export interface Sink {
  readonly sinkId: number;
  readonly name: string;
  readonly settings:
    | { readonly kind: 'webhook'; readonly url: string }
    | {
        readonly kind: 'smtp';
        readonly host: string;
        readonly port: number;
        readonly to: readonly string[];
      };
  readonly minSeverity: Severity;
  readonly enabled: boolean;
  readonly hasSecret: boolean;
}

export interface Delivery {
  readonly deliveryId: number;
  readonly sink: string;
  readonly subject: string;
  readonly createdAt: string;
  readonly state: 'waiting' | 'delivered' | 'given-up';
  readonly attempts: number;
  readonly lastError: string;
}

/** A figure of a signal with its unit: `5 min`, `48.0 GB`, `1,200`. */
export function figure(signal: Signal | undefined, value: number): string {
  switch (signal?.unit) {
    case 's':
      return age(value);
    case 'bytes':
      return bytes(value);
    case 'ppm':
      return `${(value / 10_000).toFixed(2)} %`;
    default:
      return count(value);
  }
}

/** Which shop an alert is of. */
export const shopText = (store: string): string => (store === '' ? 'Head Office' : store);
