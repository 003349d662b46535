import { createRandom, type Random } from '../random.ts';
import { SHOP_PARTS, type ShopPart } from '../world/shop.ts';
import { hasOwnDisk, isReadLine } from '../world/world.ts';

/** What is done to the system; times in milliseconds, `shop`, `worker` and `node` from 0. */
export type Fault =
  | {
      readonly kind: 'kill-shop';
      readonly shop: number;
      readonly part: ShopPart;
      readonly downMs: number;
    }
  | {
      readonly kind: 'crash-shop';
      readonly shop: number;
      readonly part: ShopPart;
      readonly point: string;
    }
  | {
      readonly kind: 'hang-shop';
      readonly shop: number;
      readonly part: ShopPart;
      readonly forMs: number;
    }
  | { readonly kind: 'hang-ingest'; readonly worker: number; readonly forMs: number }
  | { readonly kind: 'hang-broker'; readonly node: number; readonly forMs: number }
  | { readonly kind: 'hang-publisher'; readonly forMs: number }
  | { readonly kind: 'kill-ingest'; readonly worker: number; readonly downMs: number }
  | { readonly kind: 'crash-ingest'; readonly worker: number; readonly point: string }
  | { readonly kind: 'kill-publisher' | 'kill-dashboard'; readonly downMs: number }
  | { readonly kind: 'crash-publisher'; readonly point: string }
  | {
      readonly kind: 'kill-broker' | 'wipe-broker';
      readonly node: number;
      readonly downMs: number;
    }
  | {
      readonly kind: 'stop-postgres';
      readonly signal: 'SIGQUIT' | 'SIGKILL';
      readonly downMs: number;
    }
  | { readonly kind: 'cut-line' | 'freeze-line'; readonly shop: number; readonly forMs: number }
  | { readonly kind: 'flap-line'; readonly shop: number; readonly times: number }
  | {
      readonly kind: 'slow-line';
      readonly shop: number;
      readonly delayMs: number;
      readonly forMs: number;
    }
  | { readonly kind: 'cut-office' | 'freeze-office'; readonly forMs: number }
  | { readonly kind: 'redeliver'; readonly shop: number; readonly events: number }
  | { readonly kind: 'change-menu'; readonly pence: number }
  | { readonly kind: 'close-day'; readonly shop: number }
  | { readonly kind: 'meddle-line'; readonly shop: number; readonly forMs: number }
  | {
      readonly kind: 'jump-clock';
      readonly shop: number;
      readonly byMs: number;
      readonly forMs: number;
    }
  | { readonly kind: 'fill-disk' | 'break-disk'; readonly shop: number; readonly forMs: number }
  | {
      readonly kind: 'lose-disk' | 'damage-disk';
      readonly shop: number;
      readonly isLineUp: boolean;
    }
  | { readonly kind: 'twin-shop'; readonly shop: number; readonly forMs: number }
  | { readonly kind: 'lose-office' | 'restore-office' };

export interface Scheduled {
  readonly atMs: number;
  readonly fault: Fault;
}

export interface ScheduleOptions {
  readonly seed: string;
  readonly minutes: number;
  readonly stores: number;
  readonly ingestWorkers: number;
  readonly perMinute: number;
  /** Only faults of these kinds; empty: all. */
  readonly kinds?: readonly string[];
}

/** From this many shops on the last one gets a second machine of the same identity once. */
const TWIN_FROM = 2;
const HOUR_MS = 3_600_000;

const WEB_POINTS = ['web.before-commit', 'web.after-commit', 'web.after-revise'];
const SYNC_POINTS = [
  'sync.before-publish',
  'sync.after-puback',
  'sync.before-release',
  'sync.after-release',
  'catalogue.delta-kept',
  'catalogue.before-switch',
  'catalogue.after-switch',
];
const DAY_POINTS = ['day.before-issue', 'day.after-close'];
const INGEST_POINTS = ['ingest.before-commit', 'ingest.after-commit', 'ingest.after-puback'];
const PUBLISHER_POINTS = ['catalogue.before-publish', 'catalogue.before-clear'];
/** At the start nothing has been sold, and at the end the last faults need their time. */
const QUIET_MS = 3000;

/** Every fault of a run, by seed alone: the same seed and measures give the same faults at the same moments. */
export function drawSchedule(options: ScheduleOptions): readonly Scheduled[] {
  const { seed, minutes, perMinute } = options;
  const random = createRandom(`${seed}/faults`);
  const schedule: Scheduled[] = [];
  const endMs = minutes * 60_000 - QUIET_MS;
  for (let atMs = QUIET_MS; ;) {
    atMs += random.waitMs(60_000 / perMinute);
    if (atMs >= endMs) return schedule;
    const hasTwin = schedule.some(({ fault }) => fault.kind === 'twin-shop');
    const fault = drawFault(random, { ...options, hasTwin, isLate: atMs > endMs / 2 });
    if (fault !== null) schedule.push({ atMs: Math.round(atMs), fault });
  }
}

interface SoFar {
  readonly hasTwin: boolean;
  /** In the second half of the run. */
  readonly isLate: boolean;
}

