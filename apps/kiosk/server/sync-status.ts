import { utcInstant } from '@tillwire/domain';
import type { Clock } from '@tillwire/runtime';
import { z } from 'zod';
import type { JournalStore } from './store/journal-store.ts';
import type { SyncStateStore } from './store/sync-state-store.ts';

/** How the journal stands towards Head Office, for the till's line of state. */
export const syncStatusSchema = z.object({
  link: z.enum(['up', 'down']),
  unsent: z.object({
    count: z.int(),
    oldestAt: z.string().nullable(),
    oldestAgeS: z.int().nullable(),
  }),
  /** Events Head Office has and could not take into its books. */
  parked: z.int(),
  epochs: z.array(
    z.object({
      journalEpoch: z.int(),
      head: z.int(),
      completeThrough: z.int().meta({ description: 'Head Office has everything up to here' }),
    }),
  ),
  acknowledgedAt: z.string().nullable(),
  /** Nothing exists here alone. */
  safeToPowerOff: z.boolean(),
});
export type SyncStatus = z.infer<typeof syncStatusSchema>;

/** The sync worker says how the line is at least this often. */
export const LINK_WORD_EVERY_MS = 5000;

/** Puts together what the journal and the sync worker's last word say; the same from any process. */
export async function readSyncStatus({
  journal,
  syncState,
  clock,
}: {
  readonly journal: JournalStore;
  readonly syncState: SyncStateStore;
  readonly clock: Clock;
}): Promise<SyncStatus> {
  const [unsent, heads, state] = [
    await journal.unsent(),
    await journal.heads(),
    await syncState.read(),
  ];
  const nowMs = clock.nowMs();
  const isRecent = Math.abs(nowMs - state.atMs) < 3 * LINK_WORD_EVERY_MS;
  const { oldestMs } = unsent;
  return {
    link: isRecent ? state.link : 'down',
    unsent: {
      count: unsent.count,
      oldestAt: oldestMs === null ? null : utcInstant(oldestMs),
      oldestAgeS: oldestMs === null ? null : Math.max(0, Math.floor((nowMs - oldestMs) / 1000)),
    },
    parked: unsent.parked,
    epochs: heads.map(({ journal_epoch, journal_seq }) => ({
      journalEpoch: journal_epoch,
      head: journal_seq,
      completeThrough:
        state.watermarks.find(({ epoch }) => epoch === journal_epoch)?.completeThrough ?? 0,
    })),
    acknowledgedAt: state.acknowledgedAtMs === null ? null : utcInstant(state.acknowledgedAtMs),
    safeToPowerOff: unsent.count === 0,
  };
}
