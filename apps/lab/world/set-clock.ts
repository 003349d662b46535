/**
 * Loaded before a program of the product (`node --import`): its wall clock is what the lab's file says, and what the
 * lab writes there counts at once, as if somebody had set the machine's clock. Timers and durations stay real.
 */
import { readFileSync, watch } from 'node:fs';
import { clockFile } from '../config.ts';
import { readWord, realMs } from './lab-clock.ts';

const file = clockFile();
let word = readWord(readFileSync(file, 'utf8'));
if (word === null) throw new Error(`${file} is no word about the time`);
watch(file, { persistent: false }, () => {
  // A file that is being written is read again at the next event.
  word = readWord(readFileSync(file, 'utf8')) ?? word;
});
Object.assign(Date, {
  now: () => (word === null ? 0 : Math.floor(word.atMs + (realMs() - word.fromMs) * word.speed)),
});
