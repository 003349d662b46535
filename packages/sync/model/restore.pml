/*
 * A store whose disk is put back from a backup, and two ingest workers. Two epochs
 * of three places each; the first life of the store writes to the first, and after the restore its second life to the
 * second. Sets of places are bit masks: bit n is seq n + 1.
 *
 * What was sold may have been sent, and comes or does not come, at any time and in any order: also after the disk that
 * sold it is gone. Each worker commits what it takes, and works out the watermark in a transaction of its own. The
 * store's heartbeat tells which places it has; one may be as old as its first life. Places of an ended epoch that neither
 * side has count as restored, and Head Office gives back what the store lacks.
 *
 * Planted faults, each of which a claim must catch:
 *   -DFAULT_KEEP_EPOCH    the restored store goes on in the epoch of its lost disk
 *   -DFAULT_EARLY         places of the epoch being written count as restored
 *   -DFAULT_NO_LOCK       two workers work out the watermark at once, and the later write wins
 *   -DFAULT_OWN_WORD      what the store lacks counts as restored, though Head Office holds it or may get it
 */
#define WORKERS 2
#define ALL 7
#define covered(set) (((set) & 1) == 0 -> 0 : (((set) & 2) == 0 -> 1 : (((set) & 4) == 0 -> 3 : 7)))

/* The store's disk: its places of each epoch, the epoch it writes to; and the backup of the first. */
byte has[2], epoch = 0, backup = 0;
byte life = 1;

/* What was ever sold, by life and epoch: it may be under way for ever. */
typedef lives { byte places[2] };
lives sold[3];

/* Head Office: what it holds, of which life, what counts as restored, and the watermark as a set. */
byte held[2], of_second[2], restored[2], watermark[2];

/* A heartbeat under way: the places the store had, the epoch it wrote to, and whether there is one. */
byte beat_has[2], beat_epoch = 0;
bool beat = false;

/* Claim: the watermark passes nothing that is neither held nor restored. */
#define complete(e) ((watermark[e] & ~(held[e] | restored[e])) == 0)
/* Claim: nothing counts as restored that the store has and Head Office has not. */
#define honest(e) ((restored[e] & has[e] & ~held[e]) == 0)
#define CLAIMS assert(complete(0) && complete(1)); assert(honest(0) && honest(1))

proctype store() {
  do
  :: d_step { has[epoch] != ALL && covered(has[epoch]) == has[epoch] ->
       has[epoch] = (has[epoch] << 1) | 1;
       sold[life].places[epoch] = sold[life].places[epoch] | has[epoch]; CLAIMS }
  :: d_step { life == 1 && backup != has[0] -> backup = has[0] }
  /* The disk is gone, and its backup is put back. */
  :: d_step { life == 1 -> life = 2; has[0] = backup; backup = 0;
#ifndef FAULT_KEEP_EPOCH
       epoch = 1;
#endif
       CLAIMS }
  :: d_step { !beat -> beat = true; beat_has[0] = has[0]; beat_has[1] = has[1]; beat_epoch = epoch }
  /* Its own events come back: of ended epochs only. */
  :: d_step { epoch == 1 && (held[0] & ~has[0] & 1) != 0 -> has[0] = has[0] | 1; CLAIMS }
  :: d_step { epoch == 1 && (held[0] & ~has[0] & 2) != 0 -> has[0] = has[0] | 2; CLAIMS }
  :: d_step { epoch == 1 && (held[0] & ~has[0] & 4) != 0 -> has[0] = has[0] | 4; CLAIMS }
  od
}

/* A place has one event: what comes to it is of the life that is there. */
#define COMMIT(l, e, place) \
  :: d_step { (sold[l].places[e] & place) != 0 && ((held[e] & place) == 0 || \
         ((of_second[e] & place) != 0) != (l == 2)) -> \
       assert((held[e] & place) == 0); \
       held[e] = held[e] | place; of_second[e] = of_second[e] | (l == 2 -> place : 0); CLAIMS }

proctype worker() {
  byte seen = 0;
  bool works = false;
  do
  COMMIT(1, 0, 1) COMMIT(1, 0, 2) COMMIT(1, 0, 4)
  COMMIT(2, 0, 1) COMMIT(2, 0, 2) COMMIT(2, 0, 4)
  COMMIT(2, 1, 1) COMMIT(2, 1, 2) COMMIT(2, 1, 4)
#ifdef FAULT_NO_LOCK
  :: d_step { !works -> works = true; seen = covered(held[0] | restored[0]) }
  :: d_step { works -> assert((watermark[0] & ~seen) == 0); watermark[0] = seen; works = false; seen = 0; CLAIMS }
#else
  :: d_step { watermark[0] != covered(held[0] | restored[0]) ->
       seen = covered(held[0] | restored[0]);
       assert((watermark[0] & ~seen) == 0); watermark[0] = seen; seen = 0; CLAIMS }
#endif
  :: d_step { watermark[1] != covered(held[1] | restored[1]) -> watermark[1] = covered(held[1] | restored[1]); CLAIMS }
  od
}

/* All below the last place that either side has. */
#define below(set) (((set) & 4) != 0 -> 7 : (((set) & 2) != 0 -> 3 : ((set) & 1)))

proctype refill() {
  byte fresh = 0;
  do
  :: d_step { beat ->
       beat = false;
#ifdef FAULT_EARLY
       restored[beat_epoch] = restored[beat_epoch] |
         (below(held[beat_epoch] | beat_has[beat_epoch]) & ~held[beat_epoch] & ~beat_has[beat_epoch]);
#endif
       if
       :: beat_epoch == 1 ->
#ifdef FAULT_OWN_WORD
            fresh = ALL & ~beat_has[0];
#else
            fresh = below(held[0] | beat_has[0]) & ~held[0] & ~beat_has[0];
#endif
            /* Nothing counts as restored that is held. */
            assert((fresh & held[0]) == 0);
            restored[0] = restored[0] | fresh; fresh = 0
       :: else
       fi;
       beat_has[0] = 0; beat_has[1] = 0; beat_epoch = 0; CLAIMS }
  od
}

init {
  atomic { run store(); run worker(); run worker(); run refill() }
}
