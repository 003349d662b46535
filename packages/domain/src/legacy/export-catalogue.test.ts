import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryCatalogue } from '../../test/arbitrary-catalogue.ts';
import { smallSet } from '../../test/legacy-set.ts';
import type { Catalogue } from '../catalogue.ts';
import { validateCatalogue } from '../catalogue-validation.ts';
import { productCode } from '../ids.ts';
import { exportLegacyCatalogue, exportLegacyTables } from './export-catalogue.ts';
import { importLegacyCatalogue } from './import-catalogue.ts';
import type { LegacyFile } from './table.ts';

/** What a reader makes of the exported tables. */
const decoded = (catalogue: Catalogue, shop: number): LegacyFile[] =>
  exportLegacyTables(catalogue, { shop }).map(({ fileName, records: [header = [], ...rows] }) => ({
    fileName,
    header,
    rows: rows.map((fields, at) => ({ line: at + 2, fields })),
  }));

function smallCatalogue(): Catalogue {
  const imported = importLegacyCatalogue(smallSet(), { shop: 1 });
  if (!imported.ok) throw new Error(JSON.stringify(imported.error));
  return imported.value.catalogue;
}

const textOf = (catalogue: Catalogue, file: string): string | undefined =>
  exportLegacyCatalogue(catalogue, { shop: 1 }).find(({ fileName }) => fileName === file)?.text;

describe('Exported legacy tables', () => {
  it('import as the same catalogue, whatever valid catalogue they came from', () => {
    fc.assert(
      fc.property(arbitraryCatalogue, fc.integer({ min: 1, max: 99 }), (catalogue, shop) => {
        expect(validateCatalogue(catalogue)).toEqual([]);
        const imported = importLegacyCatalogue(decoded(catalogue, shop), { shop });
        expect(imported.ok ? imported.value.catalogue : imported.error).toEqual(catalogue);
      }),
    );
  });

  it("carry a shop's number in the names of its own tables", () => {
    const names = exportLegacyTables(smallCatalogue(), { shop: 12 }).map(
      ({ fileName }) => fileName,
    );
    expect(names).toContain('PDITEM12.CSV');
    expect(names).toContain('PDVAT_TB.CSV');
    expect(names).toHaveLength(26);
  });

  it('end their lines in CR LF and quote only where a comma or a quote needs it', () => {
    const catalogue = smallCatalogue();
    expect(textOf(catalogue, 'EPOS_FREE_PROD.CSV')).toBe(
      'PRODNUMB,PRODNAME,FREE_CHOICE_1,FREE_CHOICE_2\r\n1,BURGER,26,\r\n13,KIDS BURGER,26,\r\n71,SIX BITES,"26,27",27\r\n',
    );
    expect(textOf(catalogue, 'ST_ITEMS.CSV')).toBe(
      'CODEALPH,ST_CODENUM,ITEM\r\nA,7,"BUNs Falcone 4"""\r\nA,26,Iceberg 89p\r\nA,53,Meat\r\nB,1,Carrier\r\n',
    );
  });

  it('say in the older tables what the newer ones say in groups', () => {
    const catalogue = smallCatalogue();
    expect(textOf(catalogue, 'P_CHOICE.CSV')).toBe(
      'PRODNUMB,OPT_PRODNUMB\r\n1,26\r\n13,26\r\n71,26\r\n71,27\r\n',
    );
    expect(textOf(catalogue, 'OPT_PRO.CSV')).toBe(
      'COMBONUMB,PRODNUMB,T_PRODNUMB\r\n4,26,27\r\n4,27,0\r\n5,26,0\r\n',
    );
  });

  it('have rows only of what they are about, with the names people look for', () => {
    const catalogue = smallCatalogue();
    expect(textOf(catalogue, 'EXTRAS1.CSV')).toBe(
      'PRODNUMB,PRODNAME,ITEM_DESC,SEQ_ORDER\r\n26,DIP KETCHUP,DIP KETCHUP,6\r\n36,XTR BACON,Extra Bacon,5\r\n',
    );
    const choiceless = catalogue.combos.map((combo) => ({ ...combo, choiceGroups: [] }));
    expect(textOf({ ...catalogue, combos: choiceless }, 'EPOS_COMB_FREE_PROD.CSV')).toBe(
      'COMBONUMB,ITEM_DESC,FREE_CHOICE_1,FREE_CHOICE_2\r\n',
    );
    expect(textOf(catalogue, 'APP_PROD.CSV')).toBe(
      'PRODNUMB,PRODNAME,GROUP_ID,GROUP_SUB_ID,MEAL_ID,MEAL_SUB_ID,DOUBLE_PDNUMB,TRIPLE_PDNUMB\r\n' +
        '1,BURGER,4,4,1,1,2,0\r\n13,KIDS BURGER,0,0,2,7,0,0\r\n',
    );
  });

  it('have columns of ours only where these say something', () => {
    const catalogue = smallCatalogue();
    expect(textOf(catalogue, 'PROD_EXT.CSV')?.split('\r\n')[0]).toBe(
      'PRODNUMB,PRODNAME,NAME_ON_MENU,COOK_ZONE,PROD_DESC',
    );
    expect(textOf(catalogue, 'PDITEM1.CSV')).not.toContain('AVAILABLE');
    const [first, ...others] = catalogue.products;
    if (first === undefined) throw new Error('no products');
    const changed = {
      ...catalogue,
      products: [{ ...first, available: false, kcal: 525, allergens: [] }, ...others],
    };
    expect(textOf(changed, 'PROD_EXT.CSV')?.split('\r\n').slice(0, 2)).toEqual([
      'PRODNUMB,PRODNAME,NAME_ON_MENU,COOK_ZONE,ALLERGENS,KCAL,PROD_DESC',
      '1,BURGER,Beef Burger,1,NONE,525,"Beef, lettuce, and a bun"',
    ]);
    expect(textOf(changed, 'PDITEM1.CSV')).toContain(',500,0,False\r\n');
  });

  it('have a settings table only where the settings are not the usual ones', () => {
    const catalogue = smallCatalogue();
    expect(textOf(catalogue, 'SETTINGS.CSV')).toBeUndefined();
    const settings = { ...catalogue.settings, kidsBaseDrink: productCode(93) };
    expect(textOf({ ...catalogue, settings }, 'SETTINGS.CSV')).toBe(
      'REGULAR_SIDE,LARGE_SIDE,BASE_DRINK,KIDS_BASE_DRINK\r\n30,31,49,93\r\n',
    );
  });

  it('have no relish table where any food may be left out', () => {
    const catalogue = smallCatalogue();
    const settings = { ...catalogue.settings, anyFoodMayBeLeftOut: true };
    expect(textOf({ ...catalogue, settings, relishes: [] }, 'TOPPING_DEL.CSV')).toBeUndefined();
    expect(textOf(catalogue, 'TOPPING_DEL.CSV')).toContain('26,Iceberg,Lettuce');
  });
});
