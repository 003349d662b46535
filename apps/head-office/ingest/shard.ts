import { shopOfStore, type StoreCode } from '@tillwire/domain';

/** One of several workers that split the stores among them. */
export interface Shard {
  /** From 1. */
  readonly part: number;
  readonly of: number;
}

/** `2/3`, or null when it is none. */
export function parseShard(text: string): Shard | null {
  const match = /^([1-9]\d?)\/([1-9]\d?)$/.exec(text);
  const [part, of] = [Number(match?.[1]), Number(match?.[2])];
  return match !== null && part <= of ? { part, of } : null;
}

export const isOurs = (store: StoreCode, shard: Shard | null): boolean =>
  shard === null || shopOfStore(store) % shard.of === shard.part - 1;
