import type { Catalogue, Combo, Product } from '@tillwire/domain';
import type { MenuView } from '../../apps/kiosk/server/http/menu-view.ts';

// A day's trade with everything a till can do, made out of whatever menu there is. What each order comes to is added
// up here from the menu's own prices and shares no code with the till.

/** A request to the till, and what it comes to in pence. */
export interface Asked {
  readonly path: '/api/orders' | '/api/paid-outs';
  readonly body: Readonly<Record<string, unknown>>;
  readonly total: number;
}

interface Line {
  readonly line: Readonly<Record<string, unknown>>;
  readonly total: number;
}

interface Tender {
  readonly method: string;
  readonly amount?: number;
  readonly tendered?: number;
}

export interface FeatureMenu {
  readonly catalogue: Catalogue;
  /** By channel; the counter's is OT-C. */
  readonly menus: readonly MenuView[];
}

const COUNTER = 'OT-C';
const LINES_AN_ORDER = 4;
const HOUSE = ['crew-food', 'cooked-waste'];

/** Everything once: each product, meal, drink, combo, trade-up and channel of the menu, and every way to pay. */
export function everyFeature({ catalogue, menus }: FeatureMenu, day: string): readonly Asked[] {
  const counter = menus.find(({ channel }) => channel === COUNTER);
  if (counter === undefined) throw new Error('the counter sells nothing');
  const lines = linesOf(counter, catalogue);
  const asked: Asked[] = [];
  const ask = (
    channel: string,
    sold: readonly Line[],
    tendersOf: (total: number) => readonly Tender[],
    basis?: 'take' | 'eat',
  ): void => {
    const total = sum(sold);
    const body = {
      requestId: `${day} ${asked.length}`,
      channel,
      vatBasis: basis ?? (asked.length % 2 === 0 ? 'take' : 'eat'),
      lines: sold.map(({ line }) => line),
      tenders: tendersOf(total),
      expectedTotal: total,
    };
    asked.push({ path: '/api/orders', body, total });
  };
  for (const [at, sold] of chunks(lines, LINES_AN_ORDER).entries()) {
    ask(COUNTER, sold, PAYMENTS[at % PAYMENTS.length] ?? byCard);
  }
  const [single] = lines;
  if (single === undefined) throw new Error('the menu is empty');
  // More than is due by voucher, alone.
  ask(COUNTER, [single], (total) => [{ method: 'voucher', amount: total + 137 }]);
  for (const menu of menus) {
    const [first] = linesOf(menu, catalogue);
    const { accepts, delivers } = channelOf(menu);
    if (first === undefined) continue;
    for (const method of accepts.filter((one) => !HOUSE.includes(one))) {
      ask(menu.channel, [first], () => [{ method }], delivers ? 'take' : undefined);
    }
  }
  // Crew food and waste: singles, extras, meals gone large and combos, valued as eaten in.
  for (const [at, sold] of chunks(everySeventh(lines), LINES_AN_ORDER).entries()) {
    const body = {
      requestId: `${day} house ${at}`,
      channel: COUNTER,
      vatBasis: 'eat',
      lines: sold.map(({ line }) => line),
      tenders: [{ method: HOUSE[at % 2] }],
      crewId: '0',
    };
    asked.push({ path: '/api/orders', body, total: sum(sold) });
  }
  const paidOut = { requestId: `${day} paid out`, amount: 1250, crewId: '0', reason: 'milk' };
  asked.push({ path: '/api/paid-outs', body: paidOut, total: 0 });
  return asked;
}

const byCard = (): readonly Tender[] => [{ method: 'card' }];

const PAYMENTS: readonly ((total: number) => readonly Tender[])[] = [
  (total) => [{ method: 'cash', tendered: Math.ceil(total / 500) * 500 }],
  byCard,
  () => [{ method: 'cheque' }],
  () => [{ method: 'voucher' }],
  // Split three ways; the rest is left open.
  (total) => [
    { method: 'cash', amount: Math.floor(total / 3) },
    { method: 'voucher', amount: Math.floor(total / 4) },
    { method: 'card' },
  ],
];

const channelOf = ({ channel, channels }: MenuView): MenuView['channels'][number] => {
  const found = channels.find(({ code }) => code === channel);
  if (found === undefined) throw new Error(`${channel} is no channel of its own menu`);
  return found;
};

/** Every product and meal with every drink, gone large where it can, every combo, and each traded up. */
function linesOf(menu: MenuView, catalogue: Catalogue): readonly Line[] {
  const products = new Map<number, Product>(catalogue.products.map((one) => [one.code, one]));
  const combos = new Map<number, Combo>(catalogue.combos.map((one) => [one.code, one]));
  const band = menu.priceBand - 1;
  const singleOf = (code: number): number => products.get(code)?.prices[band] ?? 0;
  const inMealOf = (code: number): number => products.get(code)?.mealPrices[band] || singleOf(code);
  const drinksOf = (kind: string) => menu.products.filter(({ mealDrink }) => mealDrink === kind);
  const lines: Line[] = [];
  const choicesOf = (groups: MenuView['combos'][number]['choiceGroups']): readonly number[] =>
    groups.flatMap((group) => group[lines.length % group.length]?.code ?? []);
  const regular = catalogue.settings.regularSide;
  const large = catalogue.settings.largeSide;
  for (const { code, price, choiceGroups, extras, relishes, meal } of menu.products) {
    const own = { kind: 'product', code, choices: choicesOf(choiceGroups) };
    const [extra] = extras;
    const [relish] = relishes;
    const quantity = 1 + (lines.length % 3);
    if (price !== null) {
      lines.push({
        line: { ...own, quantity, ...(relish === undefined ? {} : { without: [relish.code] }) },
        total: price * quantity,
      });
    }
    if (price !== null && extra !== undefined) {
      lines.push({
        line: {
          ...own,
          quantity,
          extras: [{ code: extra.code, quantity: 2 }],
          note: 'hot, please',
        },
        total: (price + 2 * extra.price) * quantity,
      });
    }
    for (const drink of drinksOf(meal === 'none' ? 'no meal' : meal)) {
      const plain = inMealOf(code) + inMealOf(regular) + inMealOf(drink.code);
      lines.push({
        line: { ...own, quantity, meal: { drink: drink.code } },
        total: plain * quantity,
      });
      if (meal !== 'standard' || drink.largeDrink === null) continue;
      const gone = inMealOf(code) + inMealOf(large) + inMealOf(drink.largeDrink);
      const goLarge = { drink: drink.code, goLarge: true };
      lines.push({ line: { ...own, quantity: 1, meal: goLarge }, total: gone });
    }
  }
  for (const { code, choiceGroups, tradeUpPrice } of menu.combos) {
    const combo = combos.get(code);
    const line = { kind: 'combo', code, quantity: 2, choices: choicesOf(choiceGroups) };
    lines.push({ line, total: 2 * (combo?.prices[band] ?? 0) });
    if (tradeUpPrice === null) continue;
    lines.push({
      line: { ...line, tradeUp: true },
      total: 2 * (combo?.tradeUp?.prices[band] ?? 0),
    });
  }
  return lines;
}

const sum = (lines: readonly Line[]): number => lines.reduce((all, { total }) => all + total, 0);
const everySeventh = <T>(list: readonly T[]): readonly T[] => list.filter((_, at) => at % 7 === 0);

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}
