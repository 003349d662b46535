/** A release as `GET /api/catalogue` tells it. */
export interface Release {
  readonly releaseId: number;
  readonly kind: string;
  readonly basedOn: number | null;
  readonly note: string;
  readonly publishedBy: string;
  readonly publishedAtMs: number;
  readonly effectiveFromMs: number | null;
  readonly state: string;
  readonly stateReason: string;
  readonly waves: readonly (readonly string[])[];
  readonly wavesTold: number;
  readonly shops: readonly string[];
}

export interface Standing {
  readonly store: string;
  readonly name: string;
  readonly online: boolean | null;
  readonly told: {
    readonly version: number;
    readonly releaseId: number;
    readonly nextReleaseId: number | null;
    readonly effectiveFromMs: number | null;
  } | null;
  readonly progress: string;
  readonly reason: string | null;
  readonly detail: string;
  readonly inForce: { readonly catalog_version: number } | null;
}

export interface CatalogueNow {
  readonly releases: readonly Release[];
  readonly standing: readonly Standing[];
}

export interface Draft {
  readonly draftId: number;
  readonly name: string;
  readonly basedOn: number | null;
  readonly baseChecksum: string | null;
  readonly revision: number;
  readonly editedBy: string;
  readonly editedAtMs: number;
  readonly shops: readonly string[];
}

export interface TargetDiff {
  readonly target: string;
  readonly words: readonly string[];
}

export interface DraftDetail extends Draft {
  readonly diff: readonly TargetDiff[];
  readonly faults: readonly {
    readonly target: string;
    readonly path: string;
    readonly rule?: string;
    readonly message?: string;
  }[];
  readonly hands: readonly string[];
  readonly approval: { readonly name: string; readonly at: string } | null;
}

export type Entry = Readonly<Record<string, unknown>>;
/** A catalogue as the API tells it: collections of entries, and `settings`. */
export type Menu = Readonly<Record<string, readonly Entry[]>> & { readonly settings?: Entry };

/** The collections one edits. */
export const COLLECTIONS = {
  products: 'Products and meals',
  combos: 'Combos',
  extras: 'Extras',
  relishes: 'Relishes',
  channels: 'Channels',
  vatClasses: 'VAT classes',
  menuPages: 'Menu pages',
  priceListSections: 'Price list sections',
  miscellaneous: 'Price list lines',
  stockItems: 'Stock items',
  shops: 'Shop addresses',
} as const;
export type CollectionName = keyof typeof COLLECTIONS;

const KEY_FIELDS: Readonly<Record<Exclude<CollectionName, 'stockItems'>, string>> = {
  products: 'code',
  combos: 'code',
  channels: 'code',
  vatClasses: 'class',
  menuPages: 'id',
  extras: 'product',
  relishes: 'code',
  priceListSections: 'id',
  miscellaneous: 'sequence',
  shops: 'shop',
};

/** What an entry is known by in its collection; a stock item by kind and five digits, `A00026`. */
export function keyOf(collection: CollectionName, entry: Entry): string | number {
  if (collection !== 'stockItems') return entry[KEY_FIELDS[collection]] as string | number;
  return `${String(entry['kind'])}${String(entry['code']).padStart(5, '0')}`;
}

const plainText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** What people call an entry. */
export const nameOf = (entry: Entry): string =>
  plainText(
    entry['menuName'] || entry['name'] || entry['title'] || entry['label'] || entry['fullName'],
  );

/** Whether an entry has `text` in its key or name. */
export function isFoundBy(collection: CollectionName, entry: Entry, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return [keyOf(collection, entry), entry['name'], entry['label'], nameOf(entry)].some((value) =>
    plainText(value).toLowerCase().includes(wanted),
  );
}
