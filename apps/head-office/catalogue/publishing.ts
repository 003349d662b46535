import { type Clock, Problem } from '@tillwire/runtime';
import { type StoreCode, utcInstant } from '@tillwire/domain';
import { type RollOutPlan, wavesOf } from '@tillwire/sync';
import type { PoolClient } from 'pg';
import {
  headRelease,
  insertFull,
  insertRelease,
  listReleases,
  lockCatalogue,
  markChange,
  mintVersion,
  newestDeltas,
  readFulls,
  readMenu,
  readRelease,
  type Release,
  rollingReleases,
  setReleaseState,
  keepContent,
  shopsOfMenu,
} from '../store/catalogue-store.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { takeDraft } from '../store/draft-store.ts';
import { draftChanged, menuOfDraft, servedStores, unknownDraft, unknownRelease } from './drafts.ts';
import { partFor, type ReadRelease, wouldChange } from './issuing.ts';
import { type Menu, menuFaults, rebaseMenu } from './menu.ts';
import {
  begin,
  isScheduled,
  stepRelease,
  tellAgain,
  tellStragglers,
  tellNextWave,
} from './rolling.ts';

export interface Publish {
  readonly draftId: number;
  /** Of the draft as whoever publishes it has seen it; edited since, it is refused. */
  readonly revision: number;
  readonly note: string;
  readonly by: string;
  readonly plan: RollOutPlan;
  /** Null: at once. */
  readonly effectiveFromMs: number | null;
  /** What becomes of a change that is scheduled already: it must be said where there is one. */
  readonly scheduled?: 'rebase' | 'cancel' | undefined;
}

export interface PublishingDesk {
  /** Makes a draft a release and begins to roll it out; the draft is gone. */
  readonly publish: (asked: Publish) => Promise<Release>;
  /** An earlier release's menu under new versions, to every store at once; what is scheduled is cancelled. */
  readonly rollBack: (asked: {
    readonly to: number;
    readonly note: string;
    readonly by: string;
  }) => Promise<Release>;
  readonly halt: (releaseId: number, reason: string) => Promise<void>;
  /** Goes on with a halted roll-out where it stood; who was told in vain is told again. */
  readonly resume: (releaseId: number) => Promise<void>;
  /**
   * The next wave without waiting for the last. `wavesTold` is how many whoever asks has seen told: asked twice, by a
   * double click or by two people, one wave is told.
   */
  readonly advance: (releaseId: number, wavesTold: number) => Promise<void>;
  /** Moves every roll-out as far as the stores' reports allow, and tells stores that were never told. */
  readonly step: () => Promise<void>;
}

export function createPublishingDesk({
  db,
  clock,
}: {
  readonly db: Database;
  readonly clock: Clock;
}): PublishingDesk {
  const settled = new Map<StoreCode, string>();
  const locked = <T>(work: (client: PoolClient) => Promise<T>): Promise<T> =>
    inTransaction(db, async (client) => {
      await lockCatalogue(client);
      const value = await work(client);
      await markChange(client);
      return value;
    });

  const held = async (client: PoolClient, releaseId: number): Promise<Release> => {
    const release = await readRelease(client, releaseId);
    if (release === null) throw unknownRelease(releaseId);
    return release;
  };

  return {
    publish: (asked) => locked((client) => publishDraft(client, asked, clock.nowMs())),
    rollBack: (asked) => locked((client) => rollBack(client, asked, clock.nowMs())),
    halt: (releaseId, reason) =>
      locked(async (client) => {
        const { state } = await held(client, releaseId);
        if (state !== 'rolling-out') throw notIn(state, 'rolling-out');
        await setReleaseState(client, releaseId, 'halted', reason);
      }),
    resume: (releaseId) =>
      locked(async (client) => {
        const release = await held(client, releaseId);
        if (release.state !== 'halted') throw notIn(release.state, 'halted');
        await tellAgain(client, release, clock.nowMs());
        await setReleaseState(client, releaseId, 'rolling-out', '');
      }),
    advance: (releaseId, wavesTold) =>
      locked(async (client) => {
        const release = await held(client, releaseId);
        if (release.state !== 'rolling-out') throw notIn(release.state, 'rolling-out');
        if (release.wavesTold !== wavesTold) {
          const detail = `${release.wavesTold} waves are told already, not ${wavesTold}`;
          throw new Problem(409, 'roll-out-moved', detail);
        }
        await tellNextWave(client, release, clock.nowMs());
      }),
    step: async () => {
      const nowMs = clock.nowMs();
      if ((await rollingReleases(db)).length > 0) {
        await inTransaction(db, async (client) => {
          await lockCatalogue(client);
          for (const release of await rollingReleases(client)) {
            if (release.ridesOn === null) await stepRelease(client, release, nowMs);
          }
        });
      }
      await tellStragglers(db, nowMs, settled);
    },
  };
}

