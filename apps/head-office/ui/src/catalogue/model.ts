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
export type Menu = Readonly<Record<string, readonly Entry[]>>;

/** The collections one edits, and the field an entry is known by. */
export const COLLECTIONS = {
  products: { title: 'Products and meals', key: 'code' },
  combos: { title: 'Combos', key: 'code' },
  channels: { title: 'Channels', key: 'code' },
  vatClasses: { title: 'VAT classes', key: 'class' },
  menuPages: { title: 'Menu pages', key: 'id' },
  extras: { title: 'Extras', key: 'product' },
  relishes: { title: 'Relishes', key: 'code' },
} as const;
export type CollectionName = keyof typeof COLLECTIONS;
