import pino from 'pino';

/** Structured logs: constant messages, facts in fields (`store`, `orderId`, `seq`), never payloads or secrets. */
export type Log = pino.Logger;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A log to stderr: stdout belongs to a command's answers. */
export const createLog = (name: string, level: LogLevel = 'info'): Log =>
  pino(
    { name, level, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
