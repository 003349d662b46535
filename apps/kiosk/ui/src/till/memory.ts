import { batch, effect, type Signal } from '@preact/signals';
import { whenIdle } from '../idle.ts';
import { aside, deliver, pending, sold, tendering } from './sale.ts';
import { basket, held, previous } from './basket.ts';

const KEY = 'tillwire.till.1';

const REMEMBERED: Readonly<Record<string, Signal<unknown>>> = {
  basket,
  held,
  previous,
  tendering,
  pending,
  aside,
  sold,
};

/**
 * Keeps what the till holds through a reload of the page, and goes on asking for the sales whose answer
 * had not come.
 */
export function rememberTill(): void {
  const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
  if (kept !== null && typeof kept === 'object') {
    batch(() => {
      for (const [name, value] of Object.entries(kept)) {
        const remembered = REMEMBERED[name];
        if (remembered !== undefined) remembered.value = value;
      }
    });
  }
  let isSaved = true;
  const save = (): void => {
    if (isSaved) return;
    isSaved = true;
    const entries = Object.entries(REMEMBERED).map(([name, each]) => [name, each.peek()]);
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(entries)));
  };
  let callOff = (): void => undefined;
  effect(() => {
    for (const { value: _ } of Object.values(REMEMBERED)) isSaved = false;
    callOff();
    // A sale is kept before it is sent; the rest may wait until it is drawn.
    if (pending.value !== null) save();
    else callOff = whenIdle(save);
  });
  addEventListener('pagehide', save);
  for (const sale of [...aside.value, ...(pending.value === null ? [] : [pending.value])]) {
    void deliver(sale);
  }
}
