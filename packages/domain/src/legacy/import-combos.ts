import type { Combo, TradeUp } from '../catalogue.ts';
import type { ProductCode } from '../ids.ts';
import { importComboChoices } from './import-choices.ts';
import type { ImportLog } from './import-log.ts';
import type { Menu } from './import-menu.ts';
import type { PriceList } from './import-price-list.ts';
import {
  bandPricesOf,
  type LegacySet,
  missingCombo,
  missingProduct,
  type RowOf,
  type Tables,
} from './import-set.ts';
import { placeOf, usableRows } from './table.ts';

/** A row of COMP_PRO or OPT_PRO and the table it is in. */
interface Part {
  readonly table: Tables['compulsory'] | Tables['optionals'];
  readonly row: RowOf<'compulsory'>;
}

/** The combination products with their components, choices and trade-ups. */
export function importCombos(set: LegacySet, menu: Menu, priceList: PriceList): Combo[] {
  const { tables, log } = set;
  const compulsory = usableRows(tables.compulsory, log, ({ combo }) => missingCombo(set, combo));
  const optionals = usableRows(
    tables.optionals,
    log,
    ({ combo, product }) => missingCombo(set, combo) ?? missingProduct(set, product),
  );
  const parts: readonly Part[] = [
    ...compulsory.map((row) => ({ table: tables.compulsory, row })),
    ...optionals.map((row) => ({ table: tables.optionals, row })),
  ];
  const partsOf = Map.groupBy(parts, ({ row }) => row.cells.combo);
  const componentsOf = Map.groupBy(compulsory, ({ cells }) => cells.combo);
  const choices = importComboChoices(set, optionals);
  const texts = usableRows(tables.comboTexts, log, ({ code }) => missingCombo(set, code));
  const textOf = new Map(texts.map(({ cells }) => [cells.code, cells]));
  for (const row of compulsory) {
    const { combo, product } = row.cells;
    const place = placeOf(tables.compulsory, row, 'product');
    log.cite(`combos.${combo}.components.${product}`, place);
  }
  return usableRows(tables.combos, log).map((row) => {
    const { cells } = row;
    const { code } = cells;
    const components = (componentsOf.get(code) ?? []).map((part) => part.cells.product);
    const choiceGroups = choices.get(code) ?? [];
    log.cite(`combos.${code}`, { ...placeOf(tables.combos, row, 'code'), column: null });
    for (const field of ['eatVatClass', 'takeVatClass'] as const) {
      log.cite(`combos.${code}.${field}`, placeOf(tables.combos, row, field));
    }
    return {
      code,
      name: cells.name,
      menuName: textOf.get(code)?.menuName ?? '',
      description: textOf.get(code)?.description ?? '',
      eatVatClass: cells.eatVatClass,
      takeVatClass: cells.takeVatClass,
      prices: bandPricesOf(cells, 'price'),
      components,
      choiceGroups,
      tradeUp: importTradeUp(set, row, partsOf.get(code) ?? [], [
        ...components,
        ...choiceGroups.flat(),
      ]),
      menuKey: menu.comboKeys.get(code) ?? null,
      priceListPlace: priceList.comboPlaces.get(code) ?? null,
      available: cells.available,
    };
  });
}

/** T_COMB_NUM with its prices, and what T_PRODNUMB puts in the place of which of the combo's `products`. */
function importTradeUp(
  { tables, log }: LegacySet,
  row: RowOf<'combos'>,
  parts: readonly Part[],
  products: readonly ProductCode[],
): TradeUp | null {
  const { code, tradeUp } = row.cells;
  const replacements: TradeUp['replacements'][number][] = [];
  for (const part of samePartsOnce(parts, log)) {
    const { product, replacement: by } = part.row.cells;
    if (by === null) continue;
    const example = `line ${part.row.line}: product ${by} for ${product}`;
    if (tradeUp === null) {
      log.warn(part.table.fileName, 'replacements in a combo without a trade-up, ignored', example);
    } else if (products.includes(product)) {
      replacements.push({ product, by });
      const path = `combos.${code}.tradeUp.replacements.${product}`;
      log.cite(path, placeOf(part.table, part.row, 'replacement'));
    } else {
      log.warn(
        part.table.fileName,
        'replacements of what the combo does not offer, ignored',
        example,
      );
    }
  }
  if (tradeUp === null) return null;
  log.cite(`combos.${code}.tradeUp.combo`, placeOf(tables.combos, row, 'tradeUp'));
  return {
    combo: tradeUp,
    prices: bandPricesOf(row.cells, 'other'),
    replacements: replacements.toSorted((a, b) => a.product - b.product),
  };
}

/** The parts of a combo, each product once; where it is both compulsory and optional both must say the same. */
function samePartsOnce(parts: readonly Part[], log: ImportLog): readonly Part[] {
  const byProduct = new Map<ProductCode, Part>();
  for (const part of parts) {
    const { product, replacement } = part.row.cells;
    const before = byProduct.get(product);
    if (before === undefined) byProduct.set(product, part);
    else if (before.row.cells.replacement !== replacement) {
      const said = before.row.cells.replacement ?? 0;
      const where = `${before.table.fileName}:${before.row.line}`;
      const message = `"${replacement ?? 0}" contradicts ${where}, must be ${said} for the same product`;
      log.fault(placeOf(part.table, part.row, 'replacement'), String(replacement ?? 0), message);
    }
  }
  return [...byProduct.values()];
}
