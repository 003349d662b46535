import { setTimeout as after } from 'node:timers';
import type { Random } from '../random.ts';

/** What lies between the two ends of an MQTT connection and can spoil what passes. */
export interface Meddler {
  /** From now on every message comes late, out of order, and now and then twice; or all goes through again. */
  readonly isMeddling: (yes: boolean) => void;
  /** One connection: how its pieces are passed on, either way. */
  readonly connection: () => {
    readonly up: Passage;
    readonly down: Passage;
  };
}

/** Takes what came and calls `pass` with what goes on, now or later. */
export type Passage = (piece: Buffer, pass: (piece: Buffer) => void) => void;

const PUBLISH = 3;
const PUBACK = 4;
/** A message is at most this late; those behind it pass it. */
const LATE_MS = 1500;
const TWICE = 0.3;

/** @param later does something after so many ms. */
export function createMeddler(
  random: Random,
  later: (work: () => void, ms: number) => unknown = after,
): Meddler {
  let meddles = false;
  const passage = (surplus: Map<number, number>, surplusOfOthers: Map<number, number>): Passage => {
    const frames = createFrames();
    return (piece, pass) => {
      for (const frame of frames(piece)) {
        const type = (frame[0] ?? 0) >> 4;
        if (type === PUBACK && isSurplus(surplus, frame)) continue;
        if (!meddles || type !== PUBLISH) {
          pass(frame);
          continue;
        }
        later(() => pass(frame), random.whole(0, LATE_MS));
        if (random.chance() >= TWICE) continue;
        const id = packetIdOf(frame);
        // Of two copies the sender hears of one only: a second answer is no part of the protocol.
        if (id !== null) surplusOfOthers.set(id, (surplusOfOthers.get(id) ?? 0) + 1);
        later(() => pass(frame), random.whole(0, 2 * LATE_MS));
      }
    };
  };
  return {
    isMeddling: (yes) => {
      meddles = yes;
    },
    connection: () => {
      const [upwards, downwards] = [new Map<number, number>(), new Map<number, number>()];
      return { up: passage(upwards, downwards), down: passage(downwards, upwards) };
    },
  };
}

function isSurplus(surplus: Map<number, number>, frame: Buffer): boolean {
  const id = frame.readUInt16BE(headerLength(frame));
  const left = surplus.get(id) ?? 0;
  if (left === 0) return false;
  surplus.set(id, left - 1);
  return true;
}

/** The id of a message that is answered; null for one that is not. */
function packetIdOf(frame: Buffer): number | null {
  if ((((frame[0] ?? 0) >> 1) & 3) === 0) return null;
  const start = headerLength(frame);
  return frame.readUInt16BE(start + 2 + frame.readUInt16BE(start));
}

/** Bytes before an MQTT packet's content: its type, and its length in up to four of seven bits each. */
function headerLength(frame: Buffer): number {
  let at = 1;
  while (((frame[at] ?? 0) & 0x80) !== 0) at++;
  return at + 1;
}

/** Cuts a stream into whole MQTT packets. */
function createFrames(): (piece: Buffer) => readonly Buffer[] {
  let held: Buffer = Buffer.alloc(0);
  return (piece) => {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    const frames: Buffer[] = [];
    for (;;) {
      const length = frameLength(held);
      if (length === null || held.length < length) return frames;
      frames.push(held.subarray(0, length));
      held = held.subarray(length);
    }
  };
}

/** How long the packet is that begins here; null while that is not known. */
function frameLength(bytes: Buffer): number | null {
  let [content, factor] = [0, 1];
  for (let at = 1; at < Math.min(bytes.length, 5); at++) {
    const byte = bytes[at] ?? 0;
    content += (byte & 0x7f) * factor;
    factor *= 128;
    if ((byte & 0x80) === 0) return at + 1 + content;
  }
  return null;
}
