/** What is measured of each shop, and which way it goes wrong. Ages and lives in seconds, sizes in bytes. */
export const SIGNALS = {
  'heartbeat-age': { unit: 's', wrong: 'above', about: 'since the last heartbeat' },
  'line-down': { unit: 's', wrong: 'above', about: 'since the line went down' },
  unsent: { unit: 'count', wrong: 'above', about: 'events not acknowledged' },
  'oldest-unsent': { unit: 's', wrong: 'above', about: 'age of the oldest event not acknowledged' },
  'publish-errors': { unit: 'ppm', wrong: 'above', about: 'publishes refused, per million' },
  'catalogue-drift': { unit: 's', wrong: 'above', about: 'on another menu than it was told' },
  'catalogue-refused': { unit: 'count', wrong: 'above', about: 'menus refused' },
  'ingest-latency': { unit: 's', wrong: 'above', about: 'from a sale to Head Office, median' },
  'watermark-lag': {
    unit: 'count',
    wrong: 'above',
    about: 'events of its journal not complete here',
  },
  'journal-gap': { unit: 'count', wrong: 'above', about: 'events held past the first missing one' },
  'journal-broken': { unit: 'count', wrong: 'above', about: 'epochs whose links do not fit' },
  quarantine: { unit: 'count', wrong: 'above', about: 'messages parked' },
  'days-differing': { unit: 'count', wrong: 'above', about: 'closed days that differ' },
  'day-waiting': {
    unit: 's',
    wrong: 'above',
    about: 'since a day was closed without being judged',
  },
  'clock-skew': { unit: 's', wrong: 'above', about: 'between the clocks of shop and Head Office' },
  'disk-free': { unit: 'bytes', wrong: 'below', about: 'free on the disk' },
  'backup-age': { unit: 's', wrong: 'above', about: 'since the last backup' },
  'certificate-life': { unit: 's', wrong: 'below', about: 'until a certificate runs out' },
  'error-events': { unit: 'count', wrong: 'above', about: 'error events of these codes' },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly unit: 's' | 'count' | 'ppm' | 'bytes';
      readonly wrong: 'above' | 'below';
      readonly about: string;
    }
  >
>;

export type SignalName = keyof typeof SIGNALS;
export const SIGNAL_NAMES = Object.keys(SIGNALS) as readonly SignalName[];

/** One figure of one shop; `store` is '' for what is Head Office's own. */
export interface Reading {
  readonly store: string;
  readonly signal: SignalName;
  readonly value: number;
}

/** An error event that a shop reported, or Head Office saw of it. */
export interface ErrorCount {
  readonly store: string;
  readonly code: string;
  readonly receivedAtMs: number;
  readonly count: number;
}
