import { type Catalogue, displayName } from '@tillwire/domain';
import type { CatalogueOffice } from '../catalogue/office.ts';
import type { ReportKind } from '../store/report-queries.ts';

/** What codes are called. */
export interface ItemNames {
  /** Names the keys of a report's lines. */
  readonly labels: (kind: ReportKind) => Promise<(key: string) => string>;
}

export interface NameSources {
  readonly stores: () => Promise<ReadonlyMap<string, string>>;
  /** By `product 44` or `combo 3`. */
  readonly items: () => Promise<ReadonlyMap<string, string>>;
  readonly channels: () => Promise<ReadonlyMap<string, string>>;
}

const rateText = (basisPoints: number): string => `${basisPoints / 100} %`;

export function createItemNames({ stores, items, channels }: NameSources): ItemNames {
  const from = (names: ReadonlyMap<string, string>) => (key: string) => names.get(key) || key;
  return {
    labels: async (kind) => {
      switch (kind) {
        case 'shop':
          return from(await stores());
        case 'product':
          return from(await items());
        case 'channel':
          return from(await channels());
        case 'hour':
          return (key) => `${key}:00`;
        case 'vat':
          return (key) => {
            const [vatClass, rate] = key.split(' ');
            return `Class ${vatClass}, ${rateText(Number(rate))}`;
          };
        case 'day':
        case 'payment':
          return (key) => key;
      }
    },
  };
}

/** Of the newest release's base; empty while nothing was published. */
export async function newestMenu(office: CatalogueOffice): Promise<Catalogue | null> {
  const [newest] = await office.releases(1);
  return newest === undefined ? null : (await office.menu(newest.releaseId)).base;
}

export const itemNamesOf = (menu: Catalogue | null): ReadonlyMap<string, string> =>
  new Map([
    ...(menu?.products ?? []).map((item) => [`product ${item.code}`, displayName(item)] as const),
    ...(menu?.combos ?? []).map((item) => [`combo ${item.code}`, displayName(item)] as const),
  ]);

export const channelNamesOf = (menu: Catalogue | null): ReadonlyMap<string, string> =>
  new Map((menu?.channels ?? []).map(({ code, name }) => [code, name]));
