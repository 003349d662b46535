import {
  canonicalText,
  fullCatalogueTopic,
  signCatalogueDelta,
  signConfig,
  signFullCatalogue,
  type SigningKey,
  topicOf,
} from '@tillwire/contract';
import type { WantedMessage } from '@tillwire/sync';
import { newestDeltas, readContent, readFulls } from '../store/catalogue-store.ts';
import { newestConfigs } from '../store/config-store.ts';
import type { Database } from '../store/database.ts';
import { servedStores } from './drafts.ts';

/** Fulls that are published though nothing names them. */
const NEWEST_FULLS = 2;

/** Makes the retained messages the broker should have, each signed once as long as keys and version stay. */
export interface WantedSet {
  /** By topic; null before anything was ever published: then nothing is anybody's to clear. */
  readonly read: () => Promise<ReadonlyMap<string, WantedMessage> | null>;
}

type SignedDocument = ReturnType<typeof signCatalogueDelta | typeof signFullCatalogue>;

export function createWantedSet({
  db,
  keys,
}: {
  readonly db: Database;
  readonly keys: () => readonly SigningKey[];
}): WantedSet {
  let signed = new Map<string, { readonly mark: string; readonly message: WantedMessage }>();

  return {
    read: async () => {
      const active = keys();
      const by = active.map(({ id }) => id).join(' ');
      const next: typeof signed = new Map();
      const want = async (
        topic: string,
        version: number,
        make: () => Promise<SignedDocument> | SignedDocument,
      ): Promise<void> => {
        const mark = `${version} ${by}`;
        const known = signed.get(topic);
        if (known?.mark === mark) next.set(topic, known);
        else {
          const document = await make();
          const message = {
            version,
            checksum: document.checksum,
            payload: canonicalText(document),
          };
          next.set(topic, { mark, message });
        }
      };

      const served = await servedStores(db);
      const [deltas, configs] = [await newestDeltas(db), await newestConfigs(db)];
      const told = served.flatMap((store) => deltas.get(store) ?? []);
      const bases = told.flatMap(({ document: { now, next: later } }) => [
        now.base_version,
        ...(later === undefined ? [] : [later.base_version]),
      ]);
      const fulls = await readFulls(db, [...new Set(bases)], NEWEST_FULLS);
      for (const { version, checksum } of fulls) {
        await want(fullCatalogueTopic(version), version, async () =>
          signFullCatalogue(version, await readContent(db, checksum), active),
        );
      }
      for (const { store, version, document } of told) {
        await want(topicOf('delta', store), version, () => signCatalogueDelta(document, active));
      }
      for (const store of served) {
        const found = configs.get(store);
        if (found === undefined) continue;
        const { version, config } = found;
        await want(topicOf('config', store), version, () =>
          signConfig({ store, version, config }, active),
        );
      }
      signed = next;
      if (next.size === 0 && deltas.size === 0) return null;
      return new Map([...next].map(([topic, { message }]) => [topic, message]));
    },
  };
}
