import type { Clock, Ids, Log } from '@tillwire/runtime';
import { type Books, createBooks } from './books.ts';
import { loadCatalogueFile } from './catalogue-source.ts';
import { createShopRules } from './catalogue/shop-rules.ts';
import type { KioskConfig } from './config.ts';
import { createEventBus } from './events.ts';
import { createCatalogueStore } from './store/catalogue-store.ts';
import { createConfigStore } from './store/config-store.ts';
import { clockWitnesses } from './store/clock-store.ts';
import { openKioskDatabase } from './store/database.ts';
import { createDayStore, type DayStore } from './store/day-store.ts';
import { createOrderStore } from './store/order-store.ts';
import { createShiftStore } from './store/shift-store.ts';

/** A kiosk's books without its services, for the command line; the kiosk may be selling meanwhile. */
export interface Desk {
  readonly books: Books;
  readonly days: DayStore;
  readonly close: () => Promise<void>;
}

export async function openDesk(
  config: KioskConfig,
  { clock, ids, log }: { readonly clock: Clock; readonly ids: Ids; readonly log: Log },
): Promise<Desk> {
  const { store, catalogueFile } = config;
  const fallback = catalogueFile === null ? null : await loadCatalogueFile(catalogueFile);
  const db = await openKioskDatabase(config.database, { store, clock, ids });
  try {
    const own = { store, crashPoint: () => undefined };
    const rules = createShopRules({
      catalogues: createCatalogueStore(db),
      configs: createConfigStore(db),
      fallback,
      day: config.day,
      clock,
      log,
    });
    await rules.refresh();
    const days = createDayStore(db, own);
    const books = createBooks({
      days,
      shifts: createShiftStore(db),
      orders: createOrderStore(db, own),
      catalogue: rules.catalogue,
      day: () => rules.day,
      clockWitnesses: () => clockWitnesses(db),
      clock,
      ids,
      events: createEventBus(),
      // The kiosk's own processes see the journal grow by themselves.
      onCommitted: () => undefined,
    });
    return { books, days, close: () => db.destroy() };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
