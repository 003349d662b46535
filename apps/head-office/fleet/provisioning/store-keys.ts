import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { derivedKey, KEY_BYTES } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { type Ids, syncFolder } from '@tillwire/runtime';

const FILE = 'sealing-key';

/** A key for some purpose, made of one secret in the state directory: the database holds nothing that opens anything. */
export function openSealingKeys(folder: string, ids: Ids): (purpose: string) => Buffer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  if (!existsSync(path)) {
    const draft = join(folder, `.${FILE}.${ids.uuid()}`);
    writeFileSync(draft, `${ids.secret(KEY_BYTES)}\n`, { mode: 0o600, flush: true });
    // A link, unlike a rename, leaves the key of a process that was quicker alone.
    if (!existsSync(path)) linkSync(draft, path);
    rmSync(draft);
    syncFolder(folder);
  }
  const master = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url');
  if (master.length !== KEY_BYTES)
    throw new Error(`${path} does not hold a key of ${KEY_BYTES} bytes`);
  return (purpose) => derivedKey(master, purpose);
}

/** The keys by which Head Office seals credentials for its stores, one for each provisioning. */
export function openStoreKeys(
  folder: string,
  ids: Ids,
): (store: StoreCode, joinId: string) => Buffer {
  const keyOf = openSealingKeys(folder, ids);
  return (store, joinId) => keyOf(`store ${store} ${joinId}`);
}
