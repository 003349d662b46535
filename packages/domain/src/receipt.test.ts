import { describe, expect, it } from 'vitest';
import { committed, request, selling, single, taken } from '../test/builders.ts';
import { menu, sold, burgerMeal, voided, milk } from '../test/harbour-menu.ts';
import {
  basisPoints,
  type Catalogue,
  type LineRequest,
  type Order,
  percentText,
  poundsAndPence,
  receiptOf,
  vatClassCode,
} from './index.ts';

describe('a receipt', () => {
  it('has shop, number, lines with choices, totals, VAT by rate, tenders and change', () => {
    const large: LineRequest = {
      kind: 'product',
      code: 2,
      quantity: 1,
      meal: { drink: 51, goLarge: true },
    };
    const order = sold(
      [
        burgerMeal,
        large,
        {
          kind: 'product',
          code: 5,
          quantity: 2,
          choices: [27],
          extras: [{ code: 36, quantity: 1 }],
        },
        single(26),
      ],
      { tenders: [{ method: 'cash', tendered: 5000 }] },
    );
    const receipt = receiptOf(order, menu);
    expect(receipt.shop).toEqual({
      name: 'Harbour Burgers Ltd',
      address: ['9 Quay Street', 'Town', 'AB1 2CD'],
      telephone: '01632 960009',
      vatNumber: 'GB999 9999 73',
    });
    expect(receipt).toMatchObject({
      orderId: 'S09-20250716-000001',
      channel: 'OT-C',
      voided: false,
      total: 1045 + 975 + 1350 + 35,
      tenders: [{ method: 'cash', amount: 3405, tendered: 5000 }],
      change: 1595,
    });
    expect(receipt.lines).toEqual([
      {
        quantity: 1,
        name: 'Burger meal',
        total: 1045,
        details: ['Fries', 'Cola', '2 × Bacon £2.30', 'No LETTUCE', 'cut in half'],
      },
      { quantity: 1, name: 'Original meal, large', total: 975, details: ['Large fries', 'Cola'] },
      { quantity: 2, name: 'Wings', total: 1350, details: ['Bacon £1.15', 'Mayo dip'] },
      { quantity: 1, name: 'Ketchup dip', total: 35, details: [] },
    ]);
    expect(receipt.vatByRate.map(({ rate }) => rate)).toEqual([0, 2000]);
    expect(receipt.vatByRate.reduce((sum, { net, vat }) => sum + net + vat, 0)).toBe(3405);
  });
  it('is of its own shop and channel, without empty lines', () => {
    const [own] = menu.shops;
    if (own === undefined) throw new Error('no shop');
    const shops = [
      { ...own, shop: 1, fullName: 'Other' },
      { ...own, postCode: '' },
    ];
    const order = sold([single(1)], { channel: 'JE-C', tenders: [{ method: 'card' }] });
    const receipt = receiptOf(order, { ...menu, shops });
    expect(receipt.shop).toMatchObject({
      name: 'Harbour Burgers Ltd',
      address: ['9 Quay Street', 'Town'],
    });
    expect(receipt.channel).toBe('Eat - Collect');
  });
  it('of a combo lists its parts, not the combo again', () => {
    const order = sold([{ kind: 'combo', code: 4, quantity: 1, choices: [] }]);
    expect(receiptOf(order, menu).lines).toEqual([
      { quantity: 1, name: 'Platter', total: 900, details: ['Burger', 'Fries'] },
    ]);
  });
  it('has VAT by rate ascending, whatever the numbers of the classes', () => {
    const swapped: Catalogue = {
      ...menu,
      vatClasses: menu.vatClasses.map((vat) => ({ ...vat, rate: basisPoints(2000 - vat.class) })),
    };
    const order = committed(taken(request([single(26), single(1)]), selling(swapped)), 1);
    expect(receiptOf(order, swapped).vatByRate.map(({ rate }) => rate)).toEqual([1999, 2000]);
  });
  it('says what of a voucher was not given back', () => {
    const order = sold([single(1)], { tenders: [{ method: 'voucher', amount: 800 }] });
    expect(receiptOf(order, menu)).toMatchObject({ total: 500, change: 0, voucherOverage: 300 });
  });
  it('of a shop or channel the catalogue does not know names them by code', () => {
    const order = { ...sold([single(1)]), channel: 'XX' as Order['channel'] };
    const receipt = receiptOf(order, { ...menu, shops: [] });
    expect(receipt.shop).toEqual({ name: 'S09', address: [], telephone: '', vatNumber: '' });
    expect(receipt.channel).toBe('XX');
    expect(
      receiptOf(order, { ...menu, shops: menu.shops.map((s) => ({ ...s, fullName: '' })) }).shop
        .name,
    ).toBe('Shop 9');
  });
  it('of a paid out and of a voided order say so', () => {
    expect(receiptOf(milk(), menu).tenders).toEqual([
      { method: 'paid-out', amount: -250, tendered: null },
    ]);
    expect(receiptOf(voided(sold([single(1)])), menu).voided).toBe(true);
  });
  it('adds up two VAT classes of one rate', () => {
    const twice: Catalogue = {
      ...menu,
      vatClasses: menu.vatClasses.map((vat) =>
        vat.class === vatClassCode(2) ? { ...vat, rate: basisPoints(2000) } : vat,
      ),
    };
    const order = committed(taken(request([single(1), single(27)]), selling(twice)), 1);
    expect(receiptOf(order, twice).vatByRate).toEqual([{ rate: 2000, net: 417 + 46, vat: 83 + 9 }]);
  });
});

describe('figures for people', () => {
  it('are pounds with commas', () => {
    expect([0, 5, 99, 100, 123_456_789, -250].map(poundsAndPence)).toEqual([
      '£0.00',
      '£0.05',
      '£0.99',
      '£1.00',
      '£1,234,567.89',
      '−£2.50',
    ]);
  });
  it('are percentages without needless decimals', () => {
    expect([0, 500, 1250, 2000, 1725, 10_000].map((r) => percentText(basisPoints(r)))).toEqual([
      '0',
      '5',
      '12.5',
      '20',
      '17.25',
      '100',
    ]);
  });
});
