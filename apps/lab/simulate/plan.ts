import { addDays, businessDate, dayStartMs, DEFAULT_DAY_RULES, weekdayOf } from '@tillwire/domain';
import type { ActName } from '../load/acts.ts';
import { createRandom, type Random } from '../random.ts';
import { storeAt } from '../world/world.ts';

/** From one simulated moment to another, ms since 1970. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something somebody does at a till. */
export interface PlannedAct {
  readonly atMs: number;
  /** Names it for ever: the request's id, and the numbers drawn for it. */
  readonly id: string;
  readonly name: ActName;
}

export interface PlannedDay {
  readonly date: string;
  readonly opensMs: number;
  readonly closesMs: number;
  /** By till, each in order. */
  readonly tills: readonly (readonly PlannedAct[])[];
  /** Pence in the drawer at opening. */
  readonly float: number;
  /** Pence the drawer is counted above what it should hold. */
  readonly variance: number;
  /** Nobody makes the Z: the scheduler does, once the next day has begun. */
  readonly isForgotten: boolean;
}

export interface PlannedShop {
  readonly store: string;
  readonly days: readonly PlannedDay[];
  /** The line is gone. */
  readonly offline: readonly Window[];
  /** The line is slow, by so many real ms each way. */
  readonly slow: readonly (Window & { readonly delayMs: number })[];
  /** How much oftener a channel that delivers is ordered by than the counter. */
  readonly deliveryShare: number;
}

/** A kiosk that is only its line: when it sells, and when its line is gone. */
export interface PlannedLight {
  readonly store: string;
  readonly salesMs: readonly number[];
  readonly offline: readonly Window[];
}

export interface Plan {
  readonly from: string;
  readonly dates: readonly string[];
  /** The trading hours of each date: the earliest opening to the latest close. */
  readonly hours: readonly Window[];
  readonly shops: readonly PlannedShop[];
  readonly light: readonly PlannedLight[];
  /** New menus; every price then ends in these pence. */
  readonly menus: readonly { readonly atMs: number; readonly pence: number }[];
  /** Every light kiosk loses its line at once, and has it back at once. */
  readonly massReconnect: Window | null;
}

