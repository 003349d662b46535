import { expect, it } from 'vitest';
import { periodOf } from './periods.ts';

// A Thursday.
const TODAY = '2025-11-27';

it.each([
  ['today', TODAY, TODAY],
  ['yesterday', '2025-11-26', '2025-11-26'],
  ['week', '2025-11-24', TODAY],
  ['last-week', '2025-11-17', '2025-11-23'],
  ['four-weeks', '2025-10-31', TODAY],
  ['anything else', '2025-11-24', TODAY],
])('%s is %s to %s', (name, from, to) => {
  expect(periodOf(name, TODAY, {})).toEqual({ from, to });
});

it('Chosen dates come in order, whichever way round they were given', () => {
  expect(periodOf('dates', TODAY, { from: '2025-11-20', to: '2025-11-02' })).toEqual({
    from: '2025-11-02',
    to: '2025-11-20',
  });
  expect(periodOf('dates', TODAY, { from: '2025-02-30' })).toEqual({
    from: '2025-11-24',
    to: TODAY,
  });
});
