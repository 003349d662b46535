import {
  createCipheriv,
  createDecipheriv,
  hkdfSync,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { derivedKey, KEY_BYTES } from '@tillwire/contract';
import { z } from 'zod';
import { fileText } from './broker-config.ts';

/** What files are sealed by: a passphrase, or the bytes of a key. */
export type SealKey = string | Buffer;

/** A sealed file does not open, for a reason its caller can mend. */
export class SealedFileError extends Error {
  override readonly name = 'SealedFileError';
}

/** The variables that say by what backups are sealed; none: they are not. */
export const backupKeyVariables = {
  BACKUP_KEY: z.string().min(16, 'has at least 16 characters').optional(),
  BACKUP_KEY_FILE: fileText
    .transform((text, context): Buffer => {
      const key = Buffer.from(text.trim(), 'base64');
      if (key.length === KEY_BYTES) return key;
      context.addIssue({ code: 'custom', message: `holds ${KEY_BYTES} bytes as base64` });
      return z.NEVER;
    })
    .optional(),
};

/** @returns null when backups are not sealed; the file goes before the passphrase. */
export const backupKeyOf = (found: {
  readonly BACKUP_KEY?: string | undefined;
  readonly BACKUP_KEY_FILE?: Buffer | undefined;
}): SealKey | null => found.BACKUP_KEY_FILE ?? found.BACKUP_KEY ?? null;

/**
 * A sealed file is a head and pieces, each by itself AES-256-GCM over the head too. A piece's nonce holds its number and
 * whether it is the last, so that none can be left out, moved or added, and the end can't be cut off (the STREAM
 * construction).
 */
const MAGIC = Buffer.from('TILLWIRE-SEALED1');
const [PASSPHRASE, KEY] = [1, 2] as const;
const [SALT_BYTES, PREFIX_BYTES, CHECK_BYTES, TAG_BYTES] = [16, 7, 16, 16] as const;
const HEAD_BYTES = MAGIC.length + 1 + SALT_BYTES + PREFIX_BYTES + CHECK_BYTES;
const PIECE_BYTES = 64 * 1024;
/** What makes each guess at a passphrase cost a tenth of a second and 64 MiB. */
const SCRYPT = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };

type Bytes = AsyncIterable<Buffer>;

/** Seals what passes through; for `stream.pipeline`. */
export const sealing = (key: SealKey) =>
  async function* (source: Bytes): AsyncGenerator<Buffer> {
    const kind = typeof key === 'string' ? PASSPHRASE : KEY;
    const [salt, prefix] = [randomBytes(SALT_BYTES), randomBytes(PREFIX_BYTES)];
    const { data, check } = await keysOf(key, salt);
    const head = Buffer.concat([MAGIC, Buffer.of(kind), salt, prefix, check]);
    yield head;
    for await (const { piece, nonce } of numbered(source, PIECE_BYTES, prefix)) {
      const cipher = createCipheriv('aes-256-gcm', data, nonce).setAAD(head);
      yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
    }
  };

/** Opens what `sealing` made. What comes out before an error is whole as far as it goes, and no more than that. */
export const opening = (key: SealKey, name: string) =>
  async function* (source: Bytes): AsyncGenerator<Buffer> {
    const { head, rest } = await split(source, HEAD_BYTES);
    if (!isHead(head)) throw new SealedFileError(`${name} is not a sealed file`);
    if (head.length < HEAD_BYTES) throw new SealedFileError(`${name} is cut short`);
    const [kind, at] = [head[MAGIC.length], MAGIC.length + 1];
    if (kind !== (typeof key === 'string' ? PASSPHRASE : KEY)) {
      const by = kind === PASSPHRASE ? 'a passphrase: BACKUP_KEY' : 'a key file: BACKUP_KEY_FILE';
      throw new SealedFileError(`${name} is sealed by ${by} opens it`);
    }
    const salt = head.subarray(at, at + SALT_BYTES);
    const prefix = head.subarray(at + SALT_BYTES, at + SALT_BYTES + PREFIX_BYTES);
    const { data, check } = await keysOf(key, salt);
    if (!timingSafeEqual(check, head.subarray(-CHECK_BYTES))) {
      throw new SealedFileError(`${name} is sealed by another key`);
    }
    for await (const { piece, nonce, number } of numbered(rest, PIECE_BYTES + TAG_BYTES, prefix)) {
      yield opened(piece, { data, nonce, head }, `${name} (at ${number * PIECE_BYTES} bytes)`);
    }
  };

