import { ZERO_HASH } from '@tillwire/contract';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advanceWatermark, type HeldPlace, NO_WATERMARK } from './watermark.ts';

const opens = (): boolean => true;
const place = (
  seq: number,
  prevHash: string | null = seq === 1 ? 'start' : `h${seq - 1}`,
): HeldPlace => ({
  seq,
  hash: `h${seq}`,
  prevHash,
});

describe('the watermark', () => {
  test('passes what follows without a gap, however it comes', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8]), (arrivals) => {
        const held = new Set<number>();
        let watermark = NO_WATERMARK;
        for (const seq of arrivals) {
          held.add(seq);
          const places = [...held].sort((a, b) => a - b).map((one) => place(one));
          watermark = advanceWatermark(watermark, places, opens);
          let whole = 0;
          while (held.has(whole + 1)) whole++;
          expect(watermark.completeThrough).toBe(whole);
          expect(watermark.hash).toBe(whole === 0 ? null : `h${whole}`);
        }
      }),
    );
  });

  test('stops its claim at a link that does not fit, while the lane goes on', () => {
    const places = [place(1), place(2), place(3, 'other'), place(4)];
    expect(advanceWatermark(NO_WATERMARK, places, opens)).toEqual({
      heldThrough: 4,
      completeThrough: 2,
      heldHash: 'h4',
      hash: 'h2',
      frozenAt: 3,
    });
    const first = advanceWatermark(NO_WATERMARK, [place(1)], () => false);
    expect(first).toMatchObject({ completeThrough: 0, frozenAt: 1 });
  });

  test('counts a parked place, and holds the next one to its hash', () => {
    const parked = [place(1), place(2, null)];
    const fits = advanceWatermark(NO_WATERMARK, [...parked, place(3)], opens);
    expect(fits).toMatchObject({ completeThrough: 3, frozenAt: null });
    const broken = advanceWatermark(NO_WATERMARK, [...parked, place(3, 'other')], opens);
    expect(broken).toMatchObject({ completeThrough: 2, frozenAt: 3 });
  });

  test('believes what follows a restored place whose hash nobody knows', () => {
    const restored = { seq: 2, hash: ZERO_HASH, prevHash: null };
    const after = advanceWatermark(NO_WATERMARK, [place(1), restored, place(3)], opens);
    expect(after).toMatchObject({ completeThrough: 3, hash: 'h3', frozenAt: null });
  });
});
