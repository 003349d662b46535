/*
 * The chain downward for 2 stores, the first of them the canary, and 3 releases: a good one, one that
 * no store can sell from, and a good one again. Release r carries content r, and is told under a version of its own.
 *
 * The publisher retains a full and then the deltas that name it, one step at a time, and may die between any two: the
 * next turn compares and mends. The broker may be wiped. A message that was retained may come late: a store may be given
 * anything that was ever published to it, in any order and again. A stranger may send it a delta it cannot have signed.
 * A store that dies has its disk: the fulls, the newest delta, what is staged, and the pointer it sells by.
 * Head Office may be restored once from a backup: releases and versions go back, what it published is remembered.
 *
 * Planted faults, each of which a claim must catch:
 *   -DFAULT_BELIEVE_ALL     a store believes what nobody of ours signed
 *   -DFAULT_UNVERIFIED      it sells from what it did not verify
 *   -DFAULT_TAKE_OLDER      it takes a delta below the one it knows
 *   -DFAULT_WITHOUT_BASE    it switches to a delta whose base has not come
 *   -DFAULT_NO_WAIT         the second store is told before the canary has applied
 *   -DFAULT_FORGET          a restored Head Office issues versions again that were published
 */
#define STORES 2
#define NONE 0
#define BAD 2          /* The content that cannot be sold from. */
#define FORGED 9       /* What a stranger would have sold. */
#define LAST 6         /* The highest version. */

/* Head Office's database: how many releases there are, how many waves of the newest were told, the last version. */
byte release = 0, waves = 0, version = 0;
bool halted = false;
/* What each store was told last, by version and by content. */
byte told[STORES], telling[STORES];
/* Its backup. */
byte old_release, old_waves, old_version, old_told[STORES], old_telling[STORES];
/* Outside of the database: the highest version published. */
byte published = 0;

/* What was ever published to each store: its content by version; 0 none. Fulls by content, as bits. */
typedef history { byte content[7] };
history sent[STORES];
byte fulls = 0;

/* A store's disk. */
byte has[STORES];      /* fulls, as bits */
byte delta[STORES], wanted[STORES];  /* the newest believed: version and content */
byte staged[STORES];   /* content made and verified for that delta */
byte sells[STORES], under[STORES];   /* content and version in force */
bool refused[STORES];  /* the newest delta's content */

#define bit(c) (1 << (c))
#define good(c) ((c) != BAD && (c) != FORGED)

/* Claim: a store sells only what was published to it under that version, and what can be sold from. */
#define true_to(s) (under[s] == 0 || (sent[s].content[under[s]] == sells[s] && good(sells[s])))
/* Claim: and whole. */
#define whole(s) (under[s] == 0 || (has[s] & bit(sells[s])) != 0)
#define CLAIMS assert(true_to(0) && true_to(1)); assert(whole(0) && whole(1))

#ifdef FAULT_FORGET
#define FLOOR 0
#else
#define FLOOR published
#endif
#ifdef FAULT_NO_WAIT
#define CANARY_APPLIED true
#else
/* By its own word, which tells of the version it was told under. */
#define CANARY_APPLIED (under[0] == told[0])
#endif

inline tell(s, c) {
  version = (version > FLOOR -> version : FLOOR) + 1;
  told[s] = version; telling[s] = c
}

proctype office() {
  do
  /* An editor publishes: the canary is told. What was being rolled out is superseded. */
  :: d_step { release < 3 && version < LAST - 1 ->
       release++; waves = 1; halted = false; tell(0, release); CLAIMS }
  /* The canary has applied it: the other is told. Nobody is ever told what the canary refused. */
  :: d_step { release > 0 && waves == 1 && !halted && version < LAST && (CANARY_APPLIED) ->
       waves = 2; tell(1, release);
       assert(telling[1] != BAD); CLAIMS }
  :: d_step { release > 0 && waves == 1 && !halted && refused[0] && delta[0] == told[0] -> halted = true }
  od
}

