import type { OrderAnswer } from '../load/history.ts';
import type { Finding } from './findings.ts';

interface Priced {
  readonly components: readonly { readonly singlePrice: number; readonly code: number }[];
}

/**
 * Of a menu published during the run every price ends in the same pence: an order with two endings, or a version
 * that ends differently in two shops, was sold from half of one.
 * @param later looks at the versions above it.
 */
export function checkMenus(orders: readonly OrderAnswer[], later: number): readonly Finding[] {
  const endings = new Map<number, Map<number, string>>();
  for (const { globalOrderId, kind, catalogVersion, lines } of orders) {
    if (catalogVersion <= later || kind === 'paid-out') continue;
    const known = endings.get(catalogVersion) ?? new Map<number, string>();
    endings.set(catalogVersion, known);
    for (const line of lines) {
      if (line.kind !== 'product') continue;
      for (const { singlePrice } of (line as unknown as Priced).components) {
        if (singlePrice > 0) known.set(singlePrice % 100, globalOrderId);
      }
    }
  }
  return [...endings].flatMap(([version, known]) =>
    known.size <= 1
      ? []
      : [
          {
            check: 'menu',
            what: `version ${version} was sold by halves: ${[...known.values()].join(', ')}`,
          },
        ],
  );
}
