import type { CatalogueReport } from '@tillwire/contract';
import { type StoreCode, storeCode, utcInstant } from '@tillwire/domain';
import { describe, expect, it } from 'vitest';
import { progressOf, SILENCE_MS, stepRollOut, type ToldStore, wavesOf } from './roll-out.ts';

const store = (n: number): StoreCode => storeCode(`S0${n}`);
const five = [1, 2, 3, 4, 5].map(store);

const report = (
  version: number | null,
  state: NonNullable<CatalogueReport['newest']>['state'],
  inForce = 100,
): CatalogueReport => ({
  store_code: 'S01',
  at: utcInstant(0),
  session: 1,
  number: 1,
  in_force: { catalog_version: inForce, part: 'now' },
  newest: {
    catalog_version: version,
    state,
    reason: state === 'refused' ? 'bad-result' : null,
    detail: '',
  },
});
const told = (n: number, last: CatalogueReport | null, online = true): ToldStore => ({
  store: store(n),
  version: 105,
  toldAtMs: 0,
  report: last,
  online,
});
const wave = (
  stores: readonly ToldStore[],
  over: Partial<Parameters<typeof stepRollOut>[0]> = {},
) => ({ told: stores, isCanaryWave: false, isLastWave: false, scheduled: false, ...over });

describe('A roll-out', () => {
  it('tells the canaries first, then waves of a size, or all the others at once', () => {
    expect(wavesOf(five, { canaries: [store(3)], waveSize: 2 })).toEqual([
      [store(3)],
      [store(1), store(2)],
      [store(4), store(5)],
    ]);
    expect(wavesOf(five, { canaries: [], waveSize: null })).toEqual([five]);
    expect(wavesOf([], { canaries: [store(1)], waveSize: 2 })).toEqual([]);
  });

  it('goes on once a wave has applied it, and is complete after the last', () => {
    const done = [told(1, report(105, 'applied', 105)), told(2, report(105, 'applied', 105))];
    expect(stepRollOut(wave(done), 1)).toEqual({ type: 'next-wave' });
    expect(stepRollOut(wave(done, { isLastWave: true }), 1)).toEqual({ type: 'complete' });
    expect(stepRollOut(wave([...done, told(3, report(105, 'staged'))]), 1)).toEqual({
      type: 'wait',
    });
  });

  it('counts a scheduled change as arrived once it is staged', () => {
    const staged = [told(1, report(105, 'staged'))];
    expect(stepRollOut(wave(staged, { scheduled: true }), 1)).toEqual({ type: 'next-wave' });
  });

  it('halts at any refusal', () => {
    const step = stepRollOut(
      wave([told(1, report(105, 'applied', 105)), told(2, report(105, 'refused'))]),
      1,
    );
    expect(step).toMatchObject({ type: 'halt' });
    expect(step.type === 'halt' && step.reason).toContain('S02 refused version 105: bad result');
  });

  it('is not halted by a refusal of something else', () => {
    expect(stepRollOut(wave([told(1, report(104, 'refused'))]), 1)).toEqual({ type: 'wait' });
    expect(progressOf({ version: 105, report: report(null, 'refused') })).toBe('unheard');
    expect(progressOf({ version: 105, report: report(null, 'refused', 105) })).toBe('applied');
  });

  it('does not wait for shops whose line is down, but for every canary', () => {
    const down = [told(1, null, false)];
    expect(stepRollOut(wave(down), 1)).toEqual({ type: 'next-wave' });
    expect(stepRollOut(wave(down, { isCanaryWave: true }), SILENCE_MS * 9)).toEqual({
      type: 'wait',
    });
  });

  it('halts when a shop with its line up stays silent', () => {
    const silent = wave([told(1, report(105, 'received'))]);
    expect(stepRollOut(silent, SILENCE_MS)).toEqual({ type: 'wait' });
    expect(stepRollOut(silent, SILENCE_MS + 1)).toMatchObject({ type: 'halt' });
  });
});
