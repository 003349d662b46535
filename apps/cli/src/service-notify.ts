import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Log, pause, type Service, untilAborted } from '@tillwire/runtime';
import type { Env } from './office.ts';

const run = promisify(execFile);

/**
 * Tells systemd that the process is ready and, as long as its event loop turns, alive: one that hangs is restarted.
 * Node has no datagram sockets to write to `NOTIFY_SOCKET` itself, so systemd's own small program does it. Nothing
 * where systemd did not start the process.
 */
export const serviceNotify = (
  env: Env,
  { ready, log }: { readonly ready: Promise<unknown>; readonly log: Log },
): readonly Service[] => {
  const socket = env['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return [];
  const everyMs = Number(env['WATCHDOG_USEC'] ?? 0) / 2000;
  const tell = async (...words: readonly string[]): Promise<void> => {
    try {
      await run('systemd-notify', words, {
        env: { PATH: env['PATH'] ?? '', NOTIFY_SOCKET: socket },
      });
    } catch (error) {
      log.warn({ err: error }, 'systemd could not be told');
    }
  };
  return [
    {
      name: 'systemd',
      run: async (signal) => {
        const stopped = untilAborted(signal);
        await Promise.race([ready, stopped]);
        if (signal.aborted) return;
        await tell('--ready', '--status=serving');
        while (!signal.aborted && everyMs > 0) {
          await pause(everyMs, signal);
          if (!signal.aborted) await tell('WATCHDOG=1');
        }
        await stopped;
        await tell('STOPPING=1');
      },
    },
  ];
};
