import type { Pence, TenderMethod, TenderRequest } from '@tillwire/domain';
import { DEFAULT_TILL_RULES, settleTenders } from '@tillwire/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channel } from '../../../../../packages/domain/test/builders.ts';
import { giveTender, leftToPay, nextNotes, type TenderPart, typeDigits } from './tender.ts';

const settle = (tenders: readonly TenderRequest[], total: number) =>
  settleTenders(tenders, total as Pence, channel('OT-C'), { ...DEFAULT_TILL_RULES, cheques: true });

describe('the notes offered', () => {
  it('are the next amounts above what is due, each once', () => {
    expect(nextNotes(995)).toEqual([1000, 2000, 5000]);
    expect(nextNotes(1234)).toEqual([1500, 2000, 5000]);
    expect(nextNotes(6250)).toEqual([6500, 7000, 8000, 10_000]);
  });

  it('leave out what is due itself, which is the exact key', () => {
    expect(nextNotes(500)).toEqual([1000, 2000, 5000]);
    expect(nextNotes(5000)).toEqual([6000]);
  });

  it('always cover what is due', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (due) => {
        const notes = nextNotes(due);
        expect(notes.every((note) => note > due && note % 500 === 0)).toBe(true);
        expect(notes).toEqual([...new Set(notes)].sort((a, b) => a - b));
      }),
    );
  });
});

describe('digits typed', () => {
  it('are pence, and never more than a till takes', () => {
    expect(typeDigits(0, '2')).toBe(2);
    expect(typeDigits(20, '00')).toBe(2000);
    expect(typeDigits(9_999_999, '1')).toBe(9_999_999);
  });
});

describe('giving a tender', () => {
  it('sells for exact cash, and for more gives change of it', () => {
    expect(giveTender('cash', null, 995, [])).toEqual({
      type: 'paid',
      tenders: [{ method: 'cash', amount: 995, tendered: 995 }],
    });
    expect(giveTender('cash', 2000, 995, [])).toEqual({
      type: 'paid',
      tenders: [{ method: 'cash', amount: 995, tendered: 2000 }],
    });
  });

  it('takes less than is due as a part', () => {
    expect(giveTender('voucher', 500, 995, [])).toEqual({
      type: 'part',
      part: { method: 'voucher', amount: 500 },
    });
    expect(leftToPay(995, [{ method: 'voucher', amount: 500 }])).toBe(495);
  });

  it('lets a voucher alone exceed the order, but not beside another tender', () => {
    expect(giveTender('voucher', 1000, 995, [])).toMatchObject({ type: 'paid' });
    expect(giveTender('voucher', 1000, 995, [{ method: 'card', amount: 1 }])).toMatchObject({
      type: 'refused',
    });
  });

  it('refuses a card for more than is left, since it gives no change', () => {
    expect(giveTender('card', 1000, 995, [])).toMatchObject({ type: 'refused' });
  });

  it('books crew food and cooked waste whole, with their amount left to the kiosk', () => {
    expect(giveTender('crew-food', null, 995, [])).toEqual({
      type: 'paid',
      tenders: [{ method: 'crew-food' }],
    });
    expect(giveTender('cooked-waste', null, 995, [{ method: 'cash', amount: 5 }])).toMatchObject({
      type: 'refused',
    });
    expect(giveTender('crew-food', 500, 995, [])).toMatchObject({ type: 'refused' });
  });

  it('whatever is given, what counts as paid is what the kiosk settles', () => {
    const method = fc.constantFrom<TenderMethod>('cash', 'card', 'voucher', 'on-account', 'cheque');
    const gift = fc.record({ method, given: fc.option(fc.integer({ min: 1, max: 20_000 })) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(gift, { minLength: 1, maxLength: 8 }),
        (total, gifts) => {
          let parts: readonly TenderPart[] = [];
          for (const { method: by, given } of gifts) {
            const step = giveTender(by, given, total, parts);
            if (step.type === 'part') parts = [...parts, step.part];
            if (step.type === 'paid') {
              const settled = settle(step.tenders, total);
              expect(settled.ok).toBe(true);
              return;
            }
          }
          expect(leftToPay(total, parts)).toBeGreaterThan(0);
        },
      ),
    );
  });
});
