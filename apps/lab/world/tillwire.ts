import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import type { Reins } from '../simulate/simulated-time.ts';

/** The command line's own program. */
const TILLWIRE = join(import.meta.dirname, '../../cli/src/main.ts');
/** The same in simulated time. */
const LAB_TILLWIRE = join(import.meta.dirname, '../../cli/src/lab-main.ts');

/** As it is installed: with what Node is told about the size of a shop's computer. */
const INSTALLED = join(import.meta.dirname, '../../cli/bin/tillwire');

/** How a service is started: as its unit would start it, or in simulated time. */
export const serviceOf = (
  reins: Reins | undefined,
): { readonly command: string; readonly args: readonly string[] } =>
  reins === undefined
    ? { command: INSTALLED, args: [] }
    : { command: process.execPath, args: [LAB_TILLWIRE] };

const tillwireOf = (reins: Reins | undefined): string =>
  reins === undefined ? TILLWIRE : LAB_TILLWIRE;

/** Runs `tillwire …` to its end and gives what it printed. @throws with what it complained of. */
export async function tillwire(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  reins?: Reins,
): Promise<string> {
  const child = spawn(process.execPath, [tillwireOf(reins), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', ...(reins === undefined ? [] : ['ipc' as const])],
  });
  if (reins !== undefined) child.send([...reins.legs()]);
  let [output, complaint] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`tillwire ${args.join(' ')} ended with ${code}: ${complaint}`);
  return output;
}