function opened(
  piece: Buffer,
  { data, nonce, head }: Readonly<Record<'data' | 'nonce' | 'head', Buffer>>,
  place: string,
): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', data, nonce, { authTagLength: TAG_BYTES })
      .setAAD(head)
      .setAuthTag(piece.subarray(-TAG_BYTES));
    const text = decipher.update(piece.subarray(0, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]);
  } catch {
    throw new SealedFileError(`${place} was changed, or is cut short`);
  }
}

async function keysOf(key: SealKey, salt: Buffer) {
  const master =
    typeof key === 'string'
      ? await new Promise<Buffer>((resolve, reject) => {
          scrypt(key, salt, KEY_BYTES, SCRYPT, (error, made) =>
            error === null ? resolve(made) : reject(error),
          );
        })
      : Buffer.from(hkdfSync('sha256', key, salt, 'tillwire sealed file', KEY_BYTES));
  const check = derivedKey(master, 'check').subarray(0, CHECK_BYTES);
  return { data: derivedKey(master, 'data'), check };
}

/** Pieces of one size, the last one shorter, each with the nonce that is its own. */
async function* numbered(source: Bytes, size: number, prefix: Buffer) {
  const nonce = (number: number, isLast: boolean): Buffer => {
    const end = Buffer.alloc(5);
    end.writeUInt32BE(number);
    end[4] = Number(isLast);
    return Buffer.concat([prefix, end]);
  };
  let number = 0;
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    held.push(chunk);
    bytes += chunk.length;
    // One piece is always held back: only the end of the source tells whether it is the last.
    if (bytes <= size) continue;
    let all = Buffer.concat(held);
    for (; all.length > size; all = all.subarray(size)) {
      yield { piece: all.subarray(0, size), nonce: nonce(number, false), number };
      number++;
    }
    [held, bytes] = [[all], all.length];
  }
  yield { piece: Buffer.concat(held), nonce: nonce(number, true), number };
}

/** The first bytes, and what is left. */
async function split(source: Bytes, size: number) {
  const chunks = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < size) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  const first = head.subarray(size);
  async function* rest(): AsyncGenerator<Buffer> {
    yield first;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { head: head.subarray(0, size), rest: rest() };
}

const isHead = (bytes: Buffer): boolean => bytes.subarray(0, MAGIC.length).equals(MAGIC);

/** Whether a file is sealed. */
export async function isSealed(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC.length));
    return isHead(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** What a file holds, opened where it is sealed. @throws {SealedFileError} without the key it needs. */
export async function openedFile(path: string, key: SealKey | null): Promise<Bytes> {
  if (!(await isSealed(path))) return createReadStream(path);
  if (key === null) {
    throw new SealedFileError(`${path} is sealed: BACKUP_KEY or BACKUP_KEY_FILE opens it`);
  }
  return opening(key, path)(createReadStream(path));
}

/** Seals a file into another, which is on disk for good when this is done. */
export const sealFile = (from: string, to: string, key: SealKey): Promise<void> =>
  writeWhole(sealing(key)(createReadStream(from)), to);

/** Puts what a sealed file holds into another. @throws {SealedFileError} leaving nothing behind. */
export const openSealedFile = async (from: string, to: string, key: SealKey): Promise<void> =>
  writeWhole(opening(key, from)(createReadStream(from)), to);

async function writeWhole(source: Bytes, to: string): Promise<void> {
  try {
    await pipeline(source, createWriteStream(to, { mode: 0o600, flush: true }));
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
}
