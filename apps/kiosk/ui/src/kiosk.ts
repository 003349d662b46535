import { computed, signal } from '@preact/signals';
import {
  type Catalogue,
  type CatalogueIndex,
  indexCatalogue,
  type PriceBand,
  type TillRules,
} from '@tillwire/domain';
import { answering, get, type Problem } from './api.ts';
import { onceIdle } from './idle.ts';
import { live, onLive } from './live.ts';
import { signedOut } from './token.ts';

/** What the shop sells now and how (`GET /api/catalogue`). */
export interface KioskMenu {
  /** Another one as soon as anything here is. */
  readonly tag: string;
  readonly store: string;
  readonly catalogVersion: number;
  readonly configVersion: number | null;
  readonly catalogue: Catalogue;
  readonly flags: {
    readonly kcal: boolean;
    readonly kitchen: boolean;
    readonly customerDisplay: boolean;
  };
  readonly rules: {
    readonly cheques: boolean;
    readonly vouchers: boolean;
    readonly onAccount: boolean;
    readonly channelsOff: readonly string[];
    readonly bandByChannel: Readonly<Record<string, number>>;
  };
}

/** Where the shop stands with Head Office (`GET /api/sync`). */
export interface SyncState {
  readonly link: 'up' | 'down';
  readonly unsent: { readonly count: number; readonly oldestAgeS: number | null };
  readonly parked: number;
  /** Nothing exists here alone. */
  readonly safeToPowerOff: boolean;
}

export const menu = signal<KioskMenu | null>(null);
/** Why there is no menu to sell from, as the kiosk says it. */
export const menuProblem = signal<Problem | null>(null);
export const sync = signal<SyncState | null>(null);
/** The date sales are booked on now. */
export const businessDate = signal<string | null>(null);

/** Printers that take nothing now (`GET /api/printers`). */
export const printersDown = signal<readonly { readonly name: string; readonly waiting: number }[]>(
  [],
);

export const index = computed<CatalogueIndex | null>(() =>
  menu.value === null ? null : indexCatalogue(menu.value.catalogue),
);

export const rules = computed<TillRules>(() => {
  const sent = menu.value?.rules;
  return {
    cheques: sent?.cheques ?? false,
    vouchers: sent?.vouchers ?? true,
    onAccount: sent?.onAccount ?? true,
    channelsOff: new Set(sent?.channelsOff),
    bandByChannel: new Map(
      Object.entries(sent?.bandByChannel ?? {}).map(([code, band]) => [code, band as PriceBand]),
    ),
  };
});

/** Whether the kiosk itself can be reached from this screen. */
export const reachable = computed(() => answering.value && live.value !== 'down');

/** Asks for the menu; the kiosk does not send again what this screen has. */
export async function refreshMenu(): Promise<void> {
  const held = menu.value;
  const answer = await get<KioskMenu | null>(
    '/api/catalogue',
    held === null ? {} : { 'if-none-match': held.tag },
  );
  if (answer.ok) {
    if (answer.value !== null) menu.value = answer.value;
    menuProblem.value = null;
  } else if (answer.problem !== null) menuProblem.value = answer.problem;
}

async function refreshSync(): Promise<void> {
  const answer = await get<SyncState>('/api/sync');
  if (answer.ok) sync.value = answer.value;
}

/** A date never goes back: one that says so was asked for before. */
async function refreshDay(): Promise<void> {
  const answer = await get<{ readonly businessDate: string }>('/api/orders?limit=1');
  if (answer.ok && answer.value.businessDate > (businessDate.value ?? '')) {
    businessDate.value = answer.value.businessDate;
  }
}

async function refreshPrinters(): Promise<void> {
  const answer = await get<{
    readonly printers: readonly {
      readonly name: string;
      readonly state: string;
      readonly waiting: number;
    }[];
  }>('/api/printers');
  if (answer.ok) printersDown.value = answer.value.printers.filter(({ state }) => state === 'down');
}

const STATE_EVERY_MS = 10_000;

/** Keeps menu, state and day as the kiosk has them, from when its events arrive. */
export function followShop(): void {
  const refreshState = (): void => {
    void refreshSync();
    void refreshDay();
    void refreshPrinters();
  };
  onLive('connected', () => {
    void refreshMenu();
    refreshState();
  });
  onLive('catalogue', () => void refreshMenu());
  const syncSoon = onceIdle(() => void refreshSync());
  onLive('sync', syncSoon);
  onLive('order', syncSoon);
  onLive('printer', () => void refreshPrinters());
  onLive('day', () => void refreshDay());
  // A locked till asks for nothing.
  setInterval(() => {
    if (!signedOut.value) refreshState();
  }, STATE_EVERY_MS);
}
