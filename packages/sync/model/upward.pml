/*
 * The chain upward for 2 stores of 3 events each, with a crash of any party between any two
 * steps. Sets of events are bit masks: bit n is seq n + 1.
 *
 * What was sold was in the outbox, and so may have been sent, once or often, alone or in a batch; from then on it may
 * come or not come, again and again, and in any order: the line is the set of what was sold. An acknowledgement says some of what Head Office has committed in
 * one incarnation, and may come at any time after: also when Head Office, restored from a backup, has it no more and
 * has begun a higher incarnation. A worker that dies has sent no acknowledgement; a store that dies has its disk.
 *
 * Planted faults, each of which a claim must catch:
 *   -DFAULT_PUBACK         a store releases when the broker took the message
 *   -DFAULT_EARLY_ACK      Head Office acknowledges before its commit
 *   -DFAULT_GAP            the watermark passes a gap
 *   -DFAULT_NO_REQUEUE     a store does not queue again when Head Office began anew
 *   -DFAULT_BELIEVE_FIRST  it believes the new incarnation before it queued again, and dies in between
 *   -DFAULT_BELIEVE_OLD    it believes acknowledgements of an incarnation that is no more
 */
#define STORES 2
#define ALL 7

/* A store's disk. */
byte sold[STORES];     /* committed with their journal entries */
byte released[STORES]; /* no longer in the outbox */
byte believed[STORES]; /* the incarnation last believed; 0 none */

/* Head Office's database, and what it keeps outside of it. */
byte held[STORES];
byte incarnation = 1;
/* Its backup; once it was restored, what was there before, for acknowledgements still under way. */
byte other_held[STORES];

/* The events that the watermark over a set covers: all up to the first gap. One that lags says less, as names do. */
#ifdef FAULT_GAP
#define covered(set) (((set) & 4) != 0 -> 7 : (((set) & 2) != 0 -> 3 : (set)))
#else
#define covered(set) (((set) & 1) == 0 -> 0 : (((set) & 2) == 0 -> 1 : (((set) & 4) == 0 -> 3 : 7)))
#endif

/* Claim: what a store released is held, or the store has yet to hear of a new beginning. */
#define safe(s) ((released[s] & ~held[s]) == 0 || believed[s] < incarnation)
/* Claim: the watermark passes nothing that is not held. */
#define complete(s) ((covered(held[s]) & ~held[s]) == 0)
/* Claim: only what was sold is held, and only what was sold is released. */
#define honest(s) (((held[s] | released[s]) & ~sold[s]) == 0)
#define CLAIMS \
  assert(safe(0) && safe(1)); \
  assert(complete(0) && complete(1)); \
  assert(honest(0) && honest(1))

#if defined(FAULT_EARLY_ACK) || defined(FAULT_PUBACK)
#define ACKED(s) sold[s]
#else
#define ACKED(s) held[s]
#endif
#ifdef FAULT_BELIEVE_OLD
#define BELIEVES_FIRST true
#else
#define BELIEVES_FIRST believed[s] < 2
#endif
/* All that its word does not cover is queued again; where it has begun no more than the first, there is no need. */
#ifdef FAULT_NO_REQUEUE
#define QUEUED_AGAIN true
#else
#define QUEUED_AGAIN incarnation == 1 || believed[s] != 1 || (released[s] & ~covered(held[s])) == 0
#endif

proctype store(byte s) {
  do
  /* A sale: order and journal entry in one durable transaction. */
  :: d_step { sold[s] != ALL -> sold[s] = (sold[s] << 1) | 1; CLAIMS }
  /* Head Office began anew: what its word does not cover goes back into the outbox; then the store may die. */
#ifndef FAULT_NO_REQUEUE
  :: d_step { incarnation == 2 && believed[s] == 1 && (released[s] & ~covered(held[s])) != 0 ->
       released[s] = released[s] & covered(held[s]); CLAIMS }
#endif
#ifdef FAULT_BELIEVE_FIRST
  :: d_step { incarnation == 2 && believed[s] == 1 -> believed[s] = 2; CLAIMS }
#endif
  /* An acknowledgement of the incarnation that is: an event by name, or a watermark. */
  :: d_step { (sold[s] & ACKED(s) & ~released[s] & 1) != 0 && (QUEUED_AGAIN) ->
       believed[s] = incarnation; released[s] = released[s] | 1; CLAIMS }
  :: d_step { (sold[s] & ACKED(s) & ~released[s] & 2) != 0 && (QUEUED_AGAIN) ->
       believed[s] = incarnation; released[s] = released[s] | 2; CLAIMS }
  :: d_step { (sold[s] & ACKED(s) & ~released[s] & 4) != 0 && (QUEUED_AGAIN) ->
       believed[s] = incarnation; released[s] = released[s] | 4; CLAIMS }
  :: d_step { covered(held[s]) != 0 && (QUEUED_AGAIN) ->
       believed[s] = incarnation; released[s] = released[s] | covered(held[s]); CLAIMS }
  /* One of the incarnation that was. */
  :: d_step { incarnation == 2 && BELIEVES_FIRST && (sold[s] & other_held[s] & ~released[s] & 1) != 0 ->
       believed[s] = (believed[s] > 1 -> believed[s] : 1); released[s] = released[s] | 1; CLAIMS }
  :: d_step { incarnation == 2 && BELIEVES_FIRST && (sold[s] & other_held[s] & ~released[s] & 2) != 0 ->
       believed[s] = (believed[s] > 1 -> believed[s] : 1); released[s] = released[s] | 2; CLAIMS }
  :: d_step { incarnation == 2 && BELIEVES_FIRST && (sold[s] & other_held[s] & ~released[s] & 4) != 0 ->
       believed[s] = (believed[s] > 1 -> believed[s] : 1); released[s] = released[s] | 4; CLAIMS }
  :: d_step { incarnation == 2 && BELIEVES_FIRST && covered(other_held[s]) != 0 ->
       believed[s] = (believed[s] > 1 -> believed[s] : 1);
       released[s] = released[s] | covered(other_held[s]); CLAIMS }
  od
}

proctype ingest(byte s) {
  do
  /* A worker commits what it took; what comes again changes nothing. */
  :: d_step { (sold[s] & ~held[s] & 1) != 0 -> held[s] = held[s] | 1; CLAIMS }
  :: d_step { (sold[s] & ~held[s] & 2) != 0 -> held[s] = held[s] | 2; CLAIMS }
  :: d_step { (sold[s] & ~held[s] & 4) != 0 -> held[s] = held[s] | 4; CLAIMS }
  od
}

proctype backups() {
  byte was;
  d_step { other_held[0] = held[0]; other_held[1] = held[1] }
  d_step { incarnation = 2;
    was = held[0]; held[0] = other_held[0]; other_held[0] = was;
    was = held[1]; held[1] = other_held[1]; other_held[1] = was;
    was = 0;
    CLAIMS }
}

init {
  atomic { run store(0); run store(1); run ingest(0); run ingest(1); run backups() }
}
