import {
  type Catalogue,
  type LineRequest,
  type Order,
  productCode,
  stockCode,
  takePaidOut,
  voidOrder,
} from '../src/index.ts';
import {
  catalogue,
  channel,
  combo,
  committed,
  prices,
  product,
  request,
  selling,
  taken,
} from './builders.ts';

/** A stock component; the quantity in millionths. */
export const uses = (kind: 'A' | 'B', code: number, quantityMicro: number) => ({
  kind,
  code: stockCode(code),
  quantityMicro,
});
/** A small harbour shop: one of everything that is read back, printed and counted. */
export const menu: Catalogue = catalogue(
  [
    product(1, 500, {
      menuName: 'Burger',
      meal: 'standard',
      readbackOrder: 12,
      components: [uses('A', 7, 1_000_000), uses('A', 26, 500_000), uses('B', 1, 400_000)],
    }),
    product(2, 600, { menuName: 'Original', readbackOrder: 2, meal: 'standard' }),
    product(5, 560, {
      menuName: 'Wings',
      readbackOrder: 60,
      choiceGroups: [[productCode(26), productCode(27)]],
    }),
    product(26, 35, { menuName: 'Ketchup dip', readbackOrder: 96, vat: 0 }),
    product(27, 55, { menuName: 'Mayo dip', readbackOrder: 96, vat: 2 }),
    product(30, 235, { menuName: 'Fries', mealPrices: prices(140), readbackOrder: 87 }),
    product(31, 295, { menuName: 'Large fries', mealPrices: prices(200), readbackOrder: 86 }),
    product(36, 115, {
      menuName: 'Bacon',
      readbackOrder: 0,
      components: [uses('A', 26, -250_000)],
    }),
    product(51, 175, {
      menuName: 'Cola',
      mealDrink: 'standard',
      readbackOrder: 237,
      largeDrink: productCode(51),
    }),
    product(110, 0, { name: 'DIP NONE', readbackOrder: 0 }),
  ],
  {
    channels: [
      channel('JE-C', { name: 'Eat - Collect', company: 3 }),
      channel('JE-D', { name: 'Eat - Deliver', company: 3, delivers: true }),
      channel('OT-C', { company: 1 }),
    ],
    combos: [combo(4, 900, { menuName: 'Platter', components: [productCode(1), productCode(30)] })],
    extras: [{ product: productCode(36), label: 'Bacon', sequence: 1 }],
    relishes: [{ code: stockCode(26), name: 'LETTUCE', menuName: '' }],
    stockItems: [
      { kind: 'A', code: stockCode(7), name: 'Bun' },
      { kind: 'A', code: stockCode(26), name: 'Lettuce' },
    ],
    shops: [
      {
        shop: 9,
        name: 'Shop 9',
        abbreviation: 'S9',
        franchisee: '',
        fullName: 'Harbour Burgers Ltd',
        address: ['9 Quay Street', 'Town'],
        postCode: 'AB1 2CD',
        vatNumber: 'GB999 9999 73',
        telephone: '01632 960009',
        operators: '',
      },
    ],
  },
);
export const shop = selling(menu);
export const sold = (
  lines: readonly LineRequest[],
  rest: Parameters<typeof request>[1] = {},
  at = 1,
) => committed(taken(request(lines, rest), shop), at);
export const burgerMeal: LineRequest = {
  kind: 'product',
  code: 1,
  quantity: 1,
  meal: { drink: 51 },
  extras: [{ code: 36, quantity: 2 }],
  without: [26],
  note: 'cut in half',
};
export const voided = (order: Order): Order => {
  const result = voidOrder(order, { crewId: '7', reason: 'test' });
  if (!result.ok) throw new Error('not voided');
  return result.value;
};
export const milk = (): Order => {
  const out = takePaidOut({ amount: 250, crewId: '7', reason: 'milk', channel: 'OT-C' }, shop);
  if (!out.ok) throw new Error('refused');
  return committed(out.value, 9);
};
