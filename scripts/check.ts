// npm run check: the steps of the quick loop, as many at once as there are processors. Each is an npm script of its own;
// what one says is printed when it is through, so that nothing is mixed.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The longest first, so that nobody waits for it at the end. */
const STEPS = ['test:unit', 'format:check', 'types', 'lint', 'boundaries'] as const;

/** Runs one step; whether it passed. */
const pass = (step: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const beganMs = performance.now();
    const child = spawn('npm', ['run', '--silent', step], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece: Buffer) => said.push(piece));
    }
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
      process.stdout.write(Buffer.concat(said));
      console.log(`${step}: ${code === 0 ? 'passed' : 'FAILED'} after ${seconds} s`);
      resolve(code === 0);
    });
  });

const waiting = STEPS.values();
const failed: string[] = [];
const work = async (): Promise<void> => {
  for (const step of waiting) if (!(await pass(step))) failed.push(step);
};
await Promise.all(Array.from({ length: availableParallelism() }, work));
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