/* Compares what the broker retains with what it should, and publishes what is missing: fulls before deltas. */
proctype publisher(byte s) {
  do
  :: d_step { told[s] != 0 && (fulls & bit(telling[s])) == 0 -> fulls = fulls | bit(telling[s]); CLAIMS }
  :: d_step { told[s] != 0 && (fulls & bit(telling[s])) != 0 && sent[s].content[told[s]] != telling[s] ->
       published = (told[s] > published -> told[s] : published);
       /* No version names two contents. */
       assert(sent[s].content[told[s]] == NONE);
       sent[s].content[told[s]] = telling[s]; CLAIMS }
  od
}

#ifdef FAULT_TAKE_OLDER
#define is_news(s, v) ((v) != delta[s])
#define is_due(s) (delta[s] != under[s])
#else
#define is_news(s, v) ((v) > delta[s])
#define is_due(s) (delta[s] > under[s])
#endif
#define TAKE(v) \
  :: d_step { sent[s].content[v] != NONE && is_news(s, v) -> \
       delta[s] = v; wanted[s] = sent[s].content[v]; staged[s] = NONE; refused[s] = false; CLAIMS }

proctype store(byte s) {
  do
  /* Any full that is retained comes; a store keeps it. */
  :: d_step { (fulls & ~has[s] & bit(1)) != 0 -> has[s] = has[s] | bit(1); CLAIMS }
  :: d_step { (fulls & ~has[s] & bit(2)) != 0 -> has[s] = has[s] | bit(2); CLAIMS }
  :: d_step { (fulls & ~has[s] & bit(3)) != 0 -> has[s] = has[s] | bit(3); CLAIMS }
  /* Any delta that was ever published comes, late or again. */
  TAKE(1) TAKE(2) TAKE(3) TAKE(4) TAKE(5) TAKE(6)
#ifdef FAULT_BELIEVE_ALL
  :: d_step { delta[s] < LAST -> delta[s] = LAST; wanted[s] = FORGED; has[s] = has[s] | bit(FORGED - 8);
       staged[s] = FORGED; CLAIMS }
#endif
  /* Its content is made out of the base, and verified or refused. */
#ifdef FAULT_WITHOUT_BASE
  :: d_step { is_due(s) && staged[s] == NONE && !refused[s] ->
#else
  :: d_step { is_due(s) && staged[s] == NONE && !refused[s] && (has[s] & bit(wanted[s])) != 0 ->
#endif
       if
#ifndef FAULT_UNVERIFIED
       :: !good(wanted[s]) -> refused[s] = true
#endif
       :: else -> staged[s] = wanted[s]
       fi; CLAIMS }
  /* The pointer moves, in one transaction. */
  :: d_step { staged[s] != NONE && is_due(s) ->
       /* Versions never fall. */
       assert(delta[s] > under[s]);
       sells[s] = staged[s]; under[s] = delta[s]; CLAIMS }
  od
}

/* A backup is taken, and once put back: what was told after it is told again, under versions above all published. */
proctype disaster() {
  d_step { old_release = release; old_waves = waves; old_version = version;
    old_told[0] = told[0]; old_told[1] = told[1]; old_telling[0] = telling[0]; old_telling[1] = telling[1] }
  d_step { version < LAST - 3 ->
    release = old_release; waves = old_waves; version = old_version; halted = false;
    told[0] = old_told[0]; told[1] = old_told[1]; telling[0] = old_telling[0]; telling[1] = old_telling[1];
    old_release = 0; old_waves = 0; old_version = 0;
    old_told[0] = 0; old_told[1] = 0; old_telling[0] = 0; old_telling[1] = 0;
    if :: told[0] != 0 -> tell(0, telling[0]) :: else fi;
    if :: told[1] != 0 -> tell(1, telling[1]) :: else fi;
    CLAIMS }
  /* The broker forgets everything retained; what was under way may still come. */
  d_step { fulls = 0 }
}

init {
  atomic { run office(); run publisher(0); run publisher(1); run store(0); run store(1); run disaster() }
}
