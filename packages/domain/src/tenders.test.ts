import { describe, expect, it } from 'vitest';
import {
  catalogue,
  channel,
  faultsOf,
  product,
  request,
  selling,
  single,
  taken,
} from '../test/builders.ts';
import { pence } from './money.ts';
import type { TenderRequest } from './order.ts';
import { takeOrder } from './taking-orders.ts';
import { acceptsTender } from './tenders.ts';

const menu = catalogue([product(1, 1000)], {
  channels: [
    channel('OT-C'),
    channel('DV-C', {
      accepts: {
        cash: false,
        card: false,
        onAccount: true,
        voucher: false,
        crewFood: false,
        cookedWaste: false,
      },
    }),
  ],
});
const shop = selling(menu);
const pay = (...tenders: TenderRequest[]) => taken(request([single(1)], { tenders }), shop);
const refused = (...tenders: TenderRequest[]) =>
  faultsOf(request([single(1)], { tenders, crewId: '7' }), shop);

describe('tenders', () => {
  it('cash gives change: tendered − due', () => {
    expect(pay({ method: 'cash', tendered: 2000 })).toMatchObject({
      tenders: [{ method: 'cash', amount: 1000, tendered: 2000 }],
      change: 1000,
      voucherOverage: 0,
    });
    expect(pay({ method: 'cash', amount: 1000, tendered: 1000 }).change).toBe(0);
    expect(pay({ method: 'cash' }).change).toBe(0);
  });

  it('may be any mix whose sum covers the total exactly', () => {
    const order = pay(
      { method: 'card', amount: 300 },
      { method: 'voucher', amount: 500 },
      { method: 'cash', amount: 200, tendered: 500 },
    );
    expect(order.change).toBe(300);
    expect(order.tenders.map(({ amount }) => amount)).toEqual([300, 500, 200]);
    expect(refused({ method: 'card', amount: 300 }, { method: 'cash', amount: 699 })).toEqual([
      'tenders-short tenders',
    ]);
    expect(refused({ method: 'card', amount: 300 }, { method: 'cash', amount: 701 })).toEqual([
      'tenders-over tenders',
    ]);
    expect(refused({ method: 'card', amount: 1001 })).toEqual(['tenders-over tenders']);
  });

  it('one may leave its amount open and pays the rest', () => {
    const order = pay({ method: 'voucher', amount: 500 }, { method: 'card' });
    expect(order.tenders[1]?.amount).toBe(500);
    expect(refused({ method: 'card' }, { method: 'cash' })).toEqual([
      'several-open-tenders tenders',
    ]);
    expect(refused({ method: 'card', amount: 1000 }, { method: 'cash' })).toEqual([
      'tenders-over tenders',
    ]);
  });

  it('a voucher that alone pays the order may exceed it: the surplus is overage, no change', () => {
    expect(pay({ method: 'voucher', amount: 1500 })).toMatchObject({
      tenders: [{ amount: 1500 }],
      change: 0,
      voucherOverage: 500,
    });
    expect(pay({ method: 'voucher' }).voucherOverage).toBe(0);
    expect(refused({ method: 'voucher', amount: 900 })).toEqual(['tenders-short tenders']);
    expect(refused({ method: 'voucher', amount: 900 }, { method: 'voucher', amount: 200 })).toEqual(
      ['tenders-over tenders'],
    );
  });

  it('are whole pence from 1p to £100,000, handed over in cash only and enough of it', () => {
    for (const bad of [0, -1, 0.5, Number.NaN, 10_000_001, 2 ** 53]) {
      expect(refused({ method: 'cash', amount: bad })).toEqual([
        'bad-tender-amount tenders.0.amount',
      ]);
      expect(refused({ method: 'cash', tendered: bad })).toEqual([
        'bad-tender-amount tenders.0.tendered',
      ]);
    }
    expect(pay({ method: 'voucher', amount: 10_000_000 }).voucherOverage).toBe(9_999_000);
    expect(pay({ method: 'cash', tendered: 10_000_000 }).change).toBe(9_999_000);
    expect(refused({ method: 'card', tendered: 1000 })).toEqual([
      'tendered-not-cash tenders.0.tendered',
    ]);
    expect(refused({ method: 'cash', tendered: 999 })).toEqual([
      'tendered-too-little tenders.0.tendered',
    ]);
  });

  it('give at most £100,000 of change, over all of them', () => {
    const handed = (tendered: number) =>
      [{ method: 'cash', amount: 500, tendered: 5_000_500 } as const].concat({
        method: 'cash',
        amount: 500,
        tendered,
      } as never);
    expect(pay(...handed(5_000_500)).change).toBe(10_000_000);
    expect(refused(...handed(5_000_501))).toEqual(['bad-tender-amount tenders']);
  });

  it('pay an order, at most 20 of them', () => {
    expect(refused()).toEqual(['no-tender tenders']);
    const tenders = (count: number): TenderRequest[] =>
      Array.from({ length: count }, (_, at) => ({
        method: 'card',
        ...(at > 0 && { amount: 1 }),
      }));
    expect(pay(...tenders(20)).tenders).toHaveLength(20);
    expect(refused(...tenders(21))).toEqual(['too-many-tenders tenders']);
  });

  it('are those the channel accepts', () => {
    const lines = [single(1)];
    const on = (method: TenderRequest['method']) =>
      faultsOf(request(lines, { channel: 'DV-C', tenders: [{ method }], crewId: '0' }), shop);
    expect(on('on-account')).toEqual([]);
    for (const method of [
      'cash',
      'card',
      'cheque',
      'voucher',
      'crew-food',
      'cooked-waste',
    ] as const) {
      expect(on(method)).toEqual(['tender-not-accepted tenders.0.method']);
    }
  });

  it('are each accepted by a flag of their own', () => {
    const nothing = {
      cash: false,
      card: false,
      onAccount: false,
      voucher: false,
      crewFood: false,
      cookedWaste: false,
    };
    const methods = [
      'cash',
      'card',
      'cheque',
      'on-account',
      'voucher',
      'crew-food',
      'cooked-waste',
    ];
    const acceptedWith = (flag: keyof typeof nothing) =>
      methods.filter((method) =>
        acceptsTender(
          channel('X', { accepts: { ...nothing, [flag]: true } }),
          method as TenderRequest['method'],
          { ...shop.rules, cheques: true },
        ),
      );
    expect(acceptedWith('cash')).toEqual(['cash', 'cheque']);
    expect(acceptedWith('card')).toEqual(['card']);
    expect(acceptedWith('onAccount')).toEqual(['on-account']);
    expect(acceptedWith('voucher')).toEqual(['voucher']);
    expect(acceptedWith('crewFood')).toEqual(['crew-food']);
    expect(acceptedWith('cookedWaste')).toEqual(['cooked-waste']);
  });

  it('say how much too little was handed over', () => {
    const tenders: TenderRequest[] = [{ method: 'cash', tendered: 999 }];
    expect(takeOrder(request([single(1)], { tenders }), shop)).toEqual({
      ok: false,
      error: [{ type: 'tendered-too-little', path: 'tenders.0.tendered', value: 999 }],
    });
  });

  it('include cheques where cash is, and only if the shop allows cheques', () => {
    expect(refused({ method: 'cheque' })).toEqual(['tender-not-accepted tenders.0.method']);
    const allowing = selling(menu, { cheques: true });
    const order = taken(request([single(1)], { tenders: [{ method: 'cheque' }] }), allowing);
    expect(order.tenders[0]).toEqual({ method: 'cheque', amount: pence(1000), tendered: null });
    const elsewhere = menu.channels[1];
    expect(elsewhere && acceptsTender(elsewhere, 'cheque', allowing.rules)).toBe(false);
  });

  it('leave out vouchers and accounts where the shop’s config does', () => {
    const strict = selling(menu, { vouchers: false, onAccount: false });
    for (const method of ['voucher', 'on-account'] as const) {
      expect(faultsOf(request([single(1)], { tenders: [{ method }] }), strict)).toEqual([
        'tender-not-accepted tenders.0.method',
      ]);
    }
  });
});

