import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { topicOf } from '@tillwire/contract';
import { isStoreCode, type StoreCode } from '@tillwire/domain';
import { Problem } from '@tillwire/runtime';
import { z } from 'zod';
import { type LaneMessage, laneMessageOf } from './lane.ts';
import { type ReplayDeps, takeIn } from './replay.ts';

/** What became of a journal that came by USB stick. */
export interface Imported {
  readonly store: StoreCode;
  readonly events: number;
  readonly parked: readonly { readonly reason: string; readonly detail: string }[];
}

const EVENTS_AT_ONCE = 100;
/** As the wire allows it, with room for a line's end. */
const MAX_EVENT_CHARACTERS = 256 * 1024;

const lineSchema = z.looseObject({
  store_code: z.string().refine(isStoreCode),
  global_order_id: z.string().optional(),
});

/**
 * Takes in what `tillwire kiosk export-journal` wrote: the bytes that would have been sent, by the same path and with
 * the same checks. What is held already changes nothing. @throws {Problem} for any other file.
 */
export async function importJournal(deps: ReplayDeps, file: string): Promise<Imported> {
  let store: StoreCode | null = null;
  let events = 0;
  const parked: { readonly reason: string; readonly detail: string }[] = [];
  let waiting: LaneMessage[] = [];
  const takeWaiting = async (): Promise<void> => {
    if (store === null || waiting.length === 0) return;
    const taken = await takeIn(deps, store, waiting);
    events += taken.events;
    parked.push(...taken.parked);
    waiting = [];
  };
  for await (const { line, at } of linesOf(file)) {
    const message = messageOf(line, at);
    if (store !== null && message.store !== store) {
      throw notAJournal(file, `line ${at} is of ${message.store}, those before of ${store}`);
    }
    store = message.store;
    waiting.push(message);
    if (waiting.length >= EVENTS_AT_ONCE) await takeWaiting();
  }
  await takeWaiting();
  if (store === null) throw notAJournal(file, 'it holds no event');
  return { store, events, parked };

  function messageOf(line: string, at: number): LaneMessage {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw notAJournal(file, `line ${at} is not JSON`);
    }
    const read = lineSchema.safeParse(value);
    if (!read.success) throw notAJournal(file, `line ${at} names no store`);
    const { store_code, global_order_id } = read.data;
    const name = global_order_id === undefined ? 'exports' : 'orders';
    return laneMessageOf(store_code, name, {
      topic: topicOf(name, store_code),
      payload: Buffer.from(line),
      done: () => undefined,
    });
  }
}

async function* linesOf(file: string): AsyncGenerator<{ line: string; at: number }> {
  const source = createReadStream(file);
  const unzipped = source.pipe(createGunzip());
  // An error of the file itself would otherwise be nobody's.
  source.on('error', (error) => unzipped.destroy(error));
  let at = 0;
  try {
    for await (const line of createInterface({ input: unzipped, crlfDelay: Infinity })) {
      at++;
      if (line === '') continue;
      if (line.length > MAX_EVENT_CHARACTERS) throw notAJournal(file, `line ${at} is too long`);
      yield { line, at };
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw notAJournal(file, error instanceof Error ? error.message : String(error));
  } finally {
    // Left before its end, as at a line that is refused: what is still wrong further on is nobody's error.
    source.destroy();
    unzipped.destroy();
  }
}

const notAJournal = (file: string, why: string): Problem =>
  new Problem(400, 'not-a-journal', `${file} is not a journal of a kiosk: ${why}`);
