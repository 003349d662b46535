import { businessDate } from '@tillwire/domain';
import { type Clock, type Log, repeat, type Service } from '@tillwire/runtime';
import type { Books } from '../books.ts';
import type { DayStore } from '../store/day-store.ts';
import { writeDayFiles } from './day-files-on-disk.ts';

/** A job of the scheduler; it looks for itself whether there is anything to do. */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<void>;
}

/** Does each job at its pace until told to stop; one that fails is logged and tried again at its next turn. */
export const createScheduler = (jobs: readonly Job[], log: Log): Service => ({
  name: 'scheduler',
  run: async (signal) => {
    await Promise.all(
      jobs.map(({ name, everyMs, run }) =>
        repeat(everyMs, signal, run, (error) => {
          log.error({ err: error, job: name }, 'scheduled job failed');
        }),
      ),
    );
  },
});

/** The Z of a day that was not closed by the time the next one began (domain.md §4). */
export const forgottenDayJob = (books: Books, log: Log): Job => ({
  name: 'forgotten-z',
  everyMs: 30_000,
  run: async () => {
    for (const date of await books.closeForgotten()) {
      log.warn({ date }, 'a forgotten day was closed');
    }
  },
});

/** Puts the files of every issue of a day on disk. */
export const exportJob = (
  days: DayStore,
  { folder, clock, log }: { readonly folder: string; readonly clock: Clock; readonly log: Log },
): Job => ({
  name: 'day-files',
  everyMs: 500,
  run: async () => {
    for (const { summary } of await days.unexported()) {
      await writeDayFiles(folder, summary);
      await days.markExported(businessDate(summary.date), summary.revision, clock.nowMs());
      log.info({ date: summary.date, revision: summary.revision }, 'day files written');
    }
  },
});