describe('crew food and cooked waste', () => {
  const house = (method: 'crew-food' | 'cooked-waste', crewId?: string, amount?: number) =>
    request([single(1)], {
      tenders: [amount === undefined ? { method } : { method, amount }],
      crewId,
    });
  it.each(['crew-food', 'cooked-waste'] as const)('%s needs a crew id', (method) => {
    expect(faultsOf(house(method), shop)).toEqual(['crew-id-needed crewId']);
    expect(faultsOf(house(method, ' '), shop)).toEqual(['crew-id-needed crewId']);
    expect(faultsOf(house(method, '8'), shop)).toEqual(['unknown-crew crewId']);
    expect(taken(house(method, '0'), shop).crewId).toBe('0');
    expect(taken(house(method, '7'), shop)).toMatchObject({ kind: method, crewId: '7' });
  });
  it('pay the whole order, never part of one', () => {
    expect(refused({ method: 'crew-food' }, { method: 'cash', amount: 10 })).toEqual([
      'house-tender-mixed tenders.0.method',
    ]);
    expect(refused({ method: 'cash', amount: 10 }, { method: 'cooked-waste' })).toEqual([
      'house-tender-mixed tenders.1.method',
    ]);
    expect(taken(house('crew-food', '7', 1000), shop).tenders[0]?.amount).toBe(1000);
    for (const amount of [999, 1001]) {
      expect(faultsOf(house('crew-food', '7', amount), shop)).toEqual([
        'house-tender-amount tenders.0.amount',
      ]);
    }
  });
  it('are valued eat-in, whatever basis was sent', () => {
    expect(taken(house('crew-food', '7'), shop).vatBasis).toBe('eat');
    const delivering = selling({
      ...menu,
      channels: [channel('OT-C', { delivers: true })],
    });
    expect(taken(house('cooked-waste', '7'), delivering).vatBasis).toBe('eat');
  });
  it('say every fault of order and crew at once', () => {
    const bad = request([single(9)], { tenders: [{ method: 'crew-food' }] });
    expect(faultsOf(bad, shop)).toEqual(['unknown-product lines.0.code', 'crew-id-needed crewId']);
    const short = request([single(1)], { tenders: [{ method: 'crew-food', amount: 1 }] });
    expect(faultsOf(short, shop)).toEqual([
      'crew-id-needed crewId',
      'house-tender-amount tenders.0.amount',
    ]);
  });
});
