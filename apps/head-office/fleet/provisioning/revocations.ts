import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreCode } from '@tillwire/domain';
import { writeSecretFile } from '@tillwire/runtime';
import { z } from 'zod';

/**
 * Who was revoked, remembered outside the database: putting that back from before lets nobody in again. Of each store
 * the generation up to which none of its credentials is worth anything any more; a store provisioned anew has a higher
 * one.
 */
export interface Revocations {
  /** 0: it was never revoked. */
  readonly through: (store: StoreCode) => number;
  readonly note: (store: StoreCode, generation: number) => void;
}

const FOLDER = 'revoked';
const generationText = z.string().regex(/^\d{1,9}$/);

/** In the state directory, a file a store: of two processes that revoke at once each writes its own. */
export function openRevocations(stateDir: string): Revocations {
  const fileOf = (store: StoreCode): string => join(stateDir, FOLDER, store);
  const through = (store: StoreCode): number => {
    const file = fileOf(store);
    return existsSync(file) ? Number(generationText.parse(readFileSync(file, 'utf8').trim())) : 0;
  };
  return {
    through,
    note: (store, generation) =>
      writeSecretFile(fileOf(store), `${Math.max(through(store), generation)}\n`),
  };
}
