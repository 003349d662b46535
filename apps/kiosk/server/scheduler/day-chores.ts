import { businessDate } from '@tillwire/domain';
import type { Clock, Log } from '@tillwire/runtime';
import type { Books } from '../books.ts';
import type { DayStore } from '../store/day-store.ts';
import { writeDayFiles } from './day-files-on-disk.ts';
import type { Chore } from './service.ts';

/** The Z of a day that was not closed by the time the next one began. */
export const forgottenDayChore = (books: Books, log: Log): Chore => ({
  name: 'forgotten-z',
  everyMs: 30_000,
  run: async () => {
    for (const date of await books.closeForgotten()) {
      log.warn({ date }, 'a forgotten day was closed');
    }
  },
});

/** Puts the files of every issue of a day on disk. */
export const dayFilesChore = (
  days: DayStore,
  { folder, clock, log }: { readonly folder: string; readonly clock: Clock; readonly log: Log },
): Chore => ({
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
