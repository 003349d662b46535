import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { productCode, takePaidOut, voidOrder } from '@tillwire/domain';
import { describe, expect, it } from 'vitest';
import {
  catalogue,
  combo,
  committed,
  paidBy,
  product,
  request,
  selling,
  single,
  taken,
} from '../../domain/test/builders.ts';
import { canonicalText, sha256, ZERO_HASH } from './canonical.ts';
import {
  type OrderEvent,
  orderEventFaults,
  orderEventOf,
  orderEventSchema,
  orderOfEvent,
  paymentMethodOf,
} from './order-event.ts';

const shop = selling(
  catalogue(
    [
      product(5, 505, { meal: 'standard', choiceGroups: [[27, 28].map(productCode)] }),
      product(27, 0),
      product(28, 0),
      product(30, 130, { vat: 2 }),
      product(31, 180),
      product(49, 280, { vat: 0, mealDrink: 'standard', largeDrink: productCode(50) }),
      product(50, 330, { mealDrink: 'standard' }),
      product(60, 45),
    ],
    {
      combos: [combo(20, 950, { components: [productCode(5), productCode(30)] })],
      extras: [{ product: productCode(60), label: 'Mayo', sequence: 1 }],
    },
  ),
);
const place = { journalEpoch: 1, journalSeq: 7, prevHash: ZERO_HASH };

const mixed = committed(
  taken(
    request(
      [
        {
          kind: 'product',
          code: 5,
          quantity: 2,
          meal: { drink: 49, goLarge: true },
          choices: [28],
          extras: [{ code: 60, quantity: 1 }],
          note: 'well done',
        },
        { kind: 'combo', code: 20, quantity: 1, choices: [] },
        single(30, 3),
      ],
      { tenders: [{ method: 'card', amount: 500 }, { method: 'cash' }], crewId: '7' },
    ),
    shop,
  ),
  123,
);

/** An event whose fields may be given anything. */
type Loose = { -readonly [Field in keyof OrderEvent]: unknown } & {
  totals: { gross: number; net: number };
};

describe('An order event', () => {
  it('carries the whole order: the order comes back equal, field by field', () => {
    const event = orderEventOf(mixed, place);
    expect(orderEventFaults(event)).toEqual([]);
    expect(orderOfEvent(orderEventSchema.parse(JSON.parse(canonicalText(event))))).toEqual(mixed);
  });

  it('names the method, Split where several paid and Paid Out where cash left the drawer', () => {
    expect(paymentMethodOf(mixed)).toBe('Split');
    const out = takePaidOut({ amount: 500, crewId: '7', reason: 'ice', channel: 'OT-C' }, shop);
    expect(out.ok && paymentMethodOf(committed(out.value, 1))).toBe('Paid Out');
    expect(out.ok && orderEventFaults(orderEventOf(committed(out.value, 1), place))).toEqual([]);
    const food = taken(request([single(30)], { tenders: paidBy('crew-food'), crewId: '7' }), shop);
    expect(paymentMethodOf(committed(food, 1))).toBe('Crew Food');
  });

  it('of a voided order is the whole order at the next revision', () => {
    const voided = voidOrder(mixed, { crewId: '7', reason: 'wrong' });
    expect(voided.ok && orderEventOf(voided.value, place)).toMatchObject({
      revision: 2,
      status: 'voided',
      totals: mixed.totals,
      reason: 'wrong',
    });
  });

  it('is kept with fields this version does not know', () => {
    const event = { ...orderEventOf(mixed, place), loyalty_card: 'L1' };
    expect(orderEventSchema.safeParse(event).success).toBe(true);
  });

  it.each([
    ['totals', (e) => ({ ...e, totals: { ...e.totals, vat: e.totals.vat + 1 } })],
    ['totals.gross', (e) => ({ ...e, lines: e.lines.slice(1) })],
    ['vat', (e) => ({ ...e, vat: e.vat.slice(1) })],
    ['tenders', (e) => ({ ...e, tenders: e.tenders.slice(1) })],
    ['store_code', (e) => ({ ...e, store_code: 'S08' })],
    ['business_date', (e) => ({ ...e, business_date: '2025-07-17' })],
  ] satisfies readonly [string, (e: ReturnType<typeof orderEventOf>) => object][])(
    'that contradicts itself in %s is told',
    (path, spoil) => {
      const event = orderEventSchema.parse(spoil(orderEventOf(mixed, place)));
      expect(orderEventFaults(event).map((fault) => fault.path)).toContain(path);
    },
  );

  it.each([
    ['price_band', (e) => (e.price_band = 7)],
    ['totals.gross', (e) => (e.totals.gross = 0.5)],
    ['totals.net', (e) => (e.totals.net = -1)],
    ['crew_id', (e) => (e.crew_id = 'a\0b')],
    ['reason', (e) => (e.reason = '\ud800')],
    ['business_date', (e) => (e.business_date = '2025-02-30')],
    ['store_code', (e) => (e.store_code = 'S00')],
    ['prev_hash', (e) => (e.prev_hash = 'ABC')],
  ] satisfies readonly [string, (e: Loose) => unknown][])(
    'is refused with a bad %s',
    (path, spoil) => {
      const event = structuredClone(orderEventOf(mixed, place));
      spoil(event);
      const parsed = orderEventSchema.safeParse(event);
      expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    },
  );
});

describe('A golden order event', () => {
  const golden = join(import.meta.dirname, '..', 'golden', 'order-event.v1.json');

  it('of version 1 is still read, and written to the same bytes', () => {
    const text = readFileSync(golden, 'utf8').trimEnd();
    const event = orderEventSchema.parse(JSON.parse(text));
    expect(orderEventFaults(event)).toEqual([]);
    const again = orderEventOf(orderOfEvent(event), {
      journalEpoch: event.journal_epoch,
      journalSeq: event.journal_seq,
      prevHash: event.prev_hash,
    });
    expect(canonicalText(again)).toBe(text);
    expect(sha256(text)).toBe('37dcbbff1f69c5c4cc60003d2eb7fb4412eac2cd90f3b0776c37686a023e584b');
  });
});
