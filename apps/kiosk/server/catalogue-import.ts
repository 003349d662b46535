import { readFile } from 'node:fs/promises';
import { type Clock, ConfigError, type Ids, type Log } from '@tillwire/runtime';
import type { CatalogueStanding } from '@tillwire/sync';
import { z } from 'zod';
import { createCatalogueLine } from './catalogue/line.ts';
import type { KioskConfig } from './config.ts';
import { createCatalogueStore } from './store/catalogue-store.ts';
import { createConfigStore } from './store/config-store.ts';
import { openKioskDatabase } from './store/database.ts';
import { createErrorStore } from './store/error-store.ts';

/** A file that holds no messages of Head Office's. */
export class CatalogueImportError extends Error {
  override readonly name = 'CatalogueImportError';
}

const MAX_FILE_BYTES = 64 * 1024 * 1024;
const fileSchema = z.object({
  messages: z
    .array(z.object({ topic: z.string(), payload: z.string().min(1) }))
    .min(1)
    .max(20),
});

/**
 * Takes a catalogue from a file that `tillwire catalogue export` wrote: the same bytes as over the line, with the
 * same checks. A running kiosk notices by itself.
 * @throws {CatalogueImportError} when the file can't be read, {ConfigError} without trust anchors.
 */
export async function importKioskCatalogue(
  config: KioskConfig,
  file: string,
  { clock, ids, log }: { readonly clock: Clock; readonly ids: Ids; readonly log: Log },
): Promise<CatalogueStanding> {
  const { store } = config;
  if (config.trustAnchors.length === 0) {
    throw new ConfigError(
      'wrong configuration\n  TRUST_ANCHORS: needed to believe the file (not set)',
    );
  }
  const messages = await readMessages(file);
  const db = await openKioskDatabase(config.database, { store, clock, ids });
  try {
    const line = createCatalogueLine({
      store,
      trusted: config.trustAnchors,
      catalogues: createCatalogueStore(db),
      configs: createConfigStore(db),
      reportError: createErrorStore(db, { store, clock, ids }).report,
      onChange: () => undefined,
      clock,
      log,
      crashPoint: () => undefined,
    });
    for (const { topic } of messages) {
      if (!line.matches(topic))
        throw new CatalogueImportError(`${file} is not for ${store}: ${topic}`);
    }
    for (const { topic, payload } of messages) await line.receive(topic, Buffer.from(payload));
    return await line.standing();
  } finally {
    await db.destroy();
  }
}

async function readMessages(file: string): Promise<z.infer<typeof fileSchema>['messages']> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new CatalogueImportError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (text.length > MAX_FILE_BYTES) throw new CatalogueImportError(`${file} is too large`);
  try {
    const parsed = fileSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data.messages;
  } catch {
    throw new CatalogueImportError(`${file} is not JSON: cut short or damaged`);
  }
  throw new CatalogueImportError(`${file} holds no messages of Head Office's`);
}
