import { expect, it } from 'vitest';
import { linkTo, placeOf } from './router.ts';

it('A link and the place it leads to say the same', () => {
  const link = linkTo(['orders', 'S03-20251127-000123'], { store: 'S03', date: '', text: 'a&b=ü' });
  expect(placeOf(link)).toEqual({
    screen: 'orders',
    rest: ['S03-20251127-000123'],
    query: new Map([
      ['store', 'S03'],
      ['text', 'a&b=ü'],
    ]),
  });
});

it('No fragment is the overview, and a broken one is taken as it is', () => {
  expect(placeOf('').screen).toBe('overview');
  expect(placeOf('#/orders/%E0%A4%A').rest).toEqual(['%E0%A4%A']);
});
