import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import process from 'node:process';
import {
  type Catalogue,
  type CountedTakings,
  type Order,
  pence,
  storeCode,
} from '@tillwire/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oracleFiles } from '../../packages/domain/test/oracle.ts';
import {
  close,
  command,
  diskFiles,
  must,
  officeFiles,
  ordersOf,
  SAMPLE_MENU,
  shopFiles,
  untilDay,
  untilSent,
  wrongRollups,
} from '../harness/books.ts';
import { type Chain, type ChainKiosk, startChain } from '../harness/chain.ts';
import { everyFeature, type FeatureMenu } from '../harness/every-feature.ts';
import { createShopClock, DAY_MS, type ShopClock } from '../harness/shop-clock.ts';
import { waitFor } from '../harness/wait.ts';

// Two days of trade with everything there is on a menu, closed, corrected and closed again, against a bookkeeper of
// its own. MENU_PATH and MENU_SHOP name another menu than the sample.

const MENU = {
  CATALOGUE_PATH: process.env['MENU_PATH'] ?? SAMPLE_MENU.CATALOGUE_PATH,
  CATALOGUE_SHOP: process.env['MENU_SHOP'] ?? SAMPLE_MENU.CATALOGUE_SHOP,
};
const S01 = storeCode('S01');
const [MONDAY, TUESDAY, WEDNESDAY] = ['2026-11-16', '2026-11-17', '2026-11-18'] as const;
const FLOAT = 15_000;
/** Pence the drawer was short of. */
const SHORT = 37;
const DENOMINATIONS = [5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1];

let chain: Chain;
let shop: ChainKiosk;
let folder = '';
let clock: ShopClock;
let menu: FeatureMenu;
const counted = new Map<string, CountedTakings>();

beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/tillwire-day-`);
  clock = createShopClock(folder, 'S01');
  clock.set(`${TUESDAY}T10:00:00Z`);
  chain = await startChain([S01]);
  [shop] = chain.kiosks as [ChainKiosk];
  await chain.configs.change({
    stores: [S01],
    patch: { flags: { cheques: true } } as never,
    note: 'cheques are taken',
    by: 'editor',
  });
  await shop.stop();
  await shop.start({ ...MENU, ...clock.env });
  await waitFor('cheques to be taken', async () => {
    const { body } = await shop.get('/api/catalogue');
    return body.rules?.cheques === true;
  });
  menu = await menuOfShop();
});
afterAll(async () => {
  await chain.stop();
  await rm(folder, { recursive: true });
});

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

async function menuOfShop(): Promise<FeatureMenu> {
  const { body } = await shop.get('/api/catalogue');
  const catalogue = body.catalogue as Catalogue;
  const codes = catalogue.channels.filter(({ operates }) => operates).map(({ code }) => code);
  const menus = [];
  for (const code of codes) menus.push((await shop.get(`/api/menu?channel=${code}`)).body);
  return { catalogue, menus };
}

/** Sells everything there is; the ids of what was sold. */
async function trade(date: string): Promise<readonly string[]> {
  const asked = everyFeature(menu, date);
  const ids: string[] = [];
  for (const { path, body, total } of asked) {
    const { order } = (await must(shop, path, body)).body;
    expect({ id: order.globalOrderId, gross: order.totals.gross }).toEqual({
      id: order.globalOrderId,
      gross: total,
    });
    ids.push(order.globalOrderId);
  }
  return ids;
}

const lastOfKind = async (date: string, wanted: (order: Order) => boolean): Promise<string> => {
  const found = (await ordersOf(shop, date)).findLast(wanted);
  if (found === undefined) throw new Error(`no such order on ${date}`);
  return found.id;
};
const isPlain = ({ kind, status, revision, tenders, channel }: Order): boolean =>
  kind === 'sale' &&
  status === 'completed' &&
  revision === 1 &&
  channel === 'OT-C' &&
  tenders.length === 1 &&
  tenders[0]?.method === 'card';

const voidOne = async (date: string): Promise<void> => {
  const id = await lastOfKind(date, isPlain);
  await must(shop, `/api/orders/${id}/void`, { crewId: '0', reason: 'mistake' });
};
const payOneByCash = async (date: string): Promise<void> => {
  const id = await lastOfKind(date, isPlain);
  await must(shop, `/api/orders/${id}/payment`, { method: 'cash' });
};

/** Counts the drawer and what cheques and cards there are; the drawer is a little short. */
async function cashUp(date: string, shiftId: string): Promise<void> {
  const orders = (await ordersOf(shop, date)).filter(({ status }) => status === 'completed');
  const taken = (method: string): number =>
    orders
      .flatMap(({ tenders }) => tenders)
      .filter((tender) => tender.method === method)
      .reduce((all, { amount }) => all + amount, 0);
  const [cheque, card] = [taken('cheque'), taken('card')];
  let left = FLOAT + taken('cash') - SHORT;
  const counts = DENOMINATIONS.map((denomination) => {
    const count = Math.floor(left / denomination);
    left -= count * denomination;
    return { denomination, count };
  });
  const request = { requestId: `${date} count`, shiftId, counts, cheque, card, crewId: '0' };
  const { body } = await must(shop, '/api/cash-ups', { ...request, note: 'a little short' });
  expect(body.shift.cashUp.variance).toBe(-SHORT);
  counted.set(date, {
    cash: pence(taken('cash') - SHORT),
    cheque: pence(cheque),
    card: pence(card),
  });
}

/** The four files of `date` by the other bookkeeper, from what the shop says it sold. */
async function expectedFiles(date: string): Promise<Readonly<Record<string, string>>> {
  const { catalogue } = menu;
  const lists = {
    products: catalogue.products.map(({ code }) => code),
    combos: catalogue.combos.map(({ code }) => code),
    vatClasses: catalogue.vatClasses
      .map((vat) => ({ vatClass: vat.class, vatRate: vat.rate }))
      .toSorted((a, b) => a.vatClass - b.vatClass),
  };
  const week = [];
  for (const day of [MONDAY, TUESDAY, WEDNESDAY].filter((one) => one <= date)) {
    const orders = day === MONDAY ? [] : await ordersOf(shop, day);
    week.push({ date: day, orders, catalogue: lists, counted: counted.get(day) ?? null });
  }
  return Object.fromEntries(oracleFiles(week).map(({ name, text }) => [name, text]));
}

/** The files are what the other bookkeeper made, at the shop, on its disk and at Head Office. */
async function sameEverywhere(date: string): Promise<void> {
  const expected = await expectedFiles(date);
  const files = await shopFiles(shop, date);
  expect(files).toEqual(expected);
  expect(await officeFiles(chain, 'S01', date, Object.keys(files))).toEqual(files);
  await waitFor(`the files of ${date} on disk`, async () => {
    const onDisk = await diskFiles(shop, date);
    return Object.entries(files).every(([name, text]) => onDisk[name] === text);
  });
}

/** Shift, trade, count and Z of a date; how many orders there were. */
async function wholeDay(date: string): Promise<number> {
  const { body } = await must(shop, '/api/shifts', {
    requestId: `${date} float`,
    float: FLOAT,
    crewId: '0',
  });
  const ids = await trade(date);
  await voidOne(date);
  await payOneByCash(date);
  await cashUp(date, body.shift.shiftId);
  const begun = performance.now();
  expect(await close(shop)).toBe(date);
  const tookMs = performance.now() - begun;
  tell(`${date}: ${ids.length} orders, Z in ${tookMs.toFixed(0)} ms`);
  expect(tookMs).toBeLessThan(1000);
  const told = { state: 'reconciled', revision: 1, orders: ids.length - 1 };
  await untilDay(chain, 'S01', date, told);
  await sameEverywhere(date);
  expect((await command(shop, ['day', 'rebuild', date])).said).toContain('the same bytes');
  return ids.length;
}

describe('A day with everything on it', () => {
  it('is closed within a second, its files are right to the byte, and Head Office has the same', async () => {
    expect(await wholeDay(TUESDAY)).toBeGreaterThan(100);
  });

  it('refuses what the menu does not hold, and nothing of it is in the books', async () => {
    const before = (await ordersOf(shop, TUESDAY)).length;
    const answer = await shop.post('/api/orders', {
      requestId: 'nonsense',
      channel: 'OT-C',
      vatBasis: 'take',
      lines: [{ kind: 'product', code: 99_998, quantity: 1 }],
      tenders: [{ method: 'cash' }],
    });
    expect(answer.status).toBe(422);
    expect((await ordersOf(shop, TUESDAY)).length).toBe(before);
  });

  it('is followed by another, whose K_WK_VAT holds both', async () => {
    clock.moveBy(DAY_MS);
    expect(await wholeDay(WEDNESDAY)).toBeGreaterThan(100);
  });
});

describe('A correction of a closed day', () => {
  it('by a void and a payment moved issues it anew', async () => {
    await voidOne(WEDNESDAY);
    await payOneByCash(WEDNESDAY);
    await untilDay(chain, 'S01', WEDNESDAY, { state: 'reconciled', revision: 3 });
    await sameEverywhere(WEDNESDAY);
    expect((await shop.get(`/api/days/${WEDNESDAY}`)).body.orders.voided).toBe(2);
  });

  it('of the day before issues both anew, the VAT of the week with them', async () => {
    await voidOne(TUESDAY);
    await payOneByCash(TUESDAY);
    await untilDay(chain, 'S01', TUESDAY, { state: 'reconciled', revision: 3 });
    await untilDay(chain, 'S01', WEDNESDAY, { state: 'reconciled', revision: 5 });
    await sameEverywhere(TUESDAY);
    await sameEverywhere(WEDNESDAY);
    await untilSent(shop);
    expect(await wrongRollups(chain)).toEqual([]);
  });
});
