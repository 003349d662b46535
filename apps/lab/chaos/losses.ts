import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { History } from '../load/history.ts';
import type { Random } from '../random.ts';
import { createDatabase, dropDatabase } from '../store/office-books.ts';
import { countEvents, readWatermarks } from '../store/end-state.ts';
import { readDyingDisk, readEndedEvents } from '../store/shop-disk.ts';
import { pause, until } from '../waiting.ts';
import type { Shop } from '../world/shop.ts';
import { publishMenu } from '../world/menu.ts';
import type { World } from '../world/world.ts';

/** How long it may take until everything that was lost is there again. */
const BACK_WITHIN_MS = 300_000;
const PAGE = 4096;

export interface LossTools {
  readonly world: World;
  readonly history: History;
  readonly random: Random;
}

/**
 * A shop's disk is gone, or holds nonsense; its newest backup is put back, with the line up or down. What had not
 * reached Head Office by then is written down: that, and nothing else, may be missing afterwards.
 */
export async function loseDisk(
  shop: Shop,
  { how, isLineUp }: { readonly how: 'gone' | 'damaged'; readonly isLineUp: boolean },
  { world, history, random }: LossTools,
): Promise<void> {
  if (!isLineUp) shop.line.cut();
  await Promise.all(shop.all.map((one) => one.halt()));
  // What was answered before is in the history before what the disk takes is.
  await pause(50);
  history.died(readDyingDisk(shop.store, shop.database));
  if (how === 'gone') {
    for (const ending of ['', '-wal', '-shm']) rmSync(shop.database + ending, { force: true });
  } else {
    damage(shop.database, random);
    const looked = await shop.run(['verify', shop.database]).catch((error: unknown) => error);
    if (!String(looked).includes('is damaged')) throw new Error('the damage was not noticed');
  }
  await restoreNewest(shop);
  await Promise.all(shop.all.map((one) => one.start()));
  if (!isLineUp) {
    // It sells by a manager's word on its clock, without having heard anything from Head Office.
    await until(`a manager of ${shop.store} to confirm its clock`, () => confirmClock(shop), {
      withinMs: BACK_WITHIN_MS,
      everyMs: 200,
    });
    await pause(random.whole(500, 8000));
    shop.line.mend();
  }
  await untilWhole(world, [shop]);
  await untilGivenBack(world, shop);
}

/** Puts the newest backup back that can be: one of an hour when the clock was ahead is refused until that has come. */
async function restoreNewest({ store, backups, run }: Shop): Promise<void> {
  for (const backup of backups()) {
    try {
      await run(['restore', backup]);
      return;
    } catch (error) {
      if (!String(error).includes('the clock is behind the backup')) throw error;
    }
  }
  throw new Error(`${store} has no backup that its clock is not behind`);
}

/** The shop has everything again that Head Office has of it: until then that is the only place it is in. */
const untilGivenBack = ({ books }: World, { store, database }: Shop): Promise<void> =>
  until(
    `${store} to have its own events back`,
    async () => {
      const { running, count } = readEndedEvents(database);
      return count >= (await countEvents(books, store, running));
    },
    { withinMs: BACK_WITHIN_MS, everyMs: 500 },
  );

const confirmClock = async ({ face }: Shop): Promise<boolean> =>
  (await face.post('/api/clock/confirm', {})).status === 200;

/** A third of the pages are not what was written. */
function damage(path: string, random: Random): void {
  const pages = Math.floor(statSync(path).size / PAGE);
  const file = openSync(path, 'r+');
  for (let page = 1; page < pages; page++) {
    if (random.chance() > 1 / 3) continue;
    writeSync(file, Buffer.alloc(PAGE, random.whole(0, 255)), 0, PAGE, page * PAGE);
  }
  closeSync(file);
}

interface EpochOfShop {
  readonly journalEpoch: number;
  readonly head: number;
  readonly completeThrough: number;
}

