import { describe, expect, it } from 'vitest';
import {
  catalogue,
  channel,
  committed,
  faultsOf,
  product,
  request,
  selling,
  single,
  taken,
} from '../test/builders.ts';
import type { CustomerTender, Order } from './order.ts';
import { changePayment, paymentOf, takePaidOut, voidOrder } from './taking-orders.ts';

const menu = catalogue([product(1, 1000)], {
  channels: [
    channel('OT-C'),
    channel('PO-C', {
      accepts: {
        cash: true,
        card: true,
        onAccount: false,
        voucher: false,
        crewFood: false,
        cookedWaste: false,
      },
    }),
  ],
});
const shop = selling(menu);
const sale = (tenders: Parameters<typeof request>[1] = {}): Order =>
  committed(taken(request([single(1)], tenders), shop), 1);

const paidOut = (rest: Partial<Parameters<typeof takePaidOut>[0]> = {}) =>
  takePaidOut({ amount: 500, crewId: '7', reason: 'milk', channel: 'OT-C', ...rest }, shop);

describe('a paid out', () => {
  it('takes cash from the drawer: no lines, zero totals, a cash tender of −amount', () => {
    const order = paidOut({ reason: ' milk ' });
    expect(order).toMatchObject({
      ok: true,
      value: {
        kind: 'paid-out',
        lines: [],
        totals: { gross: 0, net: 0, vat: 0 },
        tenders: [{ method: 'cash', amount: -500, tendered: null }],
        crewId: '7',
        reason: 'milk',
      },
    });
  });
  it('is from 1p to £999.99', () => {
    expect(paidOut({ amount: 1 }).ok).toBe(true);
    expect(paidOut({ amount: 99_999 }).ok).toBe(true);
    for (const amount of [0, -1, 100_000, 1.5]) {
      const refused = paidOut({ amount });
      expect(refused).toEqual({
        ok: false,
        error: [{ type: 'bad-paid-out-amount', path: 'amount', value: amount }],
      });
    }
  });
  it('needs a crew id, a reason and a channel, all said at once', () => {
    const refused = paidOut({ crewId: '', reason: ' ', channel: 'NOPE' });
    expect(refused.ok ? [] : refused.error.map(({ type }) => type)).toEqual([
      'unknown-channel',
      'crew-id-needed',
      'reason-needed',
    ]);
  });
});

describe('crew ids and reasons', () => {
  const printable = ['a'.repeat(201), 'milk\u0007', '\udc00'];
  it('are short and printable in a paid out and a deletion', () => {
    for (const reason of printable) {
      const out = paidOut({ reason });
      expect(out).toEqual({
        ok: false,
        error: [{ type: 'bad-text', path: 'reason', value: reason }],
      });
      expect(voidOrder(sale(), { crewId: '7', reason })).toEqual(out);
    }
    expect(paidOut({ reason: 'a'.repeat(200), crewId: '7'.repeat(64) }).ok).toBe(true);
    expect(paidOut({ crewId: '7'.repeat(65) })).toMatchObject({
      error: [{ type: 'bad-text', path: 'crewId' }],
    });
  });
  it('are short and printable in an order too', () => {
    const crewId = '7'.repeat(65);
    expect(faultsOf(request([single(1)], { crewId }), shop)).toEqual(['bad-text crewId']);
    expect(sale({ crewId: ' 7 ' }).crewId).toBe('7');
    expect(sale({ crewId: ' ' }).crewId).toBeNull();
  });
});

describe('deleting an order', () => {
  it('makes the next revision, voided, with who and why', () => {
    const voided = voidOrder(sale(), { crewId: ' 7', reason: 'wrong ' });
    expect(voided).toMatchObject({
      ok: true,
      value: { revision: 2, status: 'voided', crewId: '7', reason: 'wrong' },
    });
  });
  it('needs a crew id and a reason, once', () => {
    const refused = voidOrder(sale(), { crewId: '', reason: '' });
    expect(refused.ok ? [] : refused.error.map(({ type }) => type)).toEqual([
      'crew-id-needed',
      'reason-needed',
    ]);
    const again = voidOrder({ ...sale(), status: 'voided' }, { crewId: '7', reason: 'x' });
    expect(again).toEqual({ ok: false, error: [{ type: 'already-voided', path: '' }] });
  });
});

