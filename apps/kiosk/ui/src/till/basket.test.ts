import { priceOrder } from '@tillwire/domain';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  catalogue,
  channel,
  combo,
  prices,
  product,
  selling,
} from '../../../../../packages/domain/test/builders.ts';
import { businessDate, menu } from '../kiosk.ts';
import {
  addLine,
  appendLine,
  basket,
  clearBasket,
  editLine,
  EMPTY,
  held,
  holdBasket,
  lines,
  previous,
  recallBasket,
  repeatPrevious,
  requestsOf,
  setBasis,
  setChannel,
  setQuantity,
  splitOne,
  total,
  totals,
  unfinished,
} from './basket.ts';
import { readCode, ring } from './menu.ts';
import { notice, priceChanges, watchChanges } from './notices.ts';

const shop = catalogue(
  [product(5, 595, { prices: prices(595, { 2: 620 }) }), product(30, 245), product(70, 55)],
  {
    combos: [combo(20, 1595, { choiceGroups: [[product(70, 1).code, product(30, 1).code]] })],
    channels: [
      channel('OT-C'),
      channel('PH-C', { band: 2 as never }),
      channel('PH-D', { delivers: true }),
    ],
  },
);

beforeEach(() => {
  menu.value = {
    tag: '"1"',
    store: 'S01',
    catalogVersion: 1,
    configVersion: null,
    catalogue: shop,
    flags: { kcal: true, kitchen: true, customerDisplay: true },
    rules: { cheques: false, vouchers: true, onAccount: true, channelsOff: [], bandByChannel: {} },
  };
  basket.value = EMPTY;
  held.value = [];
  previous.value = null;
});

const fries = { kind: 'product', code: 30, quantity: 1 } as const;
const burger = { kind: 'product', code: 5, quantity: 1 } as const;

describe('the basket', () => {
  it('counts the same thing up, and keeps a changed one apart', () => {
    addLine(fries);
    addLine(fries);
    expect(requestsOf(basket.value)).toEqual([{ ...fries, quantity: 2 }]);
    addLine({ ...fries, note: 'salt' });
    expect(basket.value.lines).toHaveLength(2);
    addLine({ ...fries, extras: [], note: '' });
    expect(requestsOf(basket.value)[0]?.quantity).toBe(3);
  });

  it('takes a line away below one, and never goes over 999', () => {
    const key = addLine(fries);
    setQuantity(key, 5000);
    expect(basket.value.lines[0]?.request.quantity).toBe(999);
    addLine(fries);
    expect(basket.value.lines.map(({ request }) => request.quantity)).toEqual([999, 1]);
    setQuantity(key, 0);
    expect(basket.value.lines).toHaveLength(1);
  });

  it('never gives a line the key another one had, so that the next order opens at its own first step', () => {
    const before = addLine(burger);
    clearBasket();
    expect(addLine(burger)).toBeGreaterThan(before);
  });

  it('splits one off to change it alone', () => {
    const key = addLine({ ...burger, quantity: 3 });
    const one = splitOne(key);
    editLine(one, (request) => ({ ...request, note: 'well done' }));
    expect(requestsOf(basket.value)).toEqual([
      { ...burger, quantity: 2 },
      { ...burger, note: 'well done' },
    ]);
    expect(splitOne(one)).toBe(one);
  });

  it('totals what is finished, and sells only when everything is', () => {
    addLine(burger);
    const key = appendLine({ kind: 'combo', code: 20, quantity: 1, choices: [] });
    expect(total.value).toBe(595);
    expect(unfinished.value?.key).toBe(key);
    expect(totals.value).toBeNull();
    editLine(key, (request) => ({ ...request, choices: [70] }));
    expect(unfinished.value).toBeNull();
    expect(totals.value?.gross).toBe(595 + 1595);
  });

  it('comes to exactly what the kiosk prices the whole order at', () => {
    for (const request of [burger, { ...fries, quantity: 7 }, { ...burger, note: 'rare' }]) {
      appendLine(request);
    }
    const { channel: at, vatBasis } = basket.value;
    const whole = priceOrder(
      { channel: at, vatBasis, lines: requestsOf(basket.value) },
      'sale',
      selling(shop),
    );
    expect(whole.ok && whole.value.totals).toEqual(totals.value);
  });

  it('is no order over 200 lines or £100,000', () => {
    const keys = Array.from({ length: 201 }, () => appendLine(fries));
    expect(totals.value).toBeNull();
    setQuantity(keys[0] ?? 0, 0);
    expect(totals.value?.gross).toBe(200 * 245);
    for (const key of keys.slice(1, 60)) setQuantity(key, 999);
    expect(totals.value).toBeNull();
  });

  it('prices anew in another channel, which may be for taking away only', () => {
    addLine(burger);
    setBasis('eat');
    setChannel('PH-C');
    expect(total.value).toBe(620);
    expect(basket.value.vatBasis).toBe('eat');
    setChannel('PH-D');
    expect(basket.value.vatBasis).toBe('take');
    expect(totals.value).not.toBeNull();
  });

  it('holds, and recalls by changing places with what is on the counter', () => {
    addLine(burger);
    holdBasket();
    expect(basket.value.lines).toEqual([]);
    addLine(fries);
    recallBasket(0);
    expect(lines.value.map(({ request }) => request.code)).toEqual([5]);
    expect(held.value.map((other) => requestsOf(other))).toEqual([[fries]]);
    const keys = [...basket.value.lines, ...held.value.flatMap((other) => other.lines)];
    addLine({ ...burger, note: 'new' });
    expect(new Set(keys.map(({ key }) => key)).has(basket.value.lines[1]?.key ?? 0)).toBe(false);
  });

  it('rings the previous order up again', () => {
    addLine(burger);
    setChannel('PH-C');
    previous.value = basket.value;
    clearBasket();
    expect(basket.value.channel).toBe('OT-C');
    repeatPrevious();
    expect(basket.value.channel).toBe('PH-C');
    repeatPrevious();
    expect(requestsOf(basket.value)).toEqual([{ ...burger, quantity: 2 }]);
  });
});

