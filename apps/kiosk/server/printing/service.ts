import type { DayRules } from '@tillwire/domain';
import { type Clock, type Log, pause, repeat, type Service, untilAborted } from '@tillwire/runtime';
import type { CatalogueSource } from '../catalogue-source.ts';
import type { PrintJob, PrintStore } from '../store/print-store.ts';
import { type LinePatience, PrinterError, sendToPrinter } from './printer-line.ts';
import type { Printer } from './printers.ts';
import { isPrinted, slipOf } from './slips.ts';

export interface PrintSettings extends LinePatience {
  /** How often the journal is looked at for something new. */
  readonly lookEveryMs: number;
  /** Wait after a printer took nothing; doubled each time. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

export const PRINT_SETTINGS: PrintSettings = {
  lookEveryMs: 100,
  connectMs: 3000,
  printMs: 15_000,
  firstWaitMs: 500,
  longestWaitMs: 15_000,
};

export interface PrintingDeps {
  readonly printers: readonly Printer[];
  readonly jobs: PrintStore;
  readonly catalogue: CatalogueSource;
  readonly day: DayRules;
  readonly settings: PrintSettings;
  readonly clock: Clock;
  readonly log: Log;
}

/** A drawer is opened for a sale, not for one of a while ago. */
const DRAWER_MS = 20_000;
/** A slip that cannot be made lets the others pass, and is tried again after this. */
const BAD_SLIP_WAIT_MS = 5 * 60_000;
const KEPT_MS = 7 * 86_400_000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * Works off what is to be printed, each printer by itself: one that is dead, hangs or refuses makes its own jobs wait.
 * A job counts as printed once the printer has closed the connection on it; where nobody knows, it is printed again.
 */
export const createPrinting = (deps: PrintingDeps): Service => ({
  name: 'printing',
  run: async (signal) => {
    await Promise.all([
      untilAborted(signal),
      repeat(
        deps.settings.lookEveryMs,
        signal,
        () => queueWhatIsNew(deps),
        (error) => deps.log.warn({ err: error }, 'the journal could not be looked through'),
      ),
      ...deps.printers.map((printer) => servePrinter(printer, deps, signal)),
    ]);
  },
});

async function servePrinter(
  printer: Printer,
  deps: PrintingDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, settings, jobs } = deps;
  let failures = 0;
  // Of a process before this one, perhaps.
  let isTroubled = true;
  let forgetAtMs = 0;
  while (!signal.aborted) {
    let waitMs = settings.lookEveryMs;
    try {
      const nowMs = clock.nowMs();
      if (nowMs >= forgetAtMs) {
        await jobs.forgetPrinted(nowMs - KEPT_MS);
        forgetAtMs = nowMs + FORGET_EVERY_MS;
      }
      if (await printNext(printer, deps, signal)) waitMs = 0;
      if (waitMs === 0 && isTroubled) await jobs.setTrouble(printer.name, null, nowMs);
      if (waitMs === 0) [failures, isTroubled] = [0, false];
    } catch (error) {
      if (signal.aborted) return;
      waitMs = Math.min(settings.longestWaitMs, settings.firstWaitMs * 2 ** Math.min(failures, 20));
      failures++;
      isTroubled = true;
      const why = error instanceof PrinterError ? error.message : 'it cannot be printed to now';
      log.warn({ err: error, printer: printer.name, waitMs }, 'a printer took nothing');
      await jobs
        .setTrouble(printer.name, why, clock.nowMs())
        .catch((unsaid: unknown) => log.error({ err: unsaid }, 'trouble could not be kept'));
    }
    if (waitMs > 0) await pause(waitMs, signal);
  }
}

async function queueWhatIsNew({ printers, jobs, catalogue, clock }: PrintingDeps): Promise<void> {
  const index = catalogue.current()?.index;
  if (index === undefined) return;
  for (const printer of printers) {
    await jobs.collect(printer.name, (order) => isPrinted(order, printer, index), clock.nowMs());
  }
}

/** Whether there was something to print. @throws when the printer did not take it. */
async function printNext(
  printer: Printer,
  deps: PrintingDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { jobs, clock, log, settings } = deps;
  const job = await jobs.next(printer.name, clock.nowMs());
  if (job === null) return false;
  const bytes = bytesOf(job, printer, deps);
  if (bytes === null) {
    await jobs.putOff(job.jobId, clock.nowMs() + BAD_SLIP_WAIT_MS);
    return true;
  }
  await sendToPrinter(printer, bytes, settings, signal);
  await jobs.markPrinted(job.jobId, clock.nowMs());
  log.debug({ printer: printer.name, job: job.jobId }, 'printed');
  return true;
}

function bytesOf(
  { jobId, order, training, isCopy, createdAtMs }: PrintJob,
  printer: Printer,
  { catalogue, day, clock, log }: PrintingDeps,
): Uint8Array | null {
  const inForce = catalogue.current();
  if (inForce === null) return null;
  const opensDrawer = !isCopy && !training && clock.nowMs() - createdAtMs < DRAWER_MS;
  try {
    const facts = { training, isCopy, opensDrawer, timeZone: day.timeZone };
    return slipOf(order, printer, facts, inForce);
  } catch (error) {
    log.error({ err: error, job: jobId }, 'a slip could not be made');
    return null;
  }
}
