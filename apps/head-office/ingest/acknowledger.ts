import { type Acknowledgement, topicOf } from '@tillwire/contract';
import { type StoreCode, utcInstant } from '@tillwire/domain';
import type { Clock, Log, PublishOutcome } from '@tillwire/runtime';
import type { Signer } from '../state-dir.ts';
import type { EpochMarks } from '../store/watermark-store.ts';

/** One event by its place and hash. */
export interface NamedEvent {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
}

/** What an acknowledgement names beside the state of the epochs. */
export interface Named {
  readonly acked: readonly NamedEvent[];
  readonly parked: readonly NamedEvent[];
  readonly ids: readonly string[];
}

export const NAMES_NOTHING: Named = { acked: [], parked: [], ids: [] };

export interface AcknowledgerDeps {
  readonly sign: Signer;
  readonly incarnation: () => number;
  readonly publish: (topic: string, payload: string) => Promise<PublishOutcome>;
  readonly clock: Clock;
  readonly log: Log;
}

export type Acknowledge = (
  store: StoreCode,
  marks: readonly EpochMarks[],
  named: Named,
) => Promise<PublishOutcome>;

/**
 * Tells a store what is safely here: the only thing that releases a row of its journal. One
 * that is lost is no loss: the store sends again and is told again.
 */
export const createAcknowledger =
  ({ sign, incarnation, publish, clock, log }: AcknowledgerDeps): Acknowledge =>
  async (store, marks, named) => {
    const topic = topicOf('ack', store);
    const content = {
      incarnation: incarnation(),
      epochs: epochStates(marks, named),
      acked_ids: [...named.ids],
      now: utcInstant(clock.nowMs()),
    } satisfies Omit<Acknowledgement, 'number' | 'signatures'>;
    const outcome = await publish(topic, JSON.stringify(sign(topic, content)));
    if (outcome === 'denied') log.error({ store }, 'the broker denied an acknowledgement');
    return outcome;
  };

/** The marks of every epoch with the events named of it; one nobody looked at yet has only those. */
function epochStates(
  marks: readonly EpochMarks[],
  { acked, parked }: Named,
): Acknowledgement['epochs'] {
  const states = new Map(
    marks.map((mark) => [
      mark.journal_epoch,
      { ...mark, acked: [] as SeqHash[], parked: [] as SeqHash[] },
    ]),
  );
  const stateOf = (epoch: number) => {
    const state = states.get(epoch) ?? { ...untouched(epoch), acked: [], parked: [] };
    states.set(epoch, state);
    return state;
  };
  for (const { epoch, seq, hash } of acked) stateOf(epoch).acked.push({ seq, hash });
  for (const { epoch, seq, hash } of parked) stateOf(epoch).parked.push({ seq, hash });
  return [...states.values()];
}

interface SeqHash {
  readonly seq: number;
  readonly hash: string;
}

const untouched = (epoch: number): EpochMarks => ({
  journal_epoch: epoch,
  acked_through: 0,
  complete_through: 0,
  watermark_hash: null,
  backed_up_through: 0,
});
