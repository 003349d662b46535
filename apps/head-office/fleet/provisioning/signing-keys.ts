import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import {
  generateSigningKeyPem,
  publicPemOf,
  type SigningKey,
  signingKeyFromPem,
} from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import { type Clock, type Ids, syncFolder, writeSecretFile } from '@tillwire/runtime';
import { markChange } from '../../store/catalogue-store.ts';
import { commandsNamed, insertCommand, type SentCommand } from '../../store/command-store.ts';
import { type Database, inTransaction } from '../../store/database.ts';
import { isServed, listStores } from '../../store/fleet-store.ts';

/** How far a rotation of the signing key is. */
export type KeyRotation =
  /** A second key signs beside the first; these stores have not confirmed yet that they believe it. */
  | { readonly type: 'overlapping'; readonly key: string; readonly awaited: readonly StoreCode[] }
  /** The first key signs no more. */
  | { readonly type: 'finished'; readonly key: string; readonly retired: readonly string[] };

export interface KeyRotationDeps {
  readonly db: Database;
  /** Head Office's state directory. */
  readonly folder: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly by: string;
}

interface KeyFile {
  readonly file: string;
  readonly key: SigningKey;
  readonly number: number;
}

const KEY_FILE = /^signing-key(?:-(\d+))?\.pem$/;
/** A store that is off confirms when it comes back; asked again by the next run. */
const TRUST_LIFE_MS = 30 * 86_400_000;

const readKeyFiles = (folder: string): readonly KeyFile[] =>
  readdirSync(folder)
    .flatMap((file) => {
      const match = KEY_FILE.exec(file);
      if (match === null) return [];
      const key = signingKeyFromPem(readFileSync(join(folder, file), 'utf8'));
      return [{ file, key, number: Number(match[1] ?? 1) }];
    })
    .toSorted((a, b) => a.number - b.number);

/** The keys that sign, oldest first, and who has not confirmed yet that it believes the newest. */
export interface SigningKeys {
  /** `sinceMs` null: since Head Office was set up. */
  readonly keys: readonly { readonly id: string; readonly sinceMs: number | null }[];
  /** None unless two sign at once. */
  readonly awaited: readonly StoreCode[];
}

/** How the signing keys stand; changes nothing. */
export async function readSigningKeys(db: Database, folder: string): Promise<SigningKeys> {
  const files = readKeyFiles(folder);
  const newest = files.at(-1);
  const keys = files.map(({ key, number }) => ({
    id: key.id,
    sinceMs: number === 1 ? null : number * 1000,
  }));
  if (newest === undefined || files.length < 2) return { keys, awaited: [] };
  const told = await toldOf(db, publicPemOf(newest.key));
  const served = (await listStores(db)).filter(isServed).map(({ store }) => store);
  return { keys, awaited: served.filter((store) => !hasConfirmed(told, store)) };
}

/** Every word to a store to believe `pem`. */
const toldOf = async (db: Database, pem: string): Promise<readonly SentCommand[]> =>
  (await commandsNamed(db, 'trust')).filter(
    ({ command }) => command.name === 'trust' && command.keys.includes(pem),
  );

const hasConfirmed = (told: readonly SentCommand[], store: StoreCode): boolean =>
  told.some((one) => one.store === store && one.outcome === 'done');

/**
 * Takes a rotation of the signing key as far as it goes, and may be run again at any time: a second key begins to sign
 * beside the first, every store is told to believe both, and only once all have confirmed it the first one ends
 * (protocol.md §6.2).
 */
export async function rotateSigningKey(deps: KeyRotationDeps): Promise<KeyRotation> {
  const { folder, clock } = deps;
  let files = readKeyFiles(folder);
  if (files.length < 2) {
    const number = Math.max((files.at(-1)?.number ?? 1) + 1, Math.floor(clock.nowMs() / 1000));
    writeSecretFile(join(folder, `signing-key-${number}.pem`), generateSigningKeyPem());
    files = readKeyFiles(folder);
    // What is retained is signed by both at once: a shop that joins during the overlap believes it either way.
    await inTransaction(deps.db, markChange);
  }
  const newest = files.at(-1);
  if (newest === undefined) throw new Error(`${folder} holds no signing key`);
  const awaited = await tellAll(
    deps,
    files.map(({ key }) => key),
    newest.key,
  );
  if (awaited.length > 0) return { type: 'overlapping', key: newest.key.id, awaited };
  const retired = files.slice(0, -1);
  for (const { file } of retired) renameSync(join(folder, file), join(folder, `retired-${file}`));
  syncFolder(folder);
  await inTransaction(deps.db, markChange);
  // Nothing the old key signs is believed from here on.
  await tellAll(deps, [newest.key], newest.key);
  return { type: 'finished', key: newest.key.id, retired: retired.map(({ key }) => key.id) };
}

/** Tells every served store what to believe unless it was told; the stores that have not confirmed `key`. */
async function tellAll(
  { db, clock, ids, by }: KeyRotationDeps,
  believed: readonly SigningKey[],
  key: SigningKey,
): Promise<readonly StoreCode[]> {
  const keys = believed.map(publicPemOf);
  const nowMs = clock.nowMs();
  const sent = await toldOf(db, publicPemOf(key));
  const awaited: StoreCode[] = [];
  for (const { store } of (await listStores(db)).filter(isServed)) {
    const told = sent.filter((one) => one.store === store);
    if (!hasConfirmed(told, store)) awaited.push(store);
    const isTold = told.some(
      ({ command, outcome }) =>
        command.name === 'trust' &&
        command.keys.length === keys.length &&
        (outcome === null || outcome === 'done'),
    );
    if (isTold) continue;
    await insertCommand(db, {
      commandId: ids.uuid(),
      store,
      command: { name: 'trust', keys },
      sentBy: by,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + TRUST_LIFE_MS,
    });
  }
  return awaited;
}