/** Head Office holds everything these shops had journalled when this was asked, and both say so. */
async function untilWhole({ books }: World, shops: readonly Shop[]): Promise<void> {
  await Promise.all(
    shops.map(async ({ store, face }) => {
      const epochsOf = async (): Promise<readonly EpochOfShop[]> =>
        (await face.get('/api/sync')).body.epochs;
      let wanted: readonly EpochOfShop[] | undefined;
      await until(
        `everything of ${store} to be at Head Office`,
        async () => {
          wanted ??= await epochsOf();
          const [here, there] = [await epochsOf(), await readWatermarks(books, store)];
          return wanted.every(
            ({ journalEpoch, head }) =>
              here.some(
                (one) => one.journalEpoch === journalEpoch && one.completeThrough >= head,
              ) &&
              (head === 0 ||
                there.some(
                  (one) => one.journal_epoch === journalEpoch && one.complete_through >= head,
                )),
          );
        },
        { withinMs: BACK_WITHIN_MS, everyMs: 500 },
      );
    }),
  );
}

/**
 * Head Office's database is gone, with no backup at all: an empty one takes its place, the shops are provisioned
 * anew, the menu is published anew, and everything that was sold comes back from the shops.
 */
export async function loseOffice({ world, random }: LossTools): Promise<void> {
  const { office, postgres, shops, books } = world;
  await Promise.all(office.all.map((one) => one.halt()));
  await again('the database to be gone', async () => {
    await dropDatabase(postgres.url('postgres'), 'head_office');
    await createDatabase(postgres.url('postgres'), 'head_office');
  });
  office.dashboard.arm('migration.before-commit');
  await office.begin();
  const left = shops.values();
  const letIn = async (): Promise<void> => {
    for (const { store, renew, all } of left) {
      if (renew === null) await books.makeStore(store);
      else await again(`${store} to be let in anew`, renew);
      await Promise.all(all.map((one) => one.knock('SIGKILL')));
    }
  };
  // Two at a time, as they were opened.
  await Promise.all([letIn(), letIn()]);
  await again('the menu to be published anew', () => publishMenu(office, random.whole(1, 99)));
  await untilWhole(world, shops);
  // What is put back later knows the shops' new credentials.
  await postgres.program.knock('SIGKILL', 0, async () => postgres.snapshot());
}

/** Whoever does it tries again where it fails: the broker may just be down, or an answer be lost. */
const again = (what: string, work: () => Promise<void>): Promise<void> =>
  until(
    what,
    async () => {
      await work();
      return true;
    },
    { withinMs: BACK_WITHIN_MS, everyMs: 1000 },
  );

/** An older snapshot of Head Office's database takes its place: what came since comes again from the shops. */
export async function restoreOffice({ world }: LossTools): Promise<void> {
  const { postgres, shops } = world;
  await postgres.program.knock('SIGKILL', 0, async () => postgres.putBack());
  await untilWhole(world, shops);
}

/**
 * A second machine with a copy of the shop's disk and its identity sells beside it. Both lanes are kept: what stands
 * where other bytes stood first is parked at Head Office, whole.
 */
export async function twinShop(
  shop: Shop,
  sell: (face: Shop['face']) => Promise<void>,
): Promise<void> {
  const copy = join(dirname(dirname(shop.database)), 'twin', `${shop.store}.db`);
  await Promise.all(shop.all.map((one) => one.halt()));
  rmSync(dirname(copy), { recursive: true, force: true });
  mkdirSync(dirname(copy));
  for (const ending of ['', '-wal'].filter((one) => existsSync(shop.database + one))) {
    cpSync(shop.database + ending, copy + ending);
  }
  const { program, face } = await shop.twin(copy);
  await Promise.all([...shop.all.map((one) => one.start()), program.start()]);
  try {
    await sell(face);
    await until(
      `the other ${shop.store} to have sent everything`,
      async () => (await face.get('/api/sync')).body.safeToPowerOff === true,
      { withinMs: BACK_WITHIN_MS, everyMs: 500 },
    );
  } finally {
    await program.stop();
  }
}
