import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isStoreCode, type StoreCode } from '@tillwire/domain';
import { ConfigError, writeSecretFile } from '@tillwire/runtime';

/**
 * Who was revoked, remembered outside the database: putting that back from before lets nobody in again. Of each store
 * the generation up to which none of its credentials is worth anything any more; a store provisioned anew has a higher
 * one.
 */
export interface Revocations {
  /** Those ever revoked, whether or not they came back. */
  readonly stores: () => readonly StoreCode[];
  /** 0: it was never revoked. @throws {ConfigError} for a note that somebody damaged. */
  readonly through: (store: StoreCode) => number;
  readonly note: (store: StoreCode, generation: number) => void;
}

const FOLDER = 'revoked';
const GENERATION = /^\d{1,9}\n?$/;

/** In the state directory, a file a store: of two processes that revoke at once each writes its own. */
export function openRevocations(stateDir: string): Revocations {
  const folder = join(stateDir, FOLDER);
  const through = (store: StoreCode): number => {
    const file = join(folder, store);
    const text = ifThere(() => readFileSync(file, 'utf8')) ?? '0';
    if (!GENERATION.test(text)) {
      throw new ConfigError(`HO_STATE_DIR: ${file} holds no generation of a credential`);
    }
    return Number(text);
  };
  return {
    stores: () => (ifThere(() => readdirSync(folder)) ?? []).filter(isStoreCode),
    through,
    note: (store, generation) =>
      writeSecretFile(join(folder, store), `${Math.max(through(store), generation)}\n`),
  };
}

/** Null only for what is not there: one that may not be read is not one that says nothing. */
function ifThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