describe('toggling the payment', () => {
  const toggled = (order: Order, method: CustomerTender) => {
    const result = changePayment(order, method, shop);
    return result.ok ? result.value : result.error.map(({ type }) => type);
  };
  it('moves the whole payment to another single tender and drops change and overage', () => {
    const cash = sale({ tenders: [{ method: 'cash', tendered: 2000 }] });
    expect(toggled(cash, 'card')).toMatchObject({
      revision: 2,
      tenders: [{ method: 'card', amount: 1000, tendered: null }],
      change: 0,
    });
    const voucher = sale({ tenders: [{ method: 'voucher', amount: 1500 }] });
    expect(toggled(voucher, 'cash')).toMatchObject({
      tenders: [{ method: 'cash', amount: 1000 }],
      voucherOverage: 0,
    });
  });
  it('is for undeleted, unmixed customer orders', () => {
    const mixed = sale({ tenders: [{ method: 'card', amount: 1 }, { method: 'cash' }] });
    expect(toggled(mixed, 'card')).toEqual(['payment-not-changeable']);
    const crew = sale({ tenders: [{ method: 'crew-food' }], crewId: '7' });
    expect(toggled(crew, 'card')).toEqual(['payment-not-changeable']);
    const out = paidOut();
    if (out.ok)
      expect(toggled(committed(out.value, 1), 'card')).toEqual(['payment-not-changeable']);
    expect(toggled({ ...sale(), status: 'voided' }, 'card')).toEqual(['already-voided']);
  });
  it('takes a tender the channel accepts, and another one', () => {
    const phone = sale({ channel: 'PO-C' });
    expect(toggled(phone, 'voucher')).toEqual(['tender-not-accepted']);
    expect(toggled(phone, 'crew-food' as CustomerTender)).toEqual(['tender-not-accepted']);
    expect(toggled(phone, 'cash')).toEqual(['same-tender']);
    const gone = { ...phone, channel: 'XX' as Order['channel'] };
    expect(toggled(gone, 'card')).toEqual(['unknown-channel']);
  });
});

describe('a refusal of what comes after the sale', () => {
  const refusal = (result: { ok: boolean; error?: unknown }) => (result.ok ? null : result.error);
  it('names its field', () => {
    const said = { crewId: ' ', reason: ' ' };
    expect(refusal(voidOrder(sale(), said))).toEqual([
      { type: 'crew-id-needed', path: 'crewId' },
      { type: 'reason-needed', path: 'reason' },
    ]);
    const changed = (order: Order, method: string) =>
      refusal(changePayment(order, method as CustomerTender, shop));
    const phone = sale({ channel: 'PO-C' });
    expect(changed(phone, 'voucher')).toEqual([
      { type: 'tender-not-accepted', path: 'method', value: 'voucher' },
    ]);
    expect(changed(phone, 'cash')).toEqual([
      { type: 'same-tender', path: 'method', value: 'cash' },
    ]);
    expect(changed({ ...phone, status: 'voided' }, 'card')).toEqual([
      { type: 'already-voided', path: '' },
    ]);
    expect(changed(sale({ tenders: [{ method: 'crew-food' }], crewId: '7' }), 'card')).toEqual([
      { type: 'payment-not-changeable', path: '', value: 'crew-food' },
    ]);
    expect(changed({ ...phone, channel: 'XX' as Order['channel'] }, 'card')).toEqual([
      { type: 'unknown-channel', path: 'channel', value: 'XX' },
    ]);
  });
  it('of a paid out is told of channel, amount, crew and reason together', () => {
    expect(refusal(paidOut({ amount: 0, crewId: ' ', reason: '', channel: 'XX' }))).toEqual([
      { type: 'unknown-channel', path: 'channel', value: 'XX' },
      { type: 'bad-paid-out-amount', path: 'amount', value: 0 },
      { type: 'crew-id-needed', path: 'crewId' },
      { type: 'reason-needed', path: 'reason' },
    ]);
  });
  it('is none for a paid out with padded words, which are trimmed', () => {
    const out = paidOut({ crewId: ' 7 ', reason: ' milk ' });
    expect(out.ok && [out.value.crewId, out.value.reason, out.value.vatBasis]).toEqual([
      '7',
      'milk',
      'take',
    ]);
    expect(out.ok && out.value.discounts).toEqual({ meal: 0, combo: 0 });
  });
});

describe('how an order was paid', () => {
  it('is its only method, or split', () => {
    expect(paymentOf(sale())).toBe('cash');
    const cards = { method: 'card', amount: 400 } as const;
    expect(paymentOf(sale({ tenders: [cards, { method: 'card' }] }))).toBe('card');
    expect(paymentOf(sale({ tenders: [cards, { method: 'cash' }] }))).toBe('split');
    const out = paidOut();
    expect(out.ok && paymentOf(committed(out.value, 1))).toBe('paid-out');
  });
});
