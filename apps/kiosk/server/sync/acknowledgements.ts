import type { Acknowledgement } from '@tillwire/contract';
import { epochMsOf, isUtcInstant } from '@tillwire/domain';
import type { CrashPoint } from '@tillwire/runtime';
import {
  type OwnJournal,
  type Place,
  placesOf,
  prunableBy,
  type PumpEvent,
  releaseBy,
  type ReleaseAlarm,
  uncoveredBy,
} from '@tillwire/sync';
import type { ErrorReport, ErrorStore } from '../store/error-store.ts';
import { type JournalStore, placeKey } from '../store/journal-store.ts';
import type { SyncState } from '../store/sync-state-store.ts';

export interface AcknowledgementDeps {
  readonly journal: JournalStore;
  readonly errors: ErrorStore;
  /** The journal begins a new epoch, above `known`: the one written is not the one Head Office knows. */
  readonly beginEpoch: (known: number) => Promise<void>;
  /** Durably. */
  readonly saveState: (state: SyncState) => Promise<void>;
  readonly crashPoint: CrashPoint;
}

/** What an acknowledgement came to: what the pump is told, and what the state becomes. */
export interface Acknowledged {
  readonly events: readonly PumpEvent[];
  readonly state: SyncState;
}

/**
 * Releases what an acknowledgement covers; null for one of a Head Office that was since
 * restored. Where Head Office began anew, everything its watermarks do not cover goes back into the outbox before
 * its incarnation is believed, so that dying in between only does it again; and its incarnation is on disk before
 * anything is released by its word, so that the next beginning is noticed.
 */
export async function acknowledge(
  ack: Acknowledgement,
  state: SyncState,
  { journal, errors, beginEpoch, saveState, crashPoint }: AcknowledgementDeps,
): Promise<Acknowledged | null> {
  const heads = await journal.heads();
  const hashes = await journal.hashesAt(placesOf(ack));
  const own: OwnJournal = {
    incarnation: state.incarnation,
    heads: new Map(heads.map((head) => [head.journal_epoch, head.journal_seq])),
    hashAt: (place) => hashes.get(placeKey(place)),
  };
  const release = releaseBy(ack, own);
  if (release === null) return null;

  const events: PumpEvent[] = [];
  if (release.beganAnew) {
    for (const range of uncoveredBy(ack, own)) {
      const lowest = await journal.requeue(range);
      if (lowest !== null) events.push({ type: 'requeued', after: lowest - 1 });
    }
  }
  if (ack.incarnation !== state.incarnation) {
    await saveState({ ...state, incarnation: ack.incarnation, watermarks: [] });
  }
  crashPoint('sync.before-release');
  const atMs = isUtcInstant(ack.now) ? epochMsOf(ack.now) : 0;
  const rows = [
    ...(await journal.release(release.released, 'acked', atMs)),
    ...(await journal.release(release.parked, 'parked', atMs)),
  ];
  for (const place of release.releasedThrough) {
    rows.push(...(await journal.releaseThrough(place, atMs)));
  }
  crashPoint('sync.after-release');
  if (rows.length > 0) events.push({ type: 'released', rows });
  await errors.acknowledge(ack.acked_ids, atMs);
  for (const alarm of release.alarms) await errors.report(alarmReport(alarm));
  if (release.startsNewEpoch) {
    await beginEpoch(Math.max(...ack.epochs.map(({ journal_epoch }) => journal_epoch)));
  }
  return {
    events,
    state: {
      ...state,
      incarnation: ack.incarnation,
      acknowledgedAtMs: atMs,
      watermarks: watermarksOf(state, ack, prunableBy(ack, own)),
    },
  };
}

/** An acknowledgement speaks of the epochs it names; of the others what was known stands. */
function watermarksOf(
  { watermarks, incarnation }: SyncState,
  ack: Acknowledgement,
  prunable: readonly Place[],
): SyncState['watermarks'] {
  const told = ack.epochs.map((state) => ({
    epoch: state.journal_epoch,
    completeThrough: state.complete_through,
    ackedThrough: state.acked_through,
    backedUpThrough: state.backed_up_through,
    prunableThrough: prunable.find(({ epoch }) => epoch === state.journal_epoch)?.seq ?? 0,
  }));
  if (ack.incarnation !== incarnation) return told;
  const named = new Set(told.map(({ epoch }) => epoch));
  return [...watermarks.filter(({ epoch }) => !named.has(epoch)), ...told];
}

const placeFacts = ({ epoch, seq }: Place) => ({ journal_epoch: epoch, journal_seq: seq });

function alarmReport(alarm: ReleaseAlarm): ErrorReport {
  switch (alarm.type) {
    case 'hash-mismatch':
      return {
        code: 'journal-fork',
        message: 'Head Office holds another event at this place of the journal',
        facts: { ...placeFacts(alarm.place), theirs: alarm.theirs },
      };
    case 'ahead-of-us':
      return {
        code: 'journal-behind',
        message: 'Head Office holds more of this journal than the store: an old disk was put back',
        facts: placeFacts(alarm.place),
      };
  }
}
