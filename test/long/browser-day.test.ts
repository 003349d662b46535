import process from 'node:process';
import {
  changePayment,
  type CustomerTender,
  DEFAULT_TILL_RULES,
  dayFiles,
  dayStatistics,
  indexCatalogue,
  type Order,
  type OrderRequest,
  type Result,
  type SellingContext,
  takeOrder,
  takePaidOut,
  voidOrder,
  weekdayOf,
} from '@tillwire/domain';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../harness/wait.ts';
import { putCashier, sellOne } from '../ui/cashier.ts';
import {
  createKioskRig,
  type KioskRig,
  launchBrowser,
  openTill,
  type SoldOrder,
  TOKEN,
} from '../ui/till-rig.ts';

/** Another menu and more orders by hand: `DAY_MENU=folder DAY_SHOP=9 DAY_ORDERS=2000`. */
const {
  DAY_MENU: menu,
  DAY_SHOP: shop = '1',
  DAY_ORDERS: wanted = '500',
  DAY_SEED: seed = '1',
} = process.env;

let browser: Browser;
let kiosk: KioskRig;

beforeAll(async () => {
  [browser, kiosk] = await Promise.all([
    launchBrowser(),
    createKioskRig(menu === undefined ? {} : { CATALOGUE_PATH: menu, CATALOGUE_SHOP: shop }),
  ]);
  await kiosk.start();
});
afterAll(async () => {
  await browser.close();
  await kiosk.stop();
});

const asManager = { authorization: `Bearer ${TOKEN}` };
const ask = async (path: string): Promise<Response> =>
  fetch(kiosk.url + path, { headers: asManager });

