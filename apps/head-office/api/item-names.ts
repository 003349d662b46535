import { type Catalogue, displayName } from '@tillwire/domain';
import type { CatalogueOffice } from '../catalogue/office.ts';
import type { ReportKind } from '../store/report-queries.ts';

/** What codes are called. */
export interface ItemNames {
  /** Names the keys of a report's lines. */
  readonly labels: (kind: ReportKind) => Promise<(key: string) => string>;
  /** The company a channel belongs to, by the names of its channels; a channel no longer known is its own. */
  readonly companies: () => Promise<(channel: string) => string>;
}

export interface NameSources {
  readonly stores: () => Promise<ReadonlyMap<string, string>>;
  /** By `product 44` or `combo 3`. */
  readonly items: () => Promise<ReadonlyMap<string, string>>;
  readonly channels: () => Promise<ReadonlyMap<string, string>>;
  /** Of each channel. */
  readonly companies: () => Promise<ReadonlyMap<string, string>>;
}

const rateText = (basisPoints: number): string => `${basisPoints / 100} %`;

export function createItemNames({ stores, items, channels, companies }: NameSources): ItemNames {
  const from = (names: ReadonlyMap<string, string>) => (key: string) => names.get(key) || key;
  return {
    companies: async () => from(await companies()),
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
        case 'account':
          return (key) => key;
        default: {
          const name = from(await stores());
          // `S03 2025-11-27`, or one of both.
          return (key) => {
            const [first = '', date] = key.split(' ');
            return date === undefined ? name(first) : `${name(first)}, ${date}`;
          };
        }
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

/** What a channel's company is called: its channels' names; a company has no name of its own. */
export function companyNamesOf(menu: Catalogue | null): ReadonlyMap<string, string> {
  const channels = menu?.channels ?? [];
  const ofCompany = Map.groupBy(channels, ({ company }) => company);
  return new Map(
    channels.map(({ code, company }) => {
      const names = (ofCompany.get(company) ?? []).map(({ name }) => name).join(', ');
      return [code, `Company ${company}: ${names}`];
    }),
  );
}
