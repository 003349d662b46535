import { signal } from '@preact/signals';
import { openTill, signedOut } from './token.ts';

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

export const place = signal<Place>(placeOf(''));

/** Keeps `place` as the address has it, from now on. */
export function followAddress(): void {
  place.value = placeOf(location.hash);
  addEventListener('hashchange', () => {
    // Whoever was asked who they are and goes elsewhere need not answer, where nobody has to.
    if (openTill.value) signedOut.value = false;
    place.value = placeOf(location.hash);
  });
}
