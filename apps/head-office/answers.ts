/**
 * What the API answers and the screens show, told once. Plain data and no imports: the screens are built from it, and
 * nothing of the server comes with it.
 */

/** An order as lists show it, at its current revision. Amounts in pence. */
export interface OrderSummary {
  readonly globalOrderId: string;
  readonly store: string;
  readonly businessDate: string;
  readonly createdAt: string;
  readonly receivedAt: string;
  readonly journalEpoch: number;
  readonly journalSeq: number;
  readonly revision: number;
  readonly status: string;
  readonly kind: string;
  readonly channel: string;
  readonly vatBasis: string;
  readonly paymentMethod: string;
  readonly crewId: string | null;
  readonly catalogVersion: number;
  readonly total: number;
  readonly net: number;
  readonly vat: number;
}

export interface OrderPage {
  readonly orders: readonly OrderSummary[];
  /** Where the next page begins; none at the end. */
  readonly next?: string;
}

/** A store's last heartbeat; ages in seconds, sizes in bytes. */
export interface HeartbeatView {
  readonly at: string;
  readonly version: string;
  readonly uptimeS: number;
  readonly catalogVersion: number;
  readonly configVersion: number;
  readonly unsent: number;
  readonly oldestUnsentS: number;
  readonly parked: number;
  readonly publishErrorPpm: number;
  readonly diskFreeBytes: number;
  readonly memoryBytes: number;
  readonly lastZ: string | null;
  readonly lastBackupAt: string | null;
}

/** An alert as screens show it. */
export interface AlertView {
  readonly alertId: number;
  readonly ruleId: string;
  /** '': Head Office's own. */
  readonly store: string;
  readonly title: string;
  readonly severity: string;
  readonly state: string;
  readonly signal: string | null;
  readonly value: number;
  readonly threshold: number;
  readonly since: string;
  readonly firedAt: string | null;
  readonly resolvedAt: string | null;
  /** What it follows from, and so is not told. */
  readonly inhibitedBy: string | null;
  readonly silencedUntil: string | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: string | null;
  readonly note: string;
}
