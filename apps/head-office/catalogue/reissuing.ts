import { parseTopic } from '@tillwire/contract';
import type { Clock, Log } from '@tillwire/runtime';
import {
  lockCatalogue,
  markChange,
  newestDeltas,
  raiseVersion,
  readIssuedIncarnation,
  writeIssuedIncarnation,
} from '../store/catalogue-store.ts';
import { insertConfigs, newestConfigs, raiseConfigVersion } from '../store/config-store.ts';
import { type Database, inTransaction } from '../store/database.ts';
import type { PublishedVersions } from '../state-dir.ts';
import { reissueDelta } from './issuing.ts';

interface ReissuingDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * After Head Office was restored nothing it believes of versions is sure: every delta and every config goes out under
 * a new one, above all that were ever published, whoever may know them.
 */
export const reissueAfterRestore = (
  { db, clock }: Pick<ReissuingDeps, 'db' | 'clock'>,
  {
    incarnation,
    published,
  }: { readonly incarnation: number; readonly published: PublishedVersions },
): Promise<void> =>
  inTransaction(db, async (client) => {
    await lockCatalogue(client);
    const before = await readIssuedIncarnation(client);
    if (before === incarnation) return;
    await writeIssuedIncarnation(client, incarnation);
    // The very first one has nothing behind it.
    if (before === 0) return;
    const nowMs = clock.nowMs();
    await raiseVersion(client, published.catalogue);
    await raiseConfigVersion(client, published.config);
    for (const delta of (await newestDeltas(client)).values()) {
      await reissueDelta(client, delta, nowMs);
    }
    for (const { store, config, note, changedBy } of (await newestConfigs(client)).values()) {
      const configs = [{ store, config }];
      await insertConfigs(client, { configs, note, changedBy, atMs: nowMs });
    }
    await markChange(client);
  });

/** What somebody knows under a higher version than was issued is outdone by a higher one still. */
export async function reissueOutrun(
  { db, clock, log }: ReissuingDeps,
  outrun: readonly { readonly topic: string; readonly version: number }[],
): Promise<void> {
  const nowMs = clock.nowMs();
  for (const { topic, version } of outrun) {
    const parsed = parseTopic(topic);
    if (parsed === null) continue;
    log.warn({ topic, catalogVersion: version }, 'a higher version is known than was issued');
    if (parsed.name === 'config') {
      await inTransaction(db, async (client) => {
        await raiseConfigVersion(client, version);
        const held = (await newestConfigs(client)).get(parsed.store);
        if (held === undefined) return;
        const { store, config, note, changedBy } = held;
        await insertConfigs(client, { configs: [{ store, config }], note, changedBy, atMs: nowMs });
      });
    } else {
      await inTransaction(db, async (client) => {
        await lockCatalogue(client);
        await raiseVersion(client, version);
        const held = (await newestDeltas(client)).get(parsed.store);
        if (held !== undefined) await reissueDelta(client, held, nowMs);
        await markChange(client);
      });
    }
  }
}
