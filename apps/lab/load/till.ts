import { pause } from '../waiting.ts';
import { type ActName, ACTS, type Operator } from './acts.ts';
import type { Menu } from './basket.ts';

export interface TillDeps extends Operator {
  /** Orders a minute, on average, of this till. */
  readonly perMinute: number;
}

const OFTEN: readonly (readonly [number, ActName])[] = [
  [80, 'sell'],
  [3, 'crewFood'],
  [2, 'cookedWaste'],
  [2, 'payOut'],
  [4, 'voidOne'],
  [5, 'toggleOne'],
  [4, 'bumpOne'],
];

const QUEUE_MS = 60_000;
const MENU_FOR = 200;

/**
 * A till and its customers until `signal` aborts. Whatever was asked for is asked again until it is answered, the
 * last request included: afterwards every order is either in the history or was never accepted.
 */
export async function runTill(deps: TillDeps, signal: AbortSignal): Promise<void> {
  const { store, random, perMinute } = deps;
  const mine: string[] = [];
  const menus = new Map<string, Menu>();
  let dueMs = performance.now();
  for (let count = 0; !signal.aborted; count++) {
    // Customers come when they come: those of a slow moment queue, and most of a long queue goes elsewhere.
    dueMs = Math.max(dueMs, performance.now() - QUEUE_MS) + random.waitMs(60_000 / perMinute);
    await pause(Math.max(0, dueMs - performance.now()), signal);
    if (signal.aborted) return;
    const requestId = `${store}-${random.whole(0, 1e9).toString(36)}-${count}`;
    await ACTS[random.weighted(OFTEN)]({ ...deps, requestId, mine, menus });
    // A basket may change under it: what is sold is looked up anew now and then.
    if (count % MENU_FOR === MENU_FOR - 1) menus.clear();
  }
}
