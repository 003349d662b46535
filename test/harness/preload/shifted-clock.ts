import { readFileSync } from 'node:fs';
import process from 'node:process';

// Loaded into a program before its own first line (`node --import`): its wall clock is the machine's and as many
// milliseconds more or less as the file `SHIFTED_CLOCK` says, so that a test moves it under a running process as a
// battery that died or a hand at the settings would. Timers and durations go on as they did.

const LOOK_EVERY_MS = 5;
const file = process.env['SHIFTED_CLOCK'] ?? '';
const machine = Date.now.bind(Date);
let lookedMs = Number.NEGATIVE_INFINITY;
let shiftMs = 0;

Date.now = () => {
  const nowMs = performance.now();
  if (nowMs - lookedMs >= LOOK_EVERY_MS) {
    lookedMs = nowMs;
    shiftMs = Number(readFileSync(file, 'utf8'));
  }
  return machine() + shiftMs;
};
