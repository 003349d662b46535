import { readFileSync } from 'node:fs';
import process from 'node:process';

// Loaded into a program before its own first line (`node --import`): its wall clock is the machine's and as many
// milliseconds more or less as the file `SHIFTED_CLOCK` says, so that a test moves it under a running process as a
// battery that died or a hand at the settings would, and the next thing it does is done at the new time. Timers and
// durations go on as they did.

const file = process.env['SHIFTED_CLOCK'] ?? '';
const machine = Date.now.bind(Date);

Date.now = () => machine() + Number(readFileSync(file, 'utf8'));
