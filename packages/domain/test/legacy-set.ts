import type { LegacyFile } from '../src/index.ts';

/** A decoded file of its lines; a `|` in a field stands for a comma that was within quotes. */
export function legacyFile(fileName: string, lines: readonly string[]): LegacyFile {
  const fields = lines.map((line) => line.split(',').map((field) => field.replaceAll('|', ',')));
  return {
    fileName,
    header: fields[0] ?? [],
    rows: fields.slice(1).map((row, at) => ({ line: at + 2, fields: row })),
  };
}

const PRICES = Array.from({ length: 6 }, (_, at) => (at === 0 ? '' : `_${at + 1}`));
const bandColumns = (name: string, other: string): string =>
  PRICES.map((suffix) => `${name}${suffix},${other}${suffix}`).join(',');
/** The same two prices in each band. */
export const inAllBands = (price: number, other: number): string =>
  PRICES.map(() => `${price},${other}`).join(',');

/** A small sound set of shop 1, by file name, each file by its lines. Line 2 is the first row. */
export const SMALL_SET = {
  'PDITEM1.CSV': [
    `PRODNUMB,PRODNAME,EAT_VAT_CLASS,TAKE_VAT_CLASS,READBACK_ORD,MEAL_ONLY,MEAL_CODE,MEAL_DRINK,T_DRINK_CD,${bandColumns('VATPR', 'DC_VATPR')}`,
    `1,BURGER,1,1,9,False,1,0,0,${inAllBands(500, 0)}`,
    `2,DBL BURGER,1,1,11,False,1,0,0,${inAllBands(700, 0)}`,
    `13,KIDS BURGER,1,1,8,True,2,0,0,${inAllBands(350, 0)}`,
    `26,  DIP KETCHUP,1,0,96,False,0,0,0,${inAllBands(35, 0)}`,
    `27,DIP MAYO,1,0,96,False,0,0,0,${inAllBands(55, 0)}`,
    `30,FRIES,1,1,87,False,0,0,0,${inAllBands(235, 140)}`,
    `31,LARGE FRIES,1,1,86,False,0,0,0,${inAllBands(295, 200)}`,
    `36,XTR BACON,1,1,0,False,0,0,0,${inAllBands(115, 0)}`,
    `51,COLA,1,1,237,False,0,1,99,${inAllBands(190, 0)}`,
    `71,SIX BITES,1,1,60,False,1,0,0,${inAllBands(560, 0)}`,
    `93,KIDS WATER,1,1,254,False,0,2,0,${inAllBands(90, 0)}`,
    `99,LARGE COLA,1,1,221,False,0,1,0,${inAllBands(255, 0)}`,
  ],
  'COMBTB1.CSV': [
    `COMBONUMB,DESC,T_COMB_NUM,EAT_VAT_CLASS,TAKE_VAT_CLASS,${bandColumns('VATPR', 'T_VATPR')}`,
    `4,PLATTER,5,1,1,${inAllBands(1005, 1105)}`,
    `5,LARGE PLATTER,0,1,1,${inAllBands(1105, 0)}`,
  ],
  'PDVAT_TB.CSV': ['VAT_CLASS,VAT_RATE,VAT_DESC', '0,0,Zero rate', '1,20,Standard rate'],
  'COMP_PRO.CSV': ['combonumb,prodnumb,t_prodnumb', '4,71,0', '4,30,31', '5,71,0'],
  'OPT_PRO.CSV': ['combonumb,prodnumb,t_prodnumb', '4,26,27', '4,27,0', '5,26,0'],
  'P_CHOICE.CSV': ['PRODNUMB,OPT_PRODNUMB', '71,26', '71,27', '13,26'],
  'EPOS_FREE_PROD.CSV': [
    'PRODNUMB,PRODNAME,FREE_CHOICE_1,FREE_CHOICE_2',
    '71,SIX BITES,26| 27,27',
    '1,BURGER,26,',
  ],
  'EPOS_COMB_FREE_PROD.CSV': [
    'COMBONUMB,ITEM_DESC,FREE_CHOICE_1,FREE_CHOICE_2',
    '4,PLATTER,26|27,26|27',
  ],
  'EPOS_ADD_ONS.CSV': ['PRODNUMB,PRODNAME,ADD_ONS', '1,BURGER,36| 26', '13,KIDS BURGER,'],
  'EXTRAS1.CSV': [
    'PRODNUMB,PRODNAME,ITEM_DESC,SEQ_ORDER',
    '36,XTR BACON,Extra Bacon,5',
    '26,DIP,,6',
  ],
  'PRICE1.CSV': [
    'REC_ID,PRICE_ID,SUPPLIER_NAME,PRICE_SUB_ID,SEQ_ORDER,SUPPLIER_CODE,APPLY_HERE,PARENT_ID,ACC_FIRM_NUM,ACCEPT_CASH,ACCEPT_CARD,ACCEPT_ONACC,ACCEPT_VOUCHER,ACCEPT_CREW_FOOD,ACCEPT_COOKED_WASTE,DELIV_SUPPLIER,HOT_DRINK',
    '1,1,Standard,1,1,OT-C,1,1,0,1,1,0,1,1,1,0,1',
    '8,3,Rider - Deliver,1,8,DV-D,True,2,5,0,FALSE,1,0,0,0,true,0',
  ],
  'EPOS_GROUP1.CSV': ['EPOS_GROUP_ID,EPOS_GROUP_TITLE', '1,Burgers', '11,Hot Drinks'],
  'EPOS_PROD1.CSV': [
    'PRODNUMB,PRODNAME,ITEM_DESC,EPOS_GROUP,EPOS_SEQUENCE,COLOUR_RED,COLOUR_GREEN,COLOUR_BLUE',
    '1,BURGER,Burger,1,1,231,52,52',
    '2,DBL BURGER,Dbl Burger,0,0,231,52,52',
    '93,KIDS WATER,,99,5,,,',
    '36,XTR BACON,Bacon,98,1,0,0,0',
  ],
  'EPOS_COMB1.CSV': [
    'COMBONUMB,DESC,ITEM_DESC,EPOS_GROUP,EPOS_SEQUENCE',
    '4,PLATTER,Sharing Platter,1,9',
  ],
  'APP_PROD.CSV': [
    'PRODNUMB,PRODNAME,GROUP_ID,GROUP_SUB_ID,MEAL_ID,MEAL_SUB_ID,DOUBLE_PDNUMB,TRIPLE_PDNUMB',
    '1,BURGER,4,4,1,1,2,0',
    '13,KIDS BURGER,0,0,2,7,0,0',
    '2,DBL BURGER,0,0,0,0,0,172',
  ],
  'APP_COMB.CSV': ['COMBONUMB,DESC,GROUP_ID,GROUP_SUB_ID', '4,PLATTER,3,1', '5,LARGE,0,0'],
  'GROUP_TB.CSV': [
    'GROUP_ID,GROUP_NAME,SOURCE_TYPE,MEAL_GROUP',
    '1,Burger Meals,P,1',
    '2,Kids Meals,P,2',
    '3,Sharing,C,0',
    '4,Burgers,p,0',
  ],
  'MISC_SEC.CSV': ['PRODNUMB,PRODNAME,ITEM_DESC,SEQ_ORDER', '36,XTR BACON,Bacon,5', '0,,goLarge,2'],
  'PROD_EXT.CSV': [
    'PRODNUMB,PRODNAME,NAME_ON_MENU,COOK_ZONE,PROD_DESC',
    '1,BURGER,Beef Burger,1,Beef, lettuce, and a bun',
    '30,FRIES,Regular Fries,3,',
  ],
  'COMB_EXT.CSV': [
    'COMBONUMB,DESC,NAME_ON_MENU,PROD_DESC',
    '4,PLATTER,Sharing Platter,6 Bites, 8 Rings',
  ],
  'ACODES.CSV': ['PRODNUMB,ST_CODENUM,QTY', '1,7,1', '1,26,0.5', '13,53,-1.25'],
  'BCODES.CSV': ['PRODNUMB,ST_CODENUM,QTY', '1,1,.4'],
  'ST_ITEMS.CSV': [
    'CODEALPH,ST_CODENUM,ITEM',
    'A,7,BUNs Falcone 4"',
    'A,26,Iceberg',
    'B,1,Carrier',
    'A,53,Meat',
  ],
  'E_ST1.CSV': ['CODEALPH,ST_CODENUM,ITEM', 'A,26,Iceberg 89p', 'C,14,Liners'],
  'TOPPING_DEL.CSV': ['ACODE,DESC,MENU_DESC', '26,Iceberg,Lettuce'],
  'SHOPS_TB.CSV': [
    'SHOP_CODE,SHOP_NAME,SHOP_ABBREV,FRANCHISEE,FULL_NAME,ADDRESS_1,ADDRESS_2,ADDRESS_3,POST_CODE,VAT_NUMB,TELEPHONE,OPERATORS',
    '1,Shop 1,SH,Franchisee,Burgers Ltd,1 High Street,,Town,AB1 2CD,GB123,01632,Operator Ltd',
  ],
} satisfies Readonly<Record<string, readonly string[]>>;

export type SmallSetFile = keyof typeof SMALL_SET;

/** The small set with some files replaced, added, or (null) left out. */
export function smallSet(
  changes: Readonly<Record<string, readonly string[] | null>> = {},
): LegacyFile[] {
  const lines: Readonly<Record<string, readonly string[] | null>> = { ...SMALL_SET, ...changes };
  return Object.entries(lines).flatMap(([name, of]) => (of === null ? [] : [legacyFile(name, of)]));
}

/** A file of the small set with one line changed; line 1 is the header. */
export const withLine = (file: SmallSetFile, line: number, text: string): readonly string[] =>
  SMALL_SET[file].map((before, at) => (at === line - 1 ? text : before));

export const withRows = (file: SmallSetFile, ...rows: readonly string[]): readonly string[] => [
  ...SMALL_SET[file],
  ...rows,
];
