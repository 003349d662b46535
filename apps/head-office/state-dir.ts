import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  generateSigningKeyPem,
  publicPemOf,
  type Signed,
  type SigningKey,
  signingKeyFromPem,
  signMessage,
} from '@tillwire/contract';
import type { Clock, Ids } from '@tillwire/runtime';
import { z } from 'zod';

/** What Head Office remembers outside its database, so that restoring that can't take it back. */
const incarnationSchema = z.object({
  incarnation: z.int().min(0),
  /** The furthest position of the database's log seen, as PostgreSQL writes it; null before the first. */
  log_position: z.string().nullable(),
});
export type RememberedIncarnation = z.infer<typeof incarnationSchema>;

/** The highest versions ever published, likewise remembered: what a store may know, whatever the database forgot. */
const publishedSchema = z.object({ catalogue: z.int().min(0), config: z.int().min(0) });
export type PublishedVersions = z.infer<typeof publishedSchema>;

/**
 * Head Office's state directory, which its processes share: signing keys, incarnation and versions. Keys that seal and
 * revocations are in it too, each in its own module.
 */
export interface StateDir {
  /** All active keys: documents carry a signature by each. */
  readonly keys: () => readonly SigningKey[];
  readonly readIncarnation: () => RememberedIncarnation;
  readonly writeIncarnation: (remembered: RememberedIncarnation) => void;
  readonly readPublished: () => PublishedVersions;
  readonly writePublished: (published: PublishedVersions) => void;
}

const KEY_FILE = /^signing-key.*\.pem$/;
const FIRST_KEY = 'signing-key.pem';
const INCARNATION = 'incarnation.json';
const PUBLISHED = 'published.json';

/** Opens the directory, making it and a first signing key where there is none. */
export function openStateDir(folder: string, ids: Ids): StateDir {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let known: { readonly changedMs: number; readonly keys: readonly SigningKey[] } | null = null;
  /** Asked for at every signature: another process may have begun or ended a rotation of keys. */
  const readKeys = (): readonly SigningKey[] => {
    const changedMs = statSync(folder).mtimeMs;
    if (known?.changedMs === changedMs) return known.keys;
    const keys = readdirSync(folder)
      .filter((file) => KEY_FILE.test(file))
      .toSorted()
      .map((file) => signingKeyFromPem(readFileSync(join(folder, file), 'utf8')));
    known = { changedMs, keys };
    return keys;
  };
  const writeWhole = (file: string, text: string, place: (from: string, to: string) => void) => {
    const draft = join(folder, `.${file}.${ids.uuid()}`);
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    place(draft, join(folder, file));
  };
  const readWhole = <T>(file: string, schema: z.ZodType<T>, none: T): T => {
    const path = join(folder, file);
    return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, 'utf8'))) : none;
  };
  const writeJson = (file: string, value: object): void =>
    writeWhole(file, `${JSON.stringify(value)}\n`, renameSync);
  if (readKeys().length === 0) {
    // A link, unlike a rename, leaves the key of a process that was quicker alone.
    writeWhole(FIRST_KEY, generateSigningKeyPem(), (draft, target) => {
      if (!existsSync(target)) linkIfFree(draft, target);
      rmSync(draft);
    });
  }
  // What shops pin; public, so anybody may read it.
  writeFileSync(join(folder, 'trust-anchors.pem'), readKeys().map(publicPemOf).join(''));
  return {
    keys: readKeys,
    readIncarnation: () =>
      readWhole(INCARNATION, incarnationSchema, { incarnation: 0, log_position: null }),
    writeIncarnation: (remembered) => writeJson(INCARNATION, remembered),
    readPublished: () => readWhole(PUBLISHED, publishedSchema, { catalogue: 0, config: 0 }),
    writePublished: (published) => writeJson(PUBLISHED, published),
  };
}

function linkIfFree(draft: string, target: string): void {
  try {
    linkSync(draft, target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** Signs what goes down to the stores. */
export type Signer = <T extends object>(topic: string, content: T) => Signed<T>;

/** A signer whose numbers, Unix microseconds, strictly rise within this process. */
export function createSigner(keys: () => readonly SigningKey[], clock: Clock): Signer {
  let last = 0;
  return (topic, content) => {
    last = Math.max(last + 1, Math.trunc(clock.nowMs() * 1000));
    return signMessage(topic, content, last, keys());
  };
}
