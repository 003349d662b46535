import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { freePort } from '../world/line.ts';
import type { Row } from './rows.ts';

const ROOT = join(import.meta.dirname, '../../..');

/**
 * Runs one of the repository's measuring scripts and gives what it printed, whatever its exit code says. Once `signal`
 * aborts it ends, with whatever it started.
 */
async function measured(
  script: string,
  args: readonly string[],
  { env, signal }: Pick<ScriptDeps, 'env' | 'signal'>,
): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, to be ended as one.
    detached: true,
  });
  const end = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', end, { once: true });
  let [output, complaint] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  await once(child, 'close');
  signal.removeEventListener('abort', end);
  if (output === '') throw new Error(`${script} measured nothing: ${complaint}`);
  return output;
}

/** The first number after `name` in `text`. @throws when it is not there. */
function figure(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`${pattern} is not in ${text}`);
  return Number(found.replaceAll(',', ''));
}

const figures = (text: string, pattern: RegExp): readonly number[] =>
  [...text.matchAll(pattern)].map((match) => Number(match[1]));

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export interface ScriptDeps {
  readonly env: Readonly<Record<string, string>>;
  /** A folder on the disk that is measured. */
  readonly folder: string;
  readonly databaseUrl: (name: string) => Promise<string>;
  readonly isQuick: boolean;
  readonly signal: AbortSignal;
}

export async function orderCommit({
  folder,
  isQuick,
  ...deps
}: ScriptDeps): Promise<readonly Row[]> {
  const text = await measured(
    'apps/kiosk/bench/order-commit.ts',
    [folder, isQuick ? '500' : '2000'],
    deps,
  );
  const of = (share: string) => ({
    bare: figure(text, new RegExp(`${share}: bare ([\\d.]+)`)),
    order: figure(text, new RegExp(`${share}:.*order ([\\d.]+)`)),
  });
  const [p50, p99] = [of('p50'), of('p99')];
  return [
    {
      what: 'order at the kiosk, request to answer, p99',
      measured: `${p99.order} ms (p50 ${p50.order} ms)`,
      limit: `bare write + fsync ${p99.bare} ms (p50 ${p50.bare} ms): ${(p99.order / p99.bare).toFixed(2)} ×`,
      budget: '≤ 4 × bare',
      isKept: p99.order <= 4 * p99.bare,
    },
  ];
}

export async function ingest({
  databaseUrl,
  isQuick,
  ...deps
}: ScriptDeps): Promise<readonly Row[]> {
  const text = await measured(
    'apps/head-office/bench/ingest.ts',
    [await databaseUrl('bench_ingest'), isQuick ? '10000' : '30000'],
    deps,
  );
  const copy = middle(figures(text, /COPY (\d+)\/s,/g));
  const first = middle(figures(text, /ingest (\d+)\/s/g));
  const ratio = middle(figures(text, /\(([\d.]+) × COPY\)/g));
  const again = middle(figures(text, /\(([\d.]+) × first\)/g));
  const single = middle(figures(text, /ingest is ([\d.]+) ×/g));
  return [
    {
      what: 'ingest into the books, 100 a statement, 4 connections',
      measured: `${first}/s`,
      limit: `raw COPY ${copy}/s: ${ratio} ×`,
      budget: '≥ 0.8 × COPY',
      isKept: ratio >= 0.8,
    },
    {
      what: 'against one transaction an order',
      measured: `${single} ×`,
      limit: '',
      budget: '≥ 12 ×',
      isKept: single >= 12,
    },
    {
      what: 'redelivery of what is there',
      measured: `${again} × first delivery`,
      limit: '',
      budget: '≥ 1.5 ×',
      isKept: again >= 1.5,
    },
  ];
}

/** Orders a second into a database that has others already, round by round; `at` keeps the shops of each call apart. */
export async function ingestOnTop(
  deps: ScriptDeps,
  databaseUrl: string,
  { today, at }: { readonly today: string; readonly at: number },
): Promise<readonly number[]> {
  const text = await measured(
    'apps/head-office/bench/ingest.ts',
    [databaseUrl, deps.isQuick ? '3000' : '15000', `--on-top=${today}:${at}`],
    deps,
  );
  return figures(text, /on top (\d+)\/s/g);
}

export async function catalogue({
  databaseUrl,
  isQuick,
  ...deps
}: ScriptDeps): Promise<readonly Row[]> {
  const text = await measured(
    'apps/head-office/bench/catalogue.ts',
    [
      await databaseUrl('bench_catalogue'),
      String(await freePort()),
      '15',
      '1000',
      isQuick ? '3' : '10',
    ],
    deps,
  );
  const { publishedToAppliedMs, switchMs, switchTogetherMs } = JSON.parse(
    text.trim().split('\n').at(-1) ?? '{}',
  ) as Readonly<
    Record<
      'publishedToAppliedMs' | 'switchMs' | 'switchTogetherMs',
      { readonly p50: number; readonly p99: number }
    >
  >;
  return [
    {
      what: 'menu of 1,000 products: published to applied by 15 kiosks, p99',
      measured: `${publishedToAppliedMs.p99} ms (p50 ${publishedToAppliedMs.p50} ms)`,
      limit: '',
      budget: '≤ 1 s',
      isKept: publishedToAppliedMs.p99 <= 1000,
    },
    {
      what: 'the switch itself, p99 of 100',
      measured: `${switchMs.p99} ms (p50 ${switchMs.p50} ms)`,
      limit: `15 kiosks at once on this machine: ${switchTogetherMs.p99} ms (p50 ${switchTogetherMs.p50} ms)`,
      budget: '≤ 10 ms',
      isKept: switchMs.p99 <= 10,
    },
  ];
}

/** The domain's own table: lines of `ok|MISS what: figure (budget …)`. */
export async function domain(deps: ScriptDeps): Promise<readonly Row[]> {
  const text = await measured('scripts/bench-domain.ts', [], deps);
  return [...text.matchAll(/^(ok|MISS)\s+(.*?): (.*) \(budget (.*)\)$/gm)].map(
    ([, word, what = '', value = '', budget = '']) => ({
      what: what.replace(/\/\S*\/(?=[^/]+$)/, ''),
      measured: value,
      limit: '',
      budget,
      isKept: word === 'ok',
    }),
  );
}

/** The till in a real browser at 4× slowdown: lines that end in `kept` or `BROKEN`. */
export async function screens(deps: ScriptDeps): Promise<readonly Row[]> {
  const text = await measured('apps/kiosk/bench/ui.ts', [], deps);
  return text
    .split('\n')
    .map((line) => SCREEN_LINE.exec(line.trim())?.groups)
    .filter((found) => found !== undefined)
    .map(({ name = '', measured: value = '', empty, ratio, budget = '', word }) => ({
      what: `till: ${name}`,
      measured: value,
      limit: empty === undefined ? '' : `empty page ${empty}: ${ratio} ×`,
      budget,
      isKept: word === 'kept',
    }));
}

const SCREEN_LINE =
  /^(?<name>.*?)\s{2,}(?<measured>.*?)(?:\s{2,}empty page (?<empty>[\d.]+ ms)\s{2,}ratio (?<ratio>[\d.]+))?\s{2,}budget (?<budget>.*?)\s{2,}(?<word>kept|BROKEN)$/;
