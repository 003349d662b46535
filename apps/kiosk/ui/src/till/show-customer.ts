import { effect } from '@preact/signals';
import { me } from '../access/me.ts';
import { put } from '../api.ts';
import type { ShownBasket } from '../display-basket.ts';
import { orderNumber } from '../format.ts';
import { whenIdle } from '../idle.ts';
import { menu } from '../kiosk.ts';
import { place } from '../router.ts';
import { detailsOf, lineTitle } from './line-text.ts';
import { basket, channel, lines, total, totals } from './basket.ts';
import { due, left, sold, tendering } from './sale.ts';

const KEY = 'tillwire.till-name';

/** Which till of the shop this browser is: `#/till/2` makes it the second, for as long as the tab lives. */
function tillName(): string {
  const { screen, rest } = place.value;
  const named = screen === 'till' ? rest[0] : undefined;
  if (named !== undefined && /^[\w-]{1,32}$/.test(named)) sessionStorage.setItem(KEY, named);
  return sessionStorage.getItem(KEY) ?? '1';
}

function shownBasket(): ShownBasket {
  const last = sold.value;
  const isPaid = last !== null && lines.value.length === 0;
  return {
    state: isPaid ? 'paid' : tendering.value === null ? 'open' : 'paying',
    channel: channel.value?.name ?? basket.value.channel,
    vatBasis: basket.value.vatBasis,
    lines: lines.value.flatMap(({ key, priced }) =>
      priced === null
        ? []
        : [
            {
              key,
              quantity: priced.quantity,
              name: lineTitle(priced),
              details: detailsOf(priced),
              total: priced.total,
            },
          ],
    ),
    total: isPaid ? last.totals.gross : (due.value ?? total.value),
    vat: isPaid ? last.totals.vat : (totals.value?.vat ?? 0),
    left: left.value,
    change: isPaid ? last.change : 0,
    orderNumber: isPaid ? orderNumber(last.globalOrderId) : null,
    training: me.value?.training === true,
  };
}

/** Keeps the customer display of this till as the basket is. A display that missed one gets the next. */
export function showCustomer(): void {
  let callOff = (): void => undefined;
  effect(() => {
    // Named here, put together after the screen was drawn.
    for (const { value: _ } of [lines, due, left, sold, tendering, me]);
    callOff();
    if (menu.value?.flags.customerDisplay === false) return;
    callOff = whenIdle(() => void put(`/api/baskets/${tillName()}`, { basket: shownBasket() }));
  });
}