describe('a code typed', () => {
  const known = { products: new Map([[5, 1]]), combos: new Map([[20, 1]]) };
  it('is a product, several of it, or a combo', () => {
    expect(readCode('5', known)).toMatchObject({ kind: 'product', code: 5, quantity: 1 });
    expect(readCode(' 3*5 ', known)).toMatchObject({ kind: 'product', code: 5, quantity: 3 });
    expect(readCode('2xC20', known)).toMatchObject({ kind: 'combo', code: 20, quantity: 2 });
    expect(readCode('20', known)).toMatchObject({ kind: 'combo', code: 20 });
  });

  it.each(['7', 'C5', '0*5', 'burger', '5.5', '1000*5', '-5'])(
    '%s is refused with a reason',
    (text) => {
      const read = readCode(text, known);
      expect(read.ok ? '' : read.why).not.toBe('');
    },
  );

  it('rings up what it names', () => {
    ring({ kind: 'product', code: 30 }, 4);
    expect(requestsOf(basket.value)).toEqual([{ ...fries, quantity: 4 }]);
  });
});

describe('what changed under a basket', () => {
  it('is each line whose price is another one, or that is not sold any more', () => {
    addLine({ ...burger, quantity: 2 });
    addLine(fries);
    const dearer = catalogue([product(5, 615), product(70, 55)], { channels: shop.channels });
    const was = { basket: basket.value, context: selling(shop) };
    const now = { basket: basket.value, context: selling(dearer) };
    expect(priceChanges(was, now)).toEqual([
      { name: 'P5', was: 1190, now: 1230 },
      { name: 'P30', was: 245, now: null },
    ]);
    expect(priceChanges(was, was)).toEqual([]);
  });

  it('is told when the menu switches, the channel changes or a day begins, and only then', () => {
    watchChanges();
    addLine(burger);
    setBasis('eat');
    expect(notice.value).toBeNull();
    setChannel('PH-C');
    expect(notice.value).toEqual({
      title: 'Prices of PH-C',
      rows: [{ name: 'P5', was: 595, now: 620 }],
    });
    clearBasket();
    expect(notice.value).toBeNull();
    addLine(burger);
    const dearer = catalogue([product(5, 615)], { channels: shop.channels });
    if (menu.value !== null) menu.value = { ...menu.value, catalogVersion: 2, catalogue: dearer };
    expect(notice.value).toEqual({
      title: 'The menu has changed',
      rows: [{ name: 'P5', was: 595, now: 615 }],
    });
    notice.value = null;
    businessDate.value = '2025-11-27';
    businessDate.value = '2025-11-28';
    expect(notice.value).toEqual({
      title: 'A new trading day has begun: this order belongs to Fri, 28 Nov 2025',
      rows: [],
    });
  });
});
