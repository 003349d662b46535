import process from 'node:process';
import { createSimulatedTime, isLegs } from '@tillwire/lab/simulated-time';
import { systemClock } from '@tillwire/runtime';
import { runProgram } from './program.ts';

// `tillwire` in the simulator's time (docs/adr/0017-simulated-time.md): the process that starts it holds the reins over
// a channel of its own. No command, option or variable leads here, and nobody's child does not start.

if (process.send === undefined) {
  process.stderr.write('tillwire: simulated time is the simulator’s, which starts this itself\n');
  process.exit(2);
}
const time = createSimulatedTime(systemClock.nowMs);
await new Promise<void>((began) => {
  process.on('message', (word) => {
    if (!isLegs(word)) throw new Error('what the simulator says is no time');
    time.take(word);
    began();
  });
});
// Whose simulator died has no time any more.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
await runProgram({ ...systemClock, nowMs: time.nowMs });
