import { systemClock } from '@tillwire/runtime';
import { runProgram } from './program.ts';

await runProgram(systemClock);
