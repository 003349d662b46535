import { netOf, type Pence, pence } from './money.ts';
import type { LineComponent, OrderDiscounts, OrderKind, OrderLine } from './order.ts';

/** What a price counts for: as it is for customers, net of VAT for crew food and cooked waste. Pence. */
const valueFor =
  (kind: OrderKind) =>
  (price: Pence, { vatRate }: LineComponent): Pence =>
    kind === 'sale' ? price : netOf(price, vatRate);

/**
 * The discounts of an order in pence: of a meal the single prices less the meal prices of
 * product, side and drink; of a combo the components' single prices less its own. Gross for customer
 * orders; for crew food and cooked waste each price is first taken net of VAT in its own class. A negative
 * one counts 0; each is per unit of the line, times its quantity.
 */
export function discountsOf(lines: readonly OrderLine[], kind: OrderKind): OrderDiscounts {
  const value = valueFor(kind);
  let meal = 0;
  let combo = 0;
  for (const line of lines) {
    if (!line.isMeal && line.kind !== 'combo') continue;
    let worth = 0;
    let charged = 0;
    for (const component of line.components) {
      const { role, singlePrice, price } = component;
      if (line.isMeal) {
        if (role !== 'item' && role !== 'side' && role !== 'drink') continue;
        worth += value(singlePrice, component);
        charged += value(price, component);
      } else if (role === 'combo') charged += value(price, component);
      else worth += value(singlePrice, component);
    }
    const discount = Math.max(0, worth - charged) * line.quantity;
    if (line.isMeal) meal += discount;
    else combo += discount;
  }
  return { meal: pence(meal), combo: pence(combo) };
}
