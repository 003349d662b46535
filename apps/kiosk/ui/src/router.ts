import { signal } from '@preact/signals';

/** Where this browser is: `#/orders/2026-11-24` is screen `orders`, with the rest in `rest`. */
export interface Place {
  readonly screen: string;
  readonly rest: readonly string[];
}

/** @returns the place a fragment names; no fragment is the till. */
export function placeOf(hash: string): Place {
  const [screen = '', ...rest] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  return { screen: screen === '' ? 'till' : screen, rest };
}

export const place = signal<Place>(placeOf(location.hash));

export const followAddress = (): void =>
  addEventListener('hashchange', () => {
    place.value = placeOf(location.hash);
  });
