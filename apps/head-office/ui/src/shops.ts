import type { HeartbeatView } from '../../answers.ts';
import { agoText } from './format.ts';

/** A shop as `GET /api/stores` tells it. Amounts in pence, ages in seconds. */
export interface Shop {
  readonly store: string;
  readonly name: string;
  readonly provisionedAt: string | null;
  readonly revokedAt: string | null;
  readonly online: boolean;
  readonly changedAt: string | null;
  readonly heartbeatAt: string | null;
  readonly heartbeat: HeartbeatView | null;
  readonly quarantined: number;
  readonly epochs: readonly Epoch[];
  readonly sales: Sales;
  readonly lastDay: LastDay | null;
  readonly catalogue: {
    readonly version: number;
    readonly release: number;
    readonly progress: string;
  } | null;
}

export interface Epoch {
  readonly journalEpoch: number;
  readonly completeThrough: number;
  readonly headSeq: number;
  readonly frozenAtSeq: number | null;
  readonly ended: boolean;
}

export interface Sales {
  readonly orders: number;
  readonly gross: number;
  readonly comparedOrders: number;
  readonly comparedGross: number;
  readonly comparedGrossOfDay: number;
}

export interface LastDay {
  readonly date: string;
  readonly state: string;
}

export interface Hour {
  readonly date: string;
  readonly utcHour: number;
  readonly orders: number;
  readonly gross: number;
}

export interface Overview {
  readonly today: string;
  readonly compared: string;
  readonly stores: readonly Shop[];
  readonly hours: readonly Hour[];
}

/** Something about a shop that somebody should look at, worst first. */
export interface Concern {
  readonly tone: 'danger' | 'warn';
  readonly text: string;
}

const SILENT_S = 300;
const OLD_UNSENT_S = 300;

/** Whether it sells from another menu than it was told to, without having refused it; its own word comes before its heartbeat. */
export const isBehind = ({ catalogue, heartbeat }: Shop): boolean =>
  catalogue !== null &&
  heartbeat !== null &&
  !['refused', 'staged', 'applied'].includes(catalogue.progress) &&
  heartbeat.catalogVersion !== catalogue.version;

/** What is wrong with a shop at `nowMs`, by what Head Office knows. */
export function concernsOf(shop: Shop, nowMs: number): readonly Concern[] {
  const { heartbeat, heartbeatAt } = shop;
  const silentS = heartbeatAt === null ? null : (nowMs - Date.parse(heartbeatAt)) / 1000;
  const found: readonly (Concern | false)[] = [
    shop.changedAt !== null && !shop.online && { tone: 'danger', text: 'Line down' },
    silentS !== null && silentS > SILENT_S && { tone: 'danger', text: 'No heartbeat' },
    shop.epochs.some(({ frozenAtSeq }) => frozenAtSeq !== null) && {
      tone: 'danger',
      text: 'Journal does not fit',
    },
    (heartbeat?.oldestUnsentS ?? 0) > OLD_UNSENT_S && { tone: 'warn', text: 'Unsent sales' },
    shop.lastDay?.state === 'differs' && { tone: 'danger', text: 'Day differs' },
    shop.catalogue?.progress === 'refused' && { tone: 'danger', text: 'Menu refused' },
    isBehind(shop) && { tone: 'warn', text: 'Menu behind' },
    shop.quarantined > 0 && { tone: 'warn', text: 'Parked messages' },
    (heartbeat?.publishErrorPpm ?? 0) > 0 && { tone: 'warn', text: 'Broker refuses' },
  ];
  return found.filter((concern) => concern !== false);
}

/** How long ago it was heard: `20 s ago`. */
export const heartbeatText = ({ heartbeatAt }: Shop, nowMs: number): string =>
  heartbeatAt === null ? 'never' : agoText(heartbeatAt, nowMs);

/** The newest epoch of a shop's journal. */
export const currentEpoch = (shop: Shop): Epoch | null => shop.epochs.at(-1) ?? null;