const notIn = (state: Release['state'], needed: Release['state']): Problem =>
  new Problem(409, 'wrong-release-state', `the release is ${state}, not ${needed}`);

/** The newest release that counts and is due. */
async function releaseInForce(client: PoolClient, nowMs: number): Promise<Release | null> {
  const releases = await listReleases(client, 200);
  return (
    releases.find(
      (release) =>
        release.state !== 'superseded' &&
        release.state !== 'cancelled' &&
        !isScheduled(release, nowMs),
    ) ?? null
  );
}

async function publishDraft(client: PoolClient, asked: Publish, nowMs: number): Promise<Release> {
  const draft = await takeDraft(client, asked.draftId);
  if (draft === null) throw unknownDraft(asked.draftId);
  if (draft.revision !== asked.revision) throw draftChanged();
  const menu = await menuOfDraft(client, draft);
  if (menu === null) throw new Problem(409, 'no-base', 'the draft has no base yet');
  await refuseFaults(client, menu);
  const [head, current] = [await headRelease(client), await releaseInForce(client, nowMs)];
  if (![head?.releaseId, current?.releaseId].includes(draft.basedOn ?? undefined)) {
    throw new Problem(409, 'draft-outdated', 'another menu was published since: rebase the draft', {
      facts: { basedOn: draft.basedOn, newest: head?.releaseId ?? null },
    });
  }
  if (asked.effectiveFromMs !== null && asked.effectiveFromMs <= nowMs) {
    throw new Problem(422, 'effective-in-the-past', 'a scheduled change starts in the future');
  }
  const pending = head !== null && isScheduled(head, nowMs) ? head : null;
  if (pending !== null && asked.scheduled === 'rebase' && asked.effectiveFromMs !== null) {
    throw new Problem(
      409,
      'one-scheduled-change',
      `a store keeps one change in store: release ${pending.releaseId} is scheduled; cancel it, or publish this at once`,
      { facts: { releaseId: pending.releaseId } },
    );
  }
  const isFix = pending !== null && draft.basedOn !== pending.releaseId;
  if (isFix && asked.scheduled === undefined) {
    throw new Problem(
      409,
      'scheduled-pending',
      `release ${pending.releaseId} is scheduled for ${utcInstant(pending.effectiveFromMs ?? 0)}: rebase or cancel it`,
      { facts: { releaseId: pending.releaseId } },
    );
  }
  const created = await createRelease(client, menu, {
    kind: 'publish',
    basedOn: draft.basedOn,
    note: asked.note,
    publishedBy: asked.by,
    effectiveFromMs: asked.effectiveFromMs,
    ridesOn: null,
    nowMs,
  });
  const rebased =
    isFix && asked.scheduled === 'rebase'
      ? await rebaseScheduled(client, pending, created, nowMs)
      : null;
  await retire(client, pending, created);
  const stores = await changedStores(client, created, rebased !== null, nowMs);
  return begin(client, created, wavesOf(stores, asked.plan), nowMs);
}

async function refuseFaults(client: PoolClient, menu: Menu): Promise<void> {
  const faults = menuFaults(menu, await servedStores(client));
  if (faults.length === 0) return;
  throw new Problem(422, 'catalogue-faults', 'the menu cannot be sold from', {
    faults: faults.map(({ target, path, rule, message, value }) => ({
      path: `${target}.${path}`,
      code: rule,
      message,
      value,
    })),
  });
}

