import type { ProductCode } from '../ids.ts';
import {
  type LegacySet,
  missingCombo,
  missingProduct,
  type RowOf,
  stockedMembers,
} from './import-set.ts';
import { usableRows } from './table.ts';

export type ChoiceGroups = readonly (readonly ProductCode[])[];

/** The "pick one free" groups of each product: EPOS_FREE_PROD, else P_CHOICE as one group. */
export function importProductChoices(set: LegacySet): ReadonlyMap<number, ChoiceGroups> {
  const { productOptions, productChoices } = set.tables;
  const options = usableRows(
    productOptions,
    set.log,
    ({ product, option }) => missingProduct(set, product) ?? missingProduct(set, option),
  );
  const rows = usableRows(productChoices, set.log, ({ code }) => missingProduct(set, code));
  return new Map([
    ...oneGroupEach(options.map(({ cells }) => [cells.product, cells.option])),
    ...rows.map((row) => groupsOf(set, productChoices.fileName, row)),
  ]);
}

/** The groups of each combo: EPOS_COMB_FREE_PROD, else OPT_PRO (whose usable rows are given) as one group. */
export function importComboChoices(
  set: LegacySet,
  optionals: readonly RowOf<'optionals'>[],
): ReadonlyMap<number, ChoiceGroups> {
  const { comboChoices } = set.tables;
  const rows = usableRows(comboChoices, set.log, ({ code }) => missingCombo(set, code));
  return new Map([
    ...oneGroupEach(optionals.map(({ cells }) => [cells.combo, cells.product])),
    ...rows.map((row) => groupsOf(set, comboChoices.fileName, row)),
  ]);
}

type Groups = readonly [code: number, groups: ChoiceGroups];

const oneGroupEach = (pairs: readonly (readonly [number, ProductCode])[]): readonly Groups[] =>
  [...Map.groupBy(pairs, ([code]) => code)].map(([code, members]) => [
    code,
    [members.map(([, member]) => member)],
  ]);

function groupsOf(
  set: LegacySet,
  file: string,
  { line, cells }: RowOf<'productChoices'> | RowOf<'comboChoices'>,
): Groups {
  const { choice1, choice2, choice3, choice4, choice5, choice6 } = cells;
  const groups = [choice1, choice2, choice3, choice4, choice5, choice6].filter(
    (group) => group.length > 0,
  );
  const stocked = groups.map((group) => stockedMembers(set, group, { file, line }));
  const sellable = stocked.filter((group) => group.length > 0);
  if (sellable.length < stocked.length) {
    set.log.warn(file, 'choices of which this shop stocks none, dropped', `line ${line}`);
  }
  return [cells.code, sellable];
}
