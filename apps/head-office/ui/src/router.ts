import { signal } from '@preact/signals';

/** Where this browser is: `#/orders/S03-…?store=S03` is screen `orders`, with the rest and what was asked. */
export interface Place {
  readonly screen: string;
  readonly rest: readonly string[];
  readonly query: ReadonlyMap<string, string>;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** @returns the place a fragment names; no fragment is the overview. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [screen = '', ...rest] = path.split('/').map(decoded);
  return {
    screen: screen === '' ? 'overview' : screen,
    rest,
    query: new Map(new URLSearchParams(query)),
  };
}

/** The fragment of a place; what is empty is left out. */
export function linkTo(
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, value] as [string, string]],
    ),
  ).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${asked === '' ? '' : `?${asked}`}`;
}

export const place = signal<Place>(placeOf(''));

export const go = (link: string): void => {
  location.hash = link;
};

export function followAddress(): void {
  const look = (): void => {
    place.value = placeOf(location.hash);
  };
  look();
  addEventListener('hashchange', look);
}
