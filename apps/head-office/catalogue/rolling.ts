import type { StoreCode } from '@tillwire/domain';
import { progressOf, stepRollOut, type ToldStore } from '@tillwire/sync';
import type { PoolClient } from 'pg';
import {
  type IssuedDelta,
  listReleases,
  lockCatalogue,
  markChange,
  newestDeltas,
  readMenu,
  readRelease,
  readReports,
  type Release,
  setReleaseState,
  setWaves,
} from '../store/catalogue-store.ts';
import { type Database, inTransaction } from '../store/database.ts';
import { isServed, listStores } from '../store/fleet-store.ts';
import { servedStores, unknownRelease } from './drafts.ts';
import { dueNow, issueDeltas, partFor, type ReadRelease, type Telling } from './issuing.ts';

// How a release comes to the stores, wave by wave. All of it under the catalogue's lock.

export const isScheduled = ({ effectiveFromMs }: Release, nowMs: number): boolean =>
  effectiveFromMs !== null && effectiveFromMs > nowMs;

/** Gives a new release its waves and tells the first; without any it is complete. */
export async function begin(
  client: PoolClient,
  { release: { releaseId } }: ReadRelease,
  waves: readonly (readonly StoreCode[])[],
  nowMs: number,
): Promise<Release> {
  await setWaves(client, { releaseId, waves, wavesTold: 0 });
  const release = await readRelease(client, releaseId);
  if (release === null) throw unknownRelease(releaseId);
  if (waves.length === 0) await setReleaseState(client, releaseId, 'complete', '');
  else await tellNextWave(client, release, nowMs);
  return (await readRelease(client, releaseId)) ?? release;
}

export async function tellNextWave(
  client: PoolClient,
  release: Release,
  nowMs: number,
): Promise<void> {
  const wave = release.waves[release.wavesTold];
  if (wave === undefined) return;
  const served = new Set(await servedStores(client));
  const stores = wave.filter((store) => served.has(store));
  await issueDeltas(client, stores, await tellingOf(client, release, nowMs));
  await setWaves(client, { ...release, wavesTold: release.wavesTold + 1 });
  await markChange(client);
}

/**
 * Tells the stores again that were told of a release and have not come to it: made anew out of the release, as what
 * was refused may have been spoilt on its way.
 */
export async function tellAgain(
  client: PoolClient,
  release: Release,
  nowMs: number,
): Promise<void> {
  const [held, reports] = [await newestDeltas(client), await readReports(client)];
  const served = new Set(await servedStores(client));
  const stores = release.waves
    .slice(0, release.wavesTold)
    .flat()
    .filter((store) => {
      const version = held.get(store)?.version;
      if (version === undefined || !served.has(store)) return false;
      const progress = progressOf({ version, report: reports.get(store)?.report ?? null });
      return progress !== 'applied' && progress !== 'staged';
    });
  await issueDeltas(client, stores, await tellingOf(client, release, nowMs));
}

/** What a store is told of a release: from when, and what rides on it; a rider whose moment has come is what is sold. */
async function tellingOf(client: PoolClient, release: Release, nowMs: number): Promise<Telling> {
  const read = async (one: Release): Promise<ReadRelease> => ({
    release: one,
    menu: await readMenu(client, one),
  });
  if (isScheduled(release, nowMs)) return { now: null, next: await read(release), nowMs };
  const rider = (await listReleases(client, 200)).find(
    ({ ridesOn, state }) => ridesOn === release.releaseId && state !== 'cancelled',
  );
  if (rider === undefined) return { now: await read(release), next: null, nowMs };
  return isScheduled(rider, nowMs)
    ? { now: await read(release), next: await read(rider), nowMs }
    : { now: await read(rider), next: null, nowMs };
}

/** Moves a roll-out as far as its stores' reports allow. */
export async function stepRelease(
  client: PoolClient,
  release: Release,
  nowMs: number,
): Promise<void> {
  const at = release.wavesTold - 1;
  const [held, reports, stores] = [
    await newestDeltas(client),
    await readReports(client),
    await listStores(client),
  ];
  const told = (release.waves[at] ?? []).flatMap((store): readonly ToldStore[] => {
    const delta = held.get(store);
    const known = stores.find((one) => one.store === store);
    if (delta === undefined || known === undefined || !isServed(known)) return [];
    return [
      {
        store,
        version: delta.version,
        toldAtMs: delta.issuedAtMs,
        report: reports.get(store)?.report ?? null,
        online: known.online === true,
      },
    ];
  });
  const step = stepRollOut(
    {
      told,
      isCanaryWave: at === 0 && release.waves.length > 1,
      isLastWave: at === release.waves.length - 1,
      scheduled:
        isScheduled(release, nowMs) ||
        told.some(({ store }) => held.get(store)?.nextReleaseId != null),
    },
    nowMs,
  );
  if (step.type === 'next-wave') await tellNextWave(client, release, nowMs);
  else if (step.type === 'complete')
    await setReleaseState(client, release.releaseId, 'complete', '');
  else if (step.type === 'halt') {
    await setReleaseState(client, release.releaseId, 'halted', step.reason);
  }
}

/**
 * Tells every store that sells something else than all others, and that no roll-out is about to tell: one provisioned
 * since, or anew, or while a roll-out was on its way. `settled` remembers what was compared and found to be right.
 */
export async function tellStragglers(
  db: Database,
  nowMs: number,
  settled: Map<StoreCode, string>,
): Promise<void> {
  const releases = await listReleases(db, 200);
  const release = releases.find((one) => one.state === 'complete' && !isScheduled(one, nowMs));
  if (release === undefined) return;
  const isOpen = (held: IssuedDelta | undefined): boolean =>
    held === undefined ||
    (dueNow(held, nowMs).releaseId < release.releaseId &&
      settled.get(held.store) !== comparisonOf(held, release));
  const suspects = async (on: Database | PoolClient): Promise<readonly StoreCode[]> => {
    const held = await newestDeltas(on);
    return (await servedStores(on)).filter((store) => isOpen(held.get(store)));
  };
  if ((await suspects(db)).length === 0) return;
  await inTransaction(db, async (client) => {
    await lockCatalogue(client);
    const held = await newestDeltas(client);
    const own: ReadRelease = { release, menu: await readMenu(client, release) };
    const stores = (await suspects(client)).filter((store) => {
      const delta = held.get(store);
      if (delta === undefined) return true;
      const { part } = dueNow(delta, nowMs);
      if (part.checksum !== partFor(own, store).checksum) return true;
      settled.set(store, comparisonOf(delta, release));
      return false;
    });
    if (stores.length === 0) return;
    const scheduled = releases.find(
      (one) => isScheduled(one, nowMs) && (one.state === 'complete' || one.state === 'rolling-out'),
    );
    const next =
      scheduled === undefined
        ? null
        : { release: scheduled, menu: await readMenu(client, scheduled) };
    await issueDeltas(client, stores, { now: own, next, nowMs });
    await markChange(client);
  });
}

const comparisonOf = ({ version }: IssuedDelta, { releaseId }: Release): string =>
  `${version} ${releaseId}`;
