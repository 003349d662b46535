import { createHistory } from '../load/history.ts';
import { runTill } from '../load/till.ts';
import { createRandom } from '../random.ts';
import { createReins, realMs } from '../simulate/simulated-time.ts';
import { until } from '../waiting.ts';
import type { World } from '../world/world.ts';
import type { OpenWorld } from './bench.ts';
import { residentMB } from './resident.ts';
import type { Row } from './rows.ts';

export interface WeekDeps {
  readonly open: OpenWorld;
  readonly isQuick: boolean;
  readonly tell: (line: string) => void;
}

const DAYS = 7;
const DAY_MS = 86_400_000;
const TILLS = 4;
/** What the last day may take more than the second: the first one still fills caches. */
const GROWTH_MB = 20;

/** A kiosk through a week: so many orders a day, each day closed by its Z, then the next day's opening. */
export async function week({ open, isQuick, tell }: WeekDeps): Promise<readonly Row[]> {
  const aDay = isQuick ? 200 : 2000;
  const reins = createReins(realMs, Math.ceil(realMs() / DAY_MS) * DAY_MS + DAY_MS / 2);
  const world = await open({ reins, ingestWorkers: 1 });
  try {
    const [shop] = world.shops;
    if (shop === undefined) throw new Error('the bench needs a shop');
    const resident: number[] = [];
    for (let day = 1; day <= DAYS; day++) {
      await sellDay(world, day, aDay);
      const { status, body } = await shop.face.post('/api/day/close', {});
      if (status !== 200) throw new Error(`the day was not closed: ${JSON.stringify(body)}`);
      resident.push(residentMB(shop.programs.web.pid()));
      tell(`day ${day} of ${aDay} orders: ${Math.round(resident.at(-1) ?? 0)} MB`);
      reins.jump(reins.nowMs() + DAY_MS, 1);
      await until('the next day', async () => (await shop.face.get('/readyz')).status === 200, {
        withinMs: 60_000,
      });
    }
    const [second, last] = [resident[1] ?? Number.NaN, resident.at(-1) ?? Number.NaN];
    return [
      {
        what: `memory of a kiosk through a week of ${aDay} orders a day, on the evening of each`,
        measured: `${resident.map(Math.round).join(', ')} MB`,
        limit: '',
        budget: 'no growth',
        isKept: last - second <= GROWTH_MB,
      },
    ];
  } finally {
    await world.stop();
  }
}

async function sellDay(world: World, day: number, orders: number): Promise<void> {
  const [shop] = world.shops;
  if (shop === undefined) throw new Error('the bench needs a shop');
  const history = createHistory(`${world.folder}/week-${day}.jsonl`);
  const enough = new AbortController();
  const tills = Promise.all(
    Array.from({ length: TILLS }, (_, till) =>
      runTill(
        {
          store: shop.store,
          face: shop.face,
          history,
          random: createRandom(`week ${day} ${till}`),
          perMinute: 60_000,
          refused: () => undefined,
          stopping: enough.signal,
        },
        enough.signal,
      ),
    ),
  );
  tills.catch(() => undefined);
  await until('the day to be sold', () => history.orders().size >= orders, { withinMs: 600_000 });
  enough.abort();
  await tills.catch(() => undefined);
}
