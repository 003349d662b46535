import { computed, signal } from '@preact/signals';
import type { CookZone, Zone } from '@tillwire/domain';
import { type Answer, get, post, problemText, put } from '../api.ts';

/** An order as the kitchen sees it (`GET /api/kitchen`). */
export interface Ticket {
  readonly globalOrderId: string;
  readonly number: number;
  readonly channel: string;
  readonly vatBasis: 'take' | 'eat';
  readonly kitchen: 'preparing' | 'packed' | 'dispatched';
  /** Voided while it was in hand: whoever makes it is told to stop. */
  readonly isVoided: boolean;
  /** When the kiosk was asked. */
  readonly ageS: number;
  readonly zones: readonly Zone[];
  readonly bumps: readonly { readonly zone: Zone; readonly at: string }[];
  readonly items: readonly TicketItem[];
}

export interface TicketItem {
  readonly name: string;
  readonly quantity: number;
  readonly zone: CookZone;
  readonly isMeal: boolean;
  readonly details: readonly string[];
}

export interface ZoneLoad {
  readonly zone: Zone;
  readonly items: number;
  readonly limit: number | null;
  readonly isFull: boolean;
}

export interface KitchenState {
  readonly isUsed: boolean;
  readonly zones: readonly ZoneLoad[];
  readonly tickets: readonly Ticket[];
}

/** A cooking zone's screen, or the pass, where orders are packed and handed over. */
export type Station = Zone | 'pass';

export const STATIONS: readonly (readonly [Station, string])[] = [
  ['pass', 'Pass'],
  ['prep', 'Grill and prep'],
  ['fryer', 'Fryer'],
  ['drinks', 'Drinks'],
];

export const kitchen = signal<KitchenState | null>(null);
export const trouble = signal('');
/** Seconds since the kiosk said how old everything is. */
export const sinceS = signal(0);
let saidAtMs = 0;

export const tick = (): void => {
  sinceS.value = Math.floor((performance.now() - saidAtMs) / 1000);
};

let asking: Promise<void> | null = null;
let isStale = false;

/** Reads the tickets; what happens meanwhile is read right after. */
export function refreshKitchen(): Promise<void> {
  isStale = asking !== null;
  asking ??= (async () => {
    const answer = await get<KitchenState>('/api/kitchen');
    asking = null;
    if (answer.ok) {
      saidAtMs = performance.now();
      sinceS.value = 0;
      kitchen.value = answer.value;
    } else if (answer.problem !== null) trouble.value = problemText(answer.problem);
    if (isStale) await refreshKitchen();
  })();
  return asking;
}

/** Voided orders whose stop was seen at this screen. */
const stopped = signal<ReadonlySet<string>>(new Set());

export const stop = ({ globalOrderId }: Ticket): void => {
  stopped.value = new Set([...stopped.value, globalOrderId]);
};

/** Whether the station still has to do something for a ticket, if only to stop. */
export function isOpenAt(station: Station, ticket: Ticket): boolean {
  const { globalOrderId, kitchen: status, isVoided, zones, bumps } = ticket;
  if (isVoided) {
    return !stopped.value.has(globalOrderId) && (station === 'pass' || zones.includes(station));
  }
  return (
    status === 'preparing' &&
    (station === 'pass' || (zones.includes(station) && !bumps.some(({ zone }) => zone === station)))
  );
}

export const doneAt = ({ bumps }: Ticket, station: Zone): string | undefined =>
  bumps.find(({ zone }) => zone === station)?.at;

/** Every zone is done with it. */
export const isCooked = ({ zones, bumps }: Ticket): boolean => bumps.length >= zones.length;

/** What a station is done with and may take back, the last first. */
export function takenBack(station: Station, tickets: readonly Ticket[]): readonly Ticket[] {
  const standing = tickets.filter(({ isVoided }) => !isVoided);
  if (station === 'pass') {
    return standing.filter(({ kitchen: status }) => status === 'dispatched').toReversed();
  }
  return standing
    .filter((ticket) => doneAt(ticket, station) !== undefined)
    .toSorted((a, b) => ((doneAt(a, station) ?? '') < (doneAt(b, station) ?? '') ? 1 : -1))
    .slice(0, 12);
}

export const packed = computed<readonly Ticket[]>(() =>
  (kitchen.value?.tickets ?? []).filter(
    ({ kitchen: status, isVoided }) => status === 'packed' && !isVoided,
  ),
);

/** Shows a change at once, as the kiosk is about to answer it. */
function showAs(changed: Ticket): void {
  const held = kitchen.value;
  if (held === null) return;
  const tickets = held.tickets.map((ticket) =>
    ticket.globalOrderId === changed.globalOrderId ? changed : ticket,
  );
  kitchen.value = { ...held, tickets };
}

/** Says so where the kiosk did not take it, and shows what it has. */
async function settle(answer: Answer<unknown>): Promise<void> {
  trouble.value = answer.ok ? '' : problemText(answer.problem);
  await refreshKitchen();
}

export async function setStatus(ticket: Ticket, status: Ticket['kitchen']): Promise<void> {
  const before = ticket;
  showAs({ ...ticket, kitchen: status });
  const answer = await post<unknown>(`/api/orders/${ticket.globalOrderId}/status`, { status });
  if (!answer.ok) showAs(before);
  await settle(answer);
}

async function setDone(ticket: Ticket, zone: Zone, done: boolean): Promise<void> {
  const others = ticket.bumps.filter((bump) => bump.zone !== zone);
  // The kiosk's own time follows with its answer; until then it is the latest.
  const bumps = done ? [...others, { zone, at: '~' }] : others;
  showAs({ ...ticket, bumps, kitchen: done ? ticket.kitchen : 'preparing' });
  const path = `/api/kitchen/${ticket.globalOrderId}/zones/${zone}`;
  const answer = await put<unknown>(path, { done });
  if (!answer.ok) showAs(ticket);
  await settle(answer);
}

export const bump = (station: Station, ticket: Ticket): Promise<void> =>
  station === 'pass' ? setStatus(ticket, 'packed') : setDone(ticket, station, true);

export const recall = (station: Station, ticket: Ticket): Promise<void> =>
  station === 'pass' ? setStatus(ticket, 'packed') : setDone(ticket, station, false);

/** What a station makes of an order, the same things together; the pass sees the order as it was sold. */
export function itemsAt(station: Station, items: readonly TicketItem[]): readonly TicketItem[] {
  if (station === 'pass') return items;
  const alike = Map.groupBy(
    items.filter(({ zone }) => zone === station),
    ({ name, details }) => JSON.stringify([name, ...details]),
  );
  return [...alike.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          {
            ...first,
            quantity: others.reduce((sum, { quantity }) => sum + quantity, first.quantity),
          },
        ],
  );
}

/** How long an order has waited, in a word and a colour. */
export type Age = 'new' | 'due' | 'late';
const DUE_S = 240;
const LATE_S = 480;
export const ageOf = (seconds: number): Age =>
  seconds >= LATE_S ? 'late' : seconds >= DUE_S ? 'due' : 'new';
