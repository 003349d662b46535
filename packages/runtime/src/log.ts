import pino from 'pino';

/** Structured logs: constant messages, facts in fields (`store`, `orderId`, `seq`), never payloads or secrets. */
export type Log = pino.Logger;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogOptions {
  /** Where lines go. By default stderr: stdout belongs to a command's answers. */
  readonly to?: pino.DestinationStream;
  readonly monotonicMs?: () => number;
}

/**
 * A log in which one thing that goes wrong again and again does not fill the disk, as it did when the disk was full:
 * the same warning or error is written ten times a minute, and the first of the next says how many were not.
 */
export const createLog = (
  name: string,
  level: LogLevel = 'info',
  {
    to = pino.destination({ dest: 2, sync: true }),
    monotonicMs = () => performance.now(),
  }: LogOptions = {},
): Log => {
  const repeats = createRepeats(monotonicMs);
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: {
        logMethod(given, write, at) {
          const [facts, words]: readonly unknown[] = given;
          if (at < WARNING) return write.apply(this, given);
          const left = repeats(sameness([this.bindings(), facts, words]));
          if (left === null) return;
          if (left === 0) return write.apply(this, given);
          const [told, text] = typeof facts === 'string' ? [{}, facts] : [facts, words];
          write.apply(this, [{ ...(told as object), unsaid: left }, text as string]);
        },
      },
    },
    to,
  );
};

const WARNING = 40;
const SAME_A_MINUTE = 10;
const MINUTE_MS = 60_000;
/** Different lines that are remembered. */
const MAX_LINES = 1000;

/** What makes two lines the same: their facts, and of an error what it says. */
const sameness = (line: readonly unknown[]): string =>
  JSON.stringify(line, (_name, value: unknown) => {
    if (value instanceof Error) return value.message;
    return typeof value === 'bigint' ? String(value) : value;
  });

/** How many of a line were left out before this one, where it is to be written; null where it is not. */
function createRepeats(monotonicMs: () => number): (line: string) => number | null {
  const lines = new Map<string, { readonly untilMs: number; said: number; unsaid: number }>();
  return (line) => {
    const known = lines.get(line);
    if (known === undefined || monotonicMs() >= known.untilMs) {
      if (known === undefined && lines.size >= MAX_LINES) lines.clear();
      lines.set(line, { untilMs: monotonicMs() + MINUTE_MS, said: 1, unsaid: 0 });
      return known?.unsaid ?? 0;
    }
    if (known.said < SAME_A_MINUTE) {
      known.said++;
      return 0;
    }
    known.unsaid++;
    return null;
  };
}
