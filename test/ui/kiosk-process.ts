import process from 'node:process';
import { createKiosk, parseKioskConfig } from '@tillwire/kiosk';
import {
  createCrashPoints,
  createLog,
  runServices,
  systemClock,
  systemIds,
} from '@tillwire/runtime';

/**
 * A kiosk that only serves its screens, and prints where it has printers, as a process of its own: it can be killed
 * while a sale is on its way.
 */
const config = parseKioskConfig(process.env);
const log = createLog('kiosk', config.logLevel);
const kiosk = await createKiosk(config, {
  roles: config.printers.length > 0 ? ['web', 'scheduler'] : ['web'],
  clock: systemClock,
  ids: systemIds,
  log,
  crashPoint: createCrashPoints(process.env['TILLWIRE_CRASH_AT']),
  version: 'test',
});
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
void kiosk.listening.then((url) => process.stdout.write(`listening ${url}\n`));
await runServices(kiosk.services, { signal: stopping.signal, log });
