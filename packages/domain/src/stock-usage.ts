import type { CatalogueIndex } from './catalogue-index.ts';
import type { StockKind } from './catalogue.ts';
import type { StockCode } from './ids.ts';
import type { Order } from './order.ts';
import { invariant } from './result.ts';

/** Stock a day used; `quantityMicro` is in millionths of the item's unit. */
export interface StockUse {
  readonly kind: StockKind;
  readonly code: StockCode;
  readonly name: string;
  readonly quantityMicro: number;
}

/**
 * What the orders took out of stock by the A and B components of every product in them, whoever paid; a relish
 * left out is not used. Voided orders used nothing. By kind, then code.
 */
export function stockUsage(orders: Iterable<Order>, index: CatalogueIndex): readonly StockUse[] {
  const used = new Map<string, { kind: StockKind; code: StockCode; quantityMicro: number }>();
  for (const order of orders) {
    if (order.status === 'voided') continue;
    for (const line of order.lines) {
      const without = new Set<number>(line.without.map(({ code }) => code));
      for (const { role, code: product, quantity } of line.components) {
        if (role === 'combo') continue;
        for (const { kind, code, quantityMicro } of index.products.get(product)?.components ?? []) {
          if (kind === 'A' && role === 'item' && without.has(code)) continue;
          const key = `${kind}${code}`;
          const entry = used.get(key) ?? { kind, code, quantityMicro: 0 };
          entry.quantityMicro += quantityMicro * quantity * line.quantity;
          used.set(key, entry);
        }
      }
    }
  }
  const names = new Map(
    index.catalogue.stockItems.map(({ kind, code, name }) => [`${kind}${code}`, name]),
  );
  return [...used.entries()]
    .map(([key, use]) => {
      invariant(Number.isSafeInteger(use.quantityMicro), `stock use of ${key} is exact`);
      return { ...use, name: names.get(key) ?? key };
    })
    .sort((a, b) => (a.kind === b.kind ? a.code - b.code : a.kind < b.kind ? -1 : 1));
}
