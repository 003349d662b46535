import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';

/** The command line's own program. */
export const TILLWIRE = join(import.meta.dirname, '../../cli/src/main.ts');

/** Runs `tillwire …` to its end and gives what it printed. @param nodeArgs such as a clock's. @throws with what it complained of. */
export async function tillwire(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  nodeArgs: readonly string[] = [],
): Promise<string> {
  const child = spawn(process.execPath, [...nodeArgs, TILLWIRE, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, complaint] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`tillwire ${args.join(' ')} ended with ${code}: ${complaint}`);
  return output;
}
