import { effect, signal, untracked } from '@preact/signals';
import type { OrderLine, SellingContext } from '@tillwire/domain';
import { dateText } from '../format.ts';
import { businessDate } from '../kiosk.ts';
import { type Basket, basket, context, pricedAlone } from './basket.ts';
import { lineTitle } from './line-text.ts';
import { itemName } from './steps.ts';

/** Something that changed under an open basket. `null` prices: not sold. */
export interface Notice {
  readonly title: string;
  readonly rows: readonly {
    readonly name: string;
    readonly was: number | null;
    readonly now: number | null;
  }[];
}

export const notice = signal<Notice | null>(null);

const nameOf = (line: OrderLine | null): string | null => (line === null ? null : lineTitle(line));

/** The lines whose price differs between two ways of selling the same basket. */
export function priceChanges(
  was: { readonly basket: Basket; readonly context: SellingContext },
  now: { readonly basket: Basket; readonly context: SellingContext },
): Notice['rows'] {
  return was.basket.lines.flatMap((line) => {
    const still = now.basket.lines.find(({ key }) => key === line.key);
    if (still === undefined) return [];
    const before = pricedAlone(line, was.basket, was.context).priced;
    const after = pricedAlone(line, now.basket, now.context).priced;
    if (before?.total === after?.total) return [];
    return [
      {
        name: nameOf(before ?? after) ?? itemName(line.request, now.context.index),
        was: before?.total ?? null,
        now: after?.total ?? null,
      },
    ];
  });
}

/** Tells when the menu, the channel or the day changed under an open basket. */
export function watchChanges(): void {
  let seen: { readonly basket: Basket; readonly context: SellingContext } | null = null;
  effect(() => {
    const current = context.value;
    const open = basket.value;
    if (current === null) return;
    const before = seen;
    seen = { basket: open, context: current };
    if (open.lines.length === 0) {
      notice.value = null;
      return;
    }
    if (before === null) return;
    const switched = before.context.index !== current.index;
    const moved = before.basket.channel !== open.channel;
    // A basket taken up from hold is another one, not this one repriced.
    if ((!switched && !moved) || (moved && before.basket.lines !== open.lines)) return;
    const rows = priceChanges(before, { basket: open, context: current });
    const channel = current.index.channels.get(open.channel)?.name ?? open.channel;
    if (rows.length > 0) {
      notice.value = { title: switched ? 'The menu has changed' : `Prices of ${channel}`, rows };
    }
  });
  let day: string | null = null;
  effect(() => {
    const now = businessDate.value;
    const before = day;
    day = now ?? day;
    if (now === null || before === null || now === before) return;
    if (untracked(() => basket.value.lines.length) > 0) {
      notice.value = {
        title: `A new trading day has begun: this order belongs to ${dateText(now)}`,
        rows: [],
      };
    }
  });
}
