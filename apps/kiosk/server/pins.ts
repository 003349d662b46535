import { scrypt } from 'node:crypto';
import { Problem } from '@tillwire/runtime';
import { z } from 'zod';

/** How much work a PIN is. */
export interface PinCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 16 MiB and some 50 ms: a PIN has few digits, so it is the lock that stops guessing, and a till answers at once. */
export const PIN_COST: PinCost = { N: 2 ** 14, r: 8, p: 1 };
const KEY_BYTES = 32;

const PIN = /^\d{4,8}$/;
export const isPin = (text: string): boolean => PIN.test(text);

/** A PIN as requests carry it: told what is wrong with it nobody reads it back. */
export const pinField = z.unknown().meta({ type: 'string', description: '4 to 8 digits' });

/** @throws {Problem} 400 that does not say what was given. */
export function pinOf(given: unknown): string {
  if (typeof given === 'string' && isPin(given)) return given;
  throw new Problem(400, 'bad-request', 'the request is not as it should be', {
    faults: [{ path: 'pin', code: 'not-valid', message: 'a PIN is text of 4 to 8 digits' }],
  });
}

export type HashPin = (pin: string) => Promise<string>;

/** Hashes PINs with this shop's salt, one at a time: signing in never takes the whole machine from selling. */
export function createPinHash(salt: () => Promise<string>, { N, r, p }: PinCost): HashPin {
  let last: Promise<unknown> = Promise.resolve();
  const hash = async (pin: string): Promise<string> => {
    const own = Buffer.from(await salt(), 'base64url');
    const key = await new Promise<Buffer>((resolve, reject) => {
      scrypt(pin, own, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, derived) =>
        error === null ? resolve(derived) : reject(error),
      );
    });
    return key.toString('base64url');
  };
  return (pin) => {
    const next = last.then(() => hash(pin));
    last = next.catch(() => undefined);
    return next;
  };
}
