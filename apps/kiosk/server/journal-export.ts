import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Clock, Ids } from '@tillwire/runtime';
import type { KioskConfig } from './config.ts';
import { openKioskDatabase } from './store/database.ts';
import { createJournalStore, type JournalStore } from './store/journal-store.ts';

/** The file could not be written: it is there already, or the stick is full. */
export class JournalExportError extends Error {
  override readonly name = 'JournalExportError';
}

const ROWS_AT_ONCE = 100;

/**
 * Writes every event Head Office has not acknowledged to `file`, one a line, gzip: the very bytes that would have
 * been sent, for a USB stick. Nothing is released by it. Returns how many.
 */
async function exportJournal(journal: JournalStore, file: string): Promise<number> {
  let count = 0;
  const lines = async function* (): AsyncGenerator<string> {
    const through = await journal.lastRow();
    let after = 0;
    for (;;) {
      const { rows } = await journal.scan({
        after,
        through,
        limit: ROWS_AT_ONCE,
        maxBytes: Number.MAX_SAFE_INTEGER,
      });
      const last = rows.at(-1);
      if (last === undefined) return;
      for (const { payload } of await journal.load(rows)) {
        count++;
        yield `${payload}\n`;
      }
      after = last;
    }
  };
  try {
    await pipeline(lines, createGzip(), createWriteStream(file, { flags: 'wx' }));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new JournalExportError(`the journal could not be written: ${error.message}`);
  }
  return count;
}

/** The same of a kiosk by its configuration; it may be selling meanwhile. */
export async function exportKioskJournal(
  { store, database }: KioskConfig,
  file: string,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
): Promise<number> {
  const db = await openKioskDatabase(database, { store, clock, ids });
  try {
    return await exportJournal(createJournalStore(db), file);
  } finally {
    await db.destroy();
  }
}
