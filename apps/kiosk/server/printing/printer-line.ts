import { createConnection } from 'node:net';

/** How long a printer may take. */
export interface LinePatience {
  readonly connectMs: number;
  /** From the connection until it has taken the whole job and says so. */
  readonly printMs: number;
}

/** A printer did not take a job, or nobody knows whether it did. */
export class PrinterError extends Error {
  override readonly name = 'PrinterError';
}

/** GS r 1: the printer says how its paper is once it has worked off everything before. */
const ASK_STATUS = Uint8Array.of(0x1d, 0x72, 0x01);
const PAPER_OUT = 0x0c;

/** A job on its way when the kiosk stops has this long to end, so that it need not come out twice. */
const LAST_MS = 1000;

/**
 * Gives a printer a job over a connection of its own. Resolves once the printer has closed it in return, and where it
 * answers has said that it has paper. @throws {PrinterError} when it refuses, resets, or is silent for too long.
 */
export function sendToPrinter(
  {
    host,
    port,
    answers,
  }: { readonly host: string; readonly port: number; readonly answers: boolean },
  job: Uint8Array,
  { connectMs, printMs }: LinePatience,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = createConnection({ host, port, allowHalfOpen: true });
  const fail = (why: string): void => {
    reject(new PrinterError(why));
    socket.destroy();
  };
  let timer = setTimeout(() => fail('it does not answer'), connectMs);
  let hasAnswered = !answers;
  const stop = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => fail('the kiosk was stopped'), LAST_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  socket.once('connect', () => {
    clearTimeout(timer);
    timer = setTimeout(() => fail('it takes nothing: paper, cover or cable'), printMs);
    if (answers) socket.write(Buffer.concat([job, ASK_STATUS]));
    else socket.end(job);
  });
  socket.on('data', (bytes: Buffer) => {
    const [status] = bytes;
    if (hasAnswered || status === undefined) return;
    if ((status & PAPER_OUT) !== 0) return fail('it is out of paper');
    hasAnswered = true;
    socket.end();
  });
  socket.once('end', () => {
    if (!hasAnswered) return fail('it hung up in the middle');
    socket.end(resolve);
  });
  socket.once('error', ({ message }) => fail(message));
  socket.once('close', () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    reject(new PrinterError('it hung up in the middle'));
  });
  return promise;
}
