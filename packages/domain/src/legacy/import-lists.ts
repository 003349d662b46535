import type {
  Catalogue,
  CatalogueSettings,
  Channel,
  Extra,
  Shop,
  StockItem,
  StockKind,
} from '../catalogue.ts';
import { channelCode, priceBand, type PriceBand, productCode } from '../ids.ts';
import { type LegacySet, missingProduct } from './import-set.ts';
import { type Table, usableRows } from './table.ts';
import type { SETTINGS_TABLE } from './tables.ts';

/** What a shop sells on when it has no PRICE table. */
const STANDARD_CHANNEL: Channel = {
  code: channelCode('OT-C'),
  name: 'Standard',
  band: priceBand(1),
  sequence: 1,
  record: 1,
  subSequence: 1,
  company: 1,
  accountFirm: 0,
  operates: true,
  accepts: {
    cash: true,
    card: true,
    onAccount: false,
    voucher: true,
    crewFood: true,
    cookedWaste: true,
  },
  delivers: false,
  hotDrinks: true,
};

export function importChannels({ tables, log }: LegacySet): Channel[] {
  if (!tables.channels.present) return [STANDARD_CHANNEL];
  return usableRows(tables.channels, log).map(({ cells }) => ({
    code: cells.code,
    name: cells.name,
    band: cells.band as PriceBand,
    sequence: cells.sequence,
    record: cells.record,
    subSequence: cells.subSequence,
    company: cells.company,
    accountFirm: cells.accountFirm,
    operates: cells.operates,
    accepts: {
      cash: cells.cash,
      card: cells.card,
      onAccount: cells.onAccount,
      voucher: cells.voucher,
      crewFood: cells.crewFood,
      cookedWaste: cells.cookedWaste,
    },
    delivers: cells.delivers,
    hotDrinks: cells.hotDrinks,
  }));
}

export function importExtras(set: LegacySet): Extra[] {
  const { extras } = set.tables;
  return usableRows(extras, set.log, ({ code }) => missingProduct(set, code)).map(({ cells }) => ({
    product: cells.code,
    label: cells.label || (set.stockedProducts.get(cells.code) ?? ''),
    sequence: cells.sequence,
  }));
}

/** Food and packaging; the shop's own names win over the chain's. Other kinds are in no product. */
export function importStockItems({ tables, log }: LegacySet): StockItem[] {
  const items = new Map<string, StockItem>();
  for (const table of [tables.stockItems, tables.ownStockItems]) {
    for (const { line, cells } of usableRows(table, log)) {
      const { kind, stock, name } = cells;
      if (isStockKind(kind)) items.set(`${kind}${stock}`, { kind, code: stock, name });
      else
        log.warn(
          table.fileName,
          'stock items neither food (A) nor packaging (B), left out',
          `line ${line}: ${kind}${stock}`,
        );
    }
  }
  return [...items.values()];
}

const isStockKind = (kind: string): kind is StockKind => kind === 'A' || kind === 'B';

/** Components whose stock item no table names are counted: their reports show a number only. */
export function warnOfNamelessStock(
  { tables, log }: LegacySet,
  { products, stockItems }: Catalogue,
): void {
  const named = new Set(stockItems.map(({ kind, code }) => `${kind}${code}`));
  for (const { code, components } of products) {
    for (const component of components) {
      const item = `${component.kind}${component.code}`;
      if (named.has(item)) continue;
      log.warn(
        tables.stockItems.fileName,
        'components without a name',
        `${item} of product ${code}`,
      );
    }
  }
}

export function importShops({ tables, log }: LegacySet, shop: number): Shop[] {
  const { fileName, present } = tables.shops;
  const shops = usableRows(tables.shops, log).map(({ cells }) => {
    const { address1, address2, address3, ...rest } = cells;
    return { ...rest, address: [address1, address2, address3].filter((line) => line !== '') };
  });
  if (present && shops.every((one) => one.shop !== shop)) {
    log.warn(
      fileName,
      `shop ${shop} is not in it, so receipts have no shop's name, address and VAT number`,
    );
  }
  return shops;
}

/** The chain's sides and base drinks, which no table of it holds. */
export const USUAL_SETTINGS = {
  regularSide: productCode(30),
  largeSide: productCode(31),
  standardBaseDrink: productCode(49),
  kidsBaseDrink: productCode(89),
};

/** The usual settings unless our own table says otherwise. */
export function importSettings(
  { tables, log }: LegacySet,
  settings: Table<(typeof SETTINGS_TABLE)['columns']>,
): CatalogueSettings {
  const [row] = usableRows(settings, log);
  return {
    ...USUAL_SETTINGS,
    ...row?.cells,
    anyFoodMayBeLeftOut: !tables.relishes.present,
  };
}
