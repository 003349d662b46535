import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../api.ts';
import type { ShownBasket } from '../display-basket.ts';
import { money } from '../format.ts';
import { me } from '../access/me.ts';
import { onLive } from '../live.ts';
import { place } from '../router.ts';
import './display.css';

const shown = signal<ShownBasket | null>(null);

/** What the customer sees of a till, as it happens: `#/display/2` follows till 2. */
export function DisplayScreen() {
  const till = place.value.rest[0] ?? '1';
  useEffect(() => {
    const load = async (): Promise<void> => {
      const answer = await get<{ readonly basket: ShownBasket | null }>(
        `/api/baskets/${encodeURIComponent(till)}`,
      );
      if (answer.ok) shown.value = answer.value.basket;
    };
    const stops = [
      onLive('connected', () => void load()),
      onLive('basket', (data) => {
        const { till: of, basket } = data as { till: string; basket: ShownBasket | null };
        if (of === till) shown.value = basket;
      }),
    ];
    void load();
    return () => {
      for (const stop of stops) stop();
    };
  }, [till]);
  const basket = shown.value;
  return (
    <div class="display-screen">
      {basket?.training === true ? (
        <p class="training-band" role="status">
          <strong>TRAINING</strong> Nothing here is sold or charged.
        </p>
      ) : null}
      {basket?.state === 'paid' ? (
        <Paid basket={basket} />
      ) : basket === null || basket.lines.length === 0 ? (
        <Welcome />
      ) : (
        <Open basket={basket} />
      )}
    </div>
  );
}

const Welcome = () => (
  <div class="display welcome">
    <p class="display-hello">Welcome</p>
    <p class="display-shop">{me.value?.shop ?? ''}</p>
  </div>
);

function Open({ basket }: { readonly basket: ShownBasket }) {
  return (
    <div class="display">
      <header class="display-head">
        <h1>Your order</h1>
        <p>
          {basket.channel}, {basket.vatBasis === 'take' ? 'takeaway' : 'eat in'}
        </p>
      </header>
      <ol class="display-lines">
        {basket.lines.map(({ key, quantity, name, details, total }) => (
          <li key={key}>
            <span class="display-quantity">{quantity}</span>
            <span class="display-name">
              {name}
              {details.length === 0 ? null : (
                <span class="display-details">{details.join(' · ')}</span>
              )}
            </span>
            <span class="display-price">{money(total)}</span>
          </li>
        ))}
      </ol>
      <div class="display-foot" role="status">
        <span class="display-label">
          {basket.state === 'paying' && basket.left !== basket.total ? 'Left to pay' : 'Total'}
          {basket.vat === 0 ? null : (
            <span class="display-vat">including VAT {money(basket.vat)}</span>
          )}
        </span>
        <span class="display-total">
          {money(basket.state === 'paying' ? basket.left : basket.total)}
        </span>
      </div>
    </div>
  );
}

const Paid = ({ basket }: { readonly basket: ShownBasket }) => (
  <div class="display paid" role="status">
    <p class="display-hello">Thank you</p>
    <p class="display-label">Your order number</p>
    <p class="display-number">{basket.orderNumber}</p>
    <p class="display-shop">
      Paid {money(basket.total)}
      {basket.change > 0 ? `, change ${money(basket.change)}` : ''}
    </p>
  </div>
);