/** Kinds of fault with how often each comes; those this run can't have are left out. Null when none is left. */
function drawFault(
  random: Random,
  { stores, ingestWorkers, kinds = [], hasTwin, isLate }: ScheduleOptions & SoFar,
): Fault | null {
  const shop = random.whole(0, stores - 1);
  const all = Array.from({ length: stores }, (_, at) => at);
  // Who has a twin keeps its disk: two machines and a backup at once would have no one answer.
  const twin = stores >= TWIN_FROM ? stores - 1 : null;
  const single = all.filter((at) => at !== twin);
  const worker = random.whole(0, ingestWorkers - 1);
  const downMs = random.whole(0, 3000);
  const forMs = random.whole(500, 8000);
  const node = random.whole(0, 2);
  const part = random.pick(SHOP_PARTS);
  const pass = random.whole(1, 4);
  const isLineUp = random.chance() < 0.5;
  const draws: readonly Draw[] = [
    [22, { kind: 'kill-shop', shop, part, downMs }],
    [8, { kind: 'crash-shop', shop, part: 'web', point: `${random.pick(WEB_POINTS)}:${pass}` }],
    [
      8,
      {
        kind: 'crash-shop',
        shop,
        part: 'sync',
        point: `${random.pick(SYNC_POINTS)}:${random.whole(1, 2)}`,
      },
    ],
    [2, { kind: 'crash-shop', shop, part: 'web', point: random.pick(DAY_POINTS) }],
    [8, { kind: 'kill-ingest', worker, downMs }],
    [6, { kind: 'crash-ingest', worker, point: `${random.pick(INGEST_POINTS)}:${pass}` }],
    [3, { kind: 'kill-publisher', downMs }],
    [2, { kind: 'crash-publisher', point: random.pick(PUBLISHER_POINTS) }],
    [2, { kind: 'kill-dashboard', downMs }],
    [4, { kind: 'kill-broker', node, downMs }],
    [4, { kind: 'wipe-broker', node, downMs }],
    [4, { kind: 'stop-postgres', signal: random.pick(['SIGQUIT', 'SIGKILL'] as const), downMs }],
    [6, { kind: 'cut-line', shop, forMs }],
    [4, { kind: 'freeze-line', shop, forMs: forMs * 2 }],
    [3, { kind: 'flap-line', shop, times: random.whole(3, 8) }],
    [4, { kind: 'slow-line', shop, delayMs: random.whole(50, 800), forMs: forMs * 2 }],
    [2, { kind: 'cut-office', forMs }],
    [1, { kind: 'freeze-office', forMs }],
    [3, { kind: 'hang-shop', shop, part, forMs }],
    [2, { kind: 'hang-ingest', worker, forMs: forMs * 3 }],
    [1, { kind: 'hang-broker', node, forMs }],
    [1, { kind: 'hang-publisher', forMs }],
    [8, { kind: 'redeliver', shop, events: random.whole(1, 300) }],
    [3, { kind: 'change-menu', pence: random.whole(1, 99) }],
    [4, { kind: 'close-day', shop }],
    ...onlyWith(random, all.filter(isReadLine), (at) => [
      [6, { kind: 'meddle-line', shop: at, forMs: forMs * 2 }],
    ]),
    [3, { kind: 'jump-clock', shop, byMs: random.pick(JUMPS_H) * HOUR_MS, forMs: forMs * 2 }],
    ...onlyWith(random, single.filter(hasOwnDisk), (at) => [
      [2, { kind: 'fill-disk', shop: at, forMs }],
      [2, { kind: 'break-disk', shop: at, forMs }],
    ]),
    ...onlyWith(random, single, (at) => [
      [2, { kind: 'lose-disk', shop: at, isLineUp }],
      [2, { kind: 'damage-disk', shop: at, isLineUp }],
    ]),
    ...(twin === null || hasTwin || !isLate
      ? []
      : [[4, { kind: 'twin-shop', shop: twin, forMs: forMs * 2 }] satisfies Draw]),
    // The other machine is gone by then: what it sold would be nowhere.
    ...(hasTwin
      ? []
      : ([
          [0.7, { kind: 'lose-office' }],
          [1, { kind: 'restore-office' }],
        ] satisfies readonly Draw[])),
  ];
  const possible = draws.filter(([, { kind }]) => kinds.length === 0 || kinds.includes(kind));
  return possible.length === 0 ? null : random.weighted(possible);
}

type Draw = readonly [weight: number, fault: Fault];

/** What only some shops can have, where there are such. */
const onlyWith = (
  random: Random,
  shops: readonly number[],
  draws: (shop: number) => readonly Draw[],
): readonly Draw[] => (shops.length === 0 ? [] : draws(random.pick(shops)));

/** Somebody set the date wrong, or the summer time. */
const JUMPS_H = [-24, -1, 1, 24];

/** A fault in words, for people. */
export function faultText(fault: Fault, storeAt: (at: number) => string): string {
  const { kind, ...rest } = fault;
  const facts = Object.entries(rest).map(([name, value]) =>
    name === 'shop'
      ? storeAt(value as number)
      : name === 'worker'
        ? `worker ${Number(value) + 1}`
        : `${name} ${value}`,
  );
  return [kind, ...facts].join(' ');
}