interface Birth extends Pick<
  Release,
  'kind' | 'basedOn' | 'note' | 'publishedBy' | 'effectiveFromMs' | 'ridesOn'
> {
  readonly nowMs: number;
}

async function createRelease(client: PoolClient, menu: Menu, birth: Birth): Promise<ReadRelease> {
  const { nowMs, ...facts } = birth;
  const baseChecksum = await keepContent(client, menu.base);
  const baseVersion = await fullFor(client, baseChecksum, nowMs);
  const releaseId = await insertRelease(client, {
    ...facts,
    baseChecksum,
    baseVersion,
    shops: shopsOfMenu(menu),
    publishedAtMs: nowMs,
    state: 'rolling-out',
    stateReason: '',
    waves: [],
    wavesTold: 0,
  });
  const { effectiveFromMs } = facts;
  return { release: { releaseId, baseChecksum, baseVersion, effectiveFromMs }, menu };
}

/** The full that carries a content: the newest one if it does, else a new one. */
async function fullFor(client: PoolClient, checksum: string, nowMs: number): Promise<number> {
  const [newest] = await readFulls(client, [], 1);
  if (newest?.checksum === checksum) return newest.version;
  const version = await mintVersion(client, nowMs);
  await insertFull(client, version, checksum, nowMs);
  return version;
}

/** What was scheduled, as a change of the fix instead of what it was a change of. */
async function rebaseScheduled(
  client: PoolClient,
  pending: Release,
  fix: ReadRelease,
  nowMs: number,
): Promise<ReadRelease> {
  const from = pending.basedOn === null ? null : await readRelease(client, pending.basedOn);
  const scheduled = await readMenu(client, pending);
  const menu =
    from === null ? scheduled : rebaseMenu(await readMenu(client, from), scheduled, fix.menu);
  await refuseFaults(client, menu);
  return createRelease(client, menu, {
    kind: 'rebase',
    basedOn: fix.release.releaseId,
    note: pending.note,
    publishedBy: pending.publishedBy,
    effectiveFromMs: pending.effectiveFromMs,
    ridesOn: fix.release.releaseId,
    nowMs,
  });
}

/** What a new release puts an end to: a roll-out on its way, and whatever is scheduled. */
async function retire(
  client: PoolClient,
  pending: Release | null,
  created: ReadRelease,
): Promise<void> {
  const { releaseId } = created.release;
  if (pending !== null) {
    await setReleaseState(client, pending.releaseId, 'cancelled', `by release ${releaseId}`);
  }
  for (const release of await listReleases(client, 200)) {
    const isOlder = release.releaseId < releaseId && release.releaseId !== pending?.releaseId;
    if (!isOlder || (release.state !== 'rolling-out' && release.state !== 'halted')) continue;
    await setReleaseState(client, release.releaseId, 'superseded', `by release ${releaseId}`);
  }
}

/** The stores for which the release is a change; all of them where something rides on it. */
async function changedStores(
  client: PoolClient,
  created: ReadRelease,
  all: boolean,
  nowMs: number,
): Promise<readonly StoreCode[]> {
  const held = await newestDeltas(client);
  return (await servedStores(client)).filter(
    (store) => all || wouldChange(held.get(store), partFor(created, store), nowMs),
  );
}

async function rollBack(
  client: PoolClient,
  { to, note, by }: { readonly to: number; readonly note: string; readonly by: string },
  nowMs: number,
): Promise<Release> {
  const target = await readRelease(client, to);
  if (target === null) throw unknownRelease(to);
  const head = await headRelease(client);
  const created = await createRelease(client, await readMenu(client, target), {
    kind: 'rollback',
    basedOn: head?.releaseId ?? null,
    note,
    publishedBy: by,
    effectiveFromMs: null,
    ridesOn: null,
    nowMs,
  });
  const pending = head !== null && isScheduled(head, nowMs) ? head : null;
  await retire(client, pending, created);
  const stores = await servedStores(client);
  return begin(client, created, stores.length === 0 ? [] : [stores], nowMs);
}
