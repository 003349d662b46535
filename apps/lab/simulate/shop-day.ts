import { ACTS, asked, type Operator } from '../load/acts.ts';
import type { Menu } from '../load/basket.ts';
import { createRandom } from '../random.ts';
import { pause } from '../waiting.ts';
import type { PlannedAct, PlannedDay } from './plan.ts';
import type { Reins } from './simulated-time.ts';

/** What a shop's people need for a day. */
export interface ShopDay extends Omit<Operator, 'random'> {
  readonly seed: string;
  readonly day: PlannedDay;
  readonly reins: Reins;
  /** How far a till is behind its plan, in simulated ms: its customers wait, and time has to wait with them. */
  readonly behind: (till: string, ms: number) => void;
  /** The shop's figures are not those of whoever counted. */
  readonly wrong: (what: string) => void;
}

const LOOK_EVERY_MS = 50;

/** Until it is `ms` in simulated time, whatever becomes of its pace. */
export async function untilTime(
  reins: Pick<Reins, 'nowMs' | 'rate'>,
  ms: number,
  stopping: AbortSignal,
): Promise<void> {
  for (;;) {
    const leftMs = (ms - reins.nowMs()) / reins.rate();
    if (leftMs <= 0) return;
    await pause(Math.min(leftMs, LOOK_EVERY_MS), stopping);
    stopping.throwIfAborted();
  }
}

/** One shop from opening to its Z: float, customers at every till, a blind count of the drawer, the Z. */
export async function runShopDay(shop: ShopDay): Promise<void> {
  const { day, reins, stopping } = shop;
  await untilTime(reins, day.opensMs, stopping);
  const shiftId = await openShift(shop);
  const menus = new Map<string, Menu>();
  await Promise.all(
    day.tills.map((acts, till) => runTill({ ...shop, menus }, acts, `${shop.store}/${till}`)),
  );
  await untilTime(reins, day.closesMs, stopping);
  await countDrawer(shop, shiftId);
  if (!day.isForgotten) await close(shop);
}

async function runTill(
  shop: ShopDay & { readonly menus: Map<string, Menu> },
  acts: readonly PlannedAct[],
  till: string,
): Promise<void> {
  const { seed, menus, reins, stopping, behind } = shop;
  const mine: string[] = [];
  for (const [count, { atMs, id, name }] of acts.entries()) {
    if (reins.nowMs() < atMs) {
      behind(till, 0);
      await untilTime(reins, atMs, stopping);
    }
    behind(till, reins.nowMs() - atMs);
    // What is on the boards changes during the day: who orders looks anew now and then.
    if (count % 25 === 0) menus.clear();
    const random = createRandom(`${seed}/${id}`);
    await ACTS[name]({ ...shop, random, requestId: id, mine });
  }
  behind(till, 0);
}

async function openShift(shop: ShopDay): Promise<string> {
  const { store, day, face, refused } = shop;
  const body = { requestId: `${store}-${day.date}-shift`, float: day.float, crewId: 1 };
  const answer = await asked(shop, () => face.post('/api/shifts', body));
  if (answer.status === 201) return answer.body.shift.shiftId as string;
  refused(`/api/shifts ${answer.status} ${answer.body?.code}`);
  return '';
}

/** What notes and coins come to `pence`, the largest first. */
function notesOf(pence: number): readonly { denomination: number; count: number }[] {
  let left = pence;
  return [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1].flatMap((denomination) => {
    const count = Math.floor(left / denomination);
    left -= count * denomination;
    return count === 0 ? [] : [{ denomination, count }];
  });
}

/** Counted by what this till was told of its own sales: the shop has to come to the same difference by itself. */
async function countDrawer(shop: ShopDay, shiftId: string): Promise<void> {
  const { store, day, face, history, refused } = shop;
  const cash = [...history.orders().values()]
    .filter((order) => order.store === store && order.businessDate === day.date)
    .filter(({ status }) => status === 'completed')
    .flatMap(({ tenders }) => tenders)
    .filter(({ method }) => method === 'cash')
    .reduce((sum, { amount }) => sum + amount, 0);
  const variance = Math.max(day.variance, -day.float - cash);
  const body = {
    requestId: `${store}-${day.date}-count`,
    shiftId,
    counts: notesOf(day.float + cash + variance),
    crewId: 1,
    note: variance === 0 ? '' : 'counted twice',
  };
  const answer = await asked(shop, () => face.post('/api/cash-ups', body));
  if (answer.status !== 201) return refused(`/api/cash-ups ${answer.status} ${answer.body?.code}`);
  const found = answer.body.shift.cashUp.variance as number;
  if (found !== variance) {
    shop.wrong(`${store} ${day.date}: the drawer is ${variance} pence off, the shop says ${found}`);
  }
}

async function close(shop: ShopDay): Promise<void> {
  const { store, face, history, refused } = shop;
  const answer = await asked(shop, () => face.post('/api/day/close', {}));
  if (answer.status === 200) history.closed({ store, ...answer.body });
  else refused(`/api/day/close ${answer.status} ${answer.body?.code}`);
}
