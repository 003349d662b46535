import type { BusinessDate } from '@tillwire/domain';
import { z } from 'zod';
import { type KioskTransaction, readMeta, writeMeta } from './database.ts';

/** Numbers a restored kiosk leaves out: its lost disk can have printed them. */
export interface NumberFloor {
  /** The last date it holds for. */
  readonly through: BusinessDate;
  /** The first number on any such date. */
  readonly first: number;
}

const NAME = 'number_floor';
const schema = z.object({ through: z.string(), first: z.int() });

/** The first order number of a date nothing is known to be sold on: 1, but for what a restore leaves out. */
export async function firstSequenceOf(tx: KioskTransaction, date: BusinessDate): Promise<number> {
  const text = await readMeta(tx, NAME);
  if (text === null) return 1;
  const { through, first } = schema.parse(JSON.parse(text));
  return date <= through ? first : 1;
}

export const raiseNumberFloor = (tx: KioskTransaction, floor: NumberFloor): Promise<void> =>
  writeMeta(tx, NAME, JSON.stringify(floor));