const must = <T>(result: Result<T, unknown>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

/** The day as the domain alone makes it of what the browser asked for. */
function createModel(context: SellingContext) {
  const orders = new Map<string, Order>();
  const sells = (id: string, taken: ReturnType<typeof takeOrder>, told: SoldOrder): void => {
    const order = must(taken);
    expect(told).toMatchObject({ totals: order.totals, change: order.change });
    orders.set(id, { ...order, id, status: 'completed', revision: 1 } as Order);
  };
  return {
    orders,
    take: (path: string, body: object, told: SoldOrder): void => {
      const id = told.globalOrderId;
      const [, , , of, verb] = path.split('/');
      const held = orders.get(of ?? '');
      if (path === '/api/orders') return sells(id, takeOrder(body as OrderRequest, context), told);
      if (path === '/api/paid-outs') {
        const asked = { channel: 'OT-C', ...body } as Parameters<typeof takePaidOut>[0];
        return sells(id, takePaidOut(asked, context), told);
      }
      if (held === undefined) throw new Error(`${path} of an order nobody rang up`);
      const { method } = body as { readonly method: CustomerTender };
      orders.set(
        id,
        must(
          verb === 'void'
            ? voidOrder(held, body as Parameters<typeof voidOrder>[1])
            : changePayment(held, method, context),
        ),
      );
    },
  };
}

const CHANGES = /^\/api\/(orders(\/[^/]+\/(void|payment))?|paid-outs)$/;

/** Tells the model of everything the page had done, in the order it was answered. */
function listen(page: Page, model: ReturnType<typeof createModel>): readonly Promise<void>[] {
  const told: Promise<void>[] = [];
  let last = Promise.resolve();
  page.on('requestfinished', (request: Request) => {
    const { pathname } = new URL(request.url());
    if (request.method() !== 'POST' || !CHANGES.test(pathname)) return;
    last = last.then(async () => {
      const answer = (await (await request.response())?.json()) as { order?: SoldOrder };
      if (answer.order === undefined) throw new Error(JSON.stringify(answer));
      model.take(pathname, request.postDataJSON() as object, answer.order);
    });
    told.push(last);
  });
  return told;
}

/** Now and then something behind the counter: an order voided, its payment moved, cash taken out. */
async function behindTheCounter(page: Page, turn: number): Promise<void> {
  if (turn % 4 === 0) {
    await page.getByRole('link', { name: 'Drawer', exact: true }).click();
    await page.getByLabel('Amount').fill(String(100 + turn * 7));
    await page.getByLabel('Crew id').fill('0');
    await page.getByLabel('Reason').fill('window cleaner');
    await page.getByRole('button', { name: /^Take £/ }).click();
    await page.getByText(/^Booked as number/).waitFor();
  } else {
    await page.getByRole('link', { name: 'Orders', exact: true }).click();
    await page
      .locator('.order-row:not(.voided)')
      .nth(turn % 5)
      .click();
    await page.locator('.receipt').waitFor();
    const keys = page.locator('.order-keys .key:not(:disabled)');
    const names = await keys.allTextContents();
    if (names.includes('Change payment') && turn % 3 > 0) {
      await page.getByRole('button', { name: 'Change payment', exact: true }).click();
      const to = page.locator('[aria-label="Pay it by"] .key:not(.quiet)');
      if ((await to.count()) > 0) {
        const answered = page.waitForResponse(/\/payment$/);
        await to.first().click();
        await answered;
      }
    } else if (names.includes('Void')) {
      await page.getByRole('button', { name: 'Void', exact: true }).click();
      await page.getByLabel('Crew id').fill('0');
      await page.getByLabel('Reason').fill('rung up twice');
      await page.getByRole('button', { name: /^Void order/ }).click();
      await page.getByText('VOIDED: rung up twice').waitFor();
    }
  }
  await page.getByRole('link', { name: 'Till', exact: true }).click();
  await page.locator('.rail .page').first().waitFor();
}

/** What the orders hold of everything a till can sell; each must be there for the day to prove much. */
const seen = (orders: readonly Order[]): Readonly<Record<string, number>> => {
  const standing = orders.filter(({ status }) => status === 'completed');
  const of = (is: (order: Order) => boolean): number => standing.filter(is).length;
  const line = (is: (line: Order['lines'][number]) => boolean) => of((each) => each.lines.some(is));
  const part = (...roles: readonly string[]) =>
    line(({ components }) => components.some(({ role }) => roles.includes(role)));
  const paidBy = (method: string) =>
    of(({ tenders }) => tenders.some((tender) => tender.method === method));
  return {
    meals: line(({ isMeal }) => isMeal),
    'go large': line(({ goLarge }) => goLarge),
    combos: part('combo'),
    extras: part('extra'),
    choices: part('choice'),
    'left out': line(({ without }) => without.length > 0),
    notes: line(({ note }) => note !== null),
    several: line(({ quantity }) => quantity > 1),
    'other channels': of(({ channel }) => channel !== 'OT-C'),
    'eat in': of(({ kind, vatBasis }) => kind === 'sale' && vatBasis === 'eat'),
    takeaway: of(({ vatBasis }) => vatBasis === 'take'),
    cash: paidBy('cash'),
    card: paidBy('card'),
    voucher: paidBy('voucher'),
    'on account': paidBy('on-account'),
    split: of(({ tenders }) => tenders.length > 1),
    change: of(({ change }) => change > 0),
    overage: of(({ voucherOverage }) => voucherOverage > 0),
    'crew food': of(({ kind }) => kind === 'crew-food'),
    waste: of(({ kind }) => kind === 'cooked-waste'),
    'paid out': of(({ kind }) => kind === 'paid-out'),
    moved: of(({ revision }) => revision > 1),
    voided: orders.length - standing.length,
  };
};

it(`${wanted} orders touched at random make the files the domain makes of them`, async () => {
  const { page, close } = await openTill(browser, `${kiosk.url}/#token=${TOKEN}`, {}, (opened) =>
    opened.locator('.product').first().waitFor(),
  );
  const { catalogue } = (await (await ask('/api/catalogue')).json()) as {
    readonly catalogue: Parameters<typeof indexCatalogue>[0];
  };
  const model = createModel({
    index: indexCatalogue(catalogue),
    rules: DEFAULT_TILL_RULES,
    knowsCrew: () => false,
  });
  const told = listen(page, model);
  await putCashier(page, Number(seed));
  for (let sold = 0; sold < Number(wanted);) {
    const before = model.orders.size;
    const rung = await sellOne(page);
    if (rung === null) continue;
    sold++;
    await waitFor('the sale to be heard of', () => model.orders.size > before);
    const last = [...model.orders.values()].at(-1);
    const gross = last?.totals.gross;
    expect(rung).toEqual({ shown: gross, asked: gross, change: last?.change });
    if (sold % 12 === 0) await behindTheCounter(page, sold / 12);
  }
  await Promise.all(told);
  const orders = [...model.orders.values()];
  process.stdout.write(`${JSON.stringify(seen(orders))}\n`);
  expect(Object.entries(seen(orders)).filter(([, times]) => times === 0)).toEqual([]);

  await page.getByRole('link', { name: 'Office', exact: true }).click();
  await page.getByRole('button', { name: 'Z reading: close the day', exact: true }).click();
  await page.getByRole('button', { name: 'Close it', exact: true }).click();
  await page.waitForURL(/#\/manager\/day\/\d/);
  const date = new URL(page.url()).hash.split('/').at(-1) as Order['businessDate'];
  const statistics = dayStatistics(orders);
  const weekVat = Array.from({ length: weekdayOf(date) }, (_, day) =>
    day + 1 === weekdayOf(date) ? statistics.vat : [],
  );
  const files = dayFiles({
    businessDate: date,
    statistics,
    catalogue: {
      products: catalogue.products.map(({ code }) => code).toSorted((a, b) => a - b),
      combos: catalogue.combos.map(({ code }) => code).toSorted((a, b) => a - b),
      vatClasses: catalogue.vatClasses
        .map(({ class: vatClass, rate: vatRate }) => ({ vatClass, vatRate }))
        .toSorted((a, b) => (a.vatClass < b.vatClass ? -1 : 1)),
    },
    counted: null,
    weekVat,
  });
  for (const { name, text } of files) {
    expect([name, await (await ask(`/api/days/${date}/exports/${name}`)).text()]).toEqual([
      name,
      text,
    ]);
  }
  await close();
});