export interface PlanOptions {
  readonly seed: string;
  /** Its first trading day, `2026-10-23`. */
  readonly from: string;
  readonly days: number;
  readonly stores: number;
  /** Of a usual shop on a usual day. */
  readonly ordersADay: number;
  readonly light: number;
  readonly lightOrdersADay: number;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const TILLS = 2;
const OPENS = 11;
const CLOSES = 23;
/** How many come in each hour from eleven in the morning: lunch, a quiet afternoon, the evening. */
const WEEKDAY = [4, 11, 12, 7, 4, 4, 6, 10, 11, 9, 6, 3];
const WEEKEND = [4, 9, 11, 9, 7, 7, 8, 11, 13, 12, 9, 6];

/** What is done at a till for so many things done. */
const ACTS: readonly (readonly [number, ActName])[] = [
  [86, 'sell'],
  [2.5, 'crewFood'],
  [2, 'cookedWaste'],
  [0.8, 'payOut'],
  [2.2, 'voidOne'],
  [2.5, 'toggleOne'],
  [4, 'bumpOne'],
];

/** A local time of day on a trading day. */
const timeOn = (date: string, hour: number): number => {
  const begins = dayStartMs(businessDate(date), DEFAULT_DAY_RULES);
  return begins + hour * HOUR_MS - DEFAULT_DAY_RULES.rolloverMinutes * MINUTE_MS;
};

/** Shops and all that happens to them, drawn from the seed alone: the same seed plans the same. */
export function drawPlan(options: PlanOptions): Plan {
  const { seed, from, days, stores, light } = options;
  const dates = Array.from({ length: days }, (_, day) => addDays(businessDate(from), day));
  const random = createRandom(seed);
  const shops = Array.from({ length: stores }, (_, at) =>
    drawShop(storeAt(at), dates, random.fork(storeAt(at)), options.ordersADay),
  );
  const second = dates[1];
  const massReconnect =
    light === 0 || second === undefined
      ? null
      : { fromMs: timeOn(second, 15), toMs: timeOn(second, 15.75) };
  return {
    from,
    dates,
    hours: dates.map((date) => ({ fromMs: timeOn(date, OPENS), toMs: timeOn(date, CLOSES) })),
    shops,
    light: Array.from({ length: light }, (_, at) =>
      drawLight(storeAt(stores + at), dates, random.fork(`light ${at}`), options.lightOrdersADay),
    ),
    // A new menu in the slow hours, on every day but the first.
    menus: dates.slice(1).map((date, at) => ({
      atMs: timeOn(date, 15) + random.whole(0, 90) * MINUTE_MS,
      pence: [49, 79, 95, 25, 59][at % 5] ?? 49,
    })),
    massReconnect,
  };
}

const shapeOf = (date: string): readonly number[] =>
  weekdayOf(businessDate(date)) >= 5 ? WEEKEND : WEEKDAY;

/** Moments of a day, as many as `count` on average, thick where its hours are busy; in order. */
function drawMoments(date: string, count: number, random: Random): readonly number[] {
  const shape = shapeOf(date);
  const usual = WEEKDAY.reduce((sum, one) => sum + one, 0);
  return shape
    .flatMap((weight, at) => {
      const begins = timeOn(date, OPENS + at);
      const meanMs = HOUR_MS / ((count * weight) / usual);
      const moments: number[] = [];
      for (let ms = random.waitMs(meanMs); ms < HOUR_MS; ms += random.waitMs(meanMs)) {
        moments.push(Math.floor(begins + ms));
      }
      return moments;
    })
    .toSorted((a, b) => a - b);
}

function drawShop(
  store: string,
  dates: readonly string[],
  random: Random,
  ordersADay: number,
): PlannedShop {
  const size = 0.6 + random.chance() * 0.9;
  const days = dates.map((date): PlannedDay => {
    const day = random.fork(date);
    const tills: PlannedAct[][] = Array.from({ length: TILLS }, () => []);
    for (const [at, atMs] of drawMoments(date, ordersADay * size, day).entries()) {
      const id = `${store}-${date}-${at}`;
      tills[day.whole(0, TILLS - 1)]?.push({ atMs, id, name: day.weighted(ACTS) });
    }
    return {
      date,
      opensMs: timeOn(date, OPENS),
      closesMs: timeOn(date, CLOSES),
      tills,
      float: day.pick([10_000, 15_000, 20_000]),
      variance: day.chance() < 0.5 ? 0 : day.whole(-600, 350),
      isForgotten: day.chance() < 0.12,
    };
  });
  return {
    store,
    days,
    offline: drawWindows(dates, random.fork('offline'), { share: 0.45, mostHours: 9 }),
    slow: drawWindows(dates, random.fork('slow'), { share: 0.3, mostHours: 5 }).map((window) => ({
      ...window,
      delayMs: random.whole(80, 600),
    })),
    deliveryShare: 0.15 + random.chance() * 0.5,
  };
}

const drawLight = (
  store: string,
  dates: readonly string[],
  random: Random,
  ordersADay: number,
): PlannedLight => ({
  store,
  salesMs: dates.flatMap((date) => drawMoments(date, ordersADay, random.fork(date))),
  offline: drawWindows(dates, random.fork('offline'), { share: 0.08, mostHours: 6 }),
});

/** On this share of the days one window each; some reach into the night. None meets another. */
function drawWindows(
  dates: readonly string[],
  random: Random,
  { share, mostHours }: { readonly share: number; readonly mostHours: number },
): readonly Window[] {
  return dates.flatMap((date) => {
    const [happens, begins, lasts] = [random.chance() < share, random.chance(), random.chance()];
    if (!happens) return [];
    const fromMs = Math.floor(timeOn(date, OPENS) + begins * (CLOSES - OPENS) * HOUR_MS);
    // Most are short; a few last for most of the day.
    const lastsMs = Math.floor((0.3 + lasts * lasts * (mostHours - 0.3)) * HOUR_MS);
    return [{ fromMs, toMs: Math.min(fromMs + lastsMs, timeOn(date, OPENS + 24) - HOUR_MS) }];
  });
}
