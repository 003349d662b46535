import { useSignal } from '@preact/signals';
import { acceptsTender, type CustomerTender, type HouseTender } from '@tillwire/domain';
import { useRef } from 'preact/hooks';
import { moveByArrows } from '../arrows.ts';
import { useFocus } from '../focus.ts';
import { methodText, money } from '../format.ts';
import { rules } from '../kiosk.ts';
import { channel } from './basket.ts';
import { Digits } from './digits.tsx';
import {
  closeTender,
  due,
  left,
  pay,
  pending,
  putAside,
  takeBackPart,
  tendering,
  trouble,
} from './sale.ts';
import { nextNotes, typeDigits } from './tender.ts';

const CUSTOMER: readonly CustomerTender[] = ['cash', 'card', 'voucher', 'on-account', 'cheque'];
const HOUSE: readonly HouseTender[] = ['crew-food', 'cooked-waste'];

/** Takes the payment, in the place of the menu's keys; the basket stays beside it. */
export function TenderPad() {
  const typed = useSignal(0);
  const amountBox = useRef<HTMLInputElement>(null);
  const given = typed.value === 0 ? null : typed.value;
  const giveBy: GiveBy = (method, amount) => {
    typed.value = 0;
    pay(method, amount);
  };
  useFocus(() => amountBox.current?.focus({ preventScroll: true }), []);
  const at = channel.value;
  if (at === null || due.value === null) return null;
  const accepted = CUSTOMER.filter((method) => acceptsTender(at, method, rules.value));
  const first = accepted[0];
  return (
    <section class="tender" aria-label="Payment">
      <Head />
      <form
        class="tender-typed"
        onSubmit={(event) => {
          event.preventDefault();
          if (first !== undefined) giveBy(first, given);
        }}
      >
        <label>
          <span class="soft small">Amount given</span>
          <input
            ref={amountBox}
            class="field amount"
            id="amount"
            inputMode="none"
            autoComplete="off"
            value={typed.value === 0 ? '' : money(typed.value)}
            placeholder={money(left.value)}
            onInput={(event) => {
              typed.value = typeDigits(0, event.currentTarget.value.replaceAll(/\D/g, ''));
              event.currentTarget.value = typed.value === 0 ? '' : money(typed.value);
            }}
          />
        </label>
        <Digits typed={typed} />
      </form>
      <div class="tender-keys" onKeyDown={moveByArrows}>
        {accepted.includes('cash') && given === null ? <Notes giveBy={giveBy} /> : null}
        <Methods
          methods={accepted.filter((method) => method !== 'cash' || given !== null)}
          given={given}
          giveBy={giveBy}
        />
        <House />
      </div>
    </section>
  );
}

type GiveBy = (method: CustomerTender, amount: number | null) => void;

/** Cash as it is mostly given: what is due, or the next notes. */
function Notes({ giveBy }: { readonly giveBy: GiveBy }) {
  const waiting = pending.value !== null;
  return (
    <div class="notes" role="group" aria-label="Cash handed over">
      <button
        type="button"
        class="key cash"
        disabled={waiting}
        onClick={() => giveBy('cash', null)}
      >
        <span class="small">Exact cash</span>
        {money(left.value)}
      </button>
      {nextNotes(left.value).map((note) => (
        <button
          key={note}
          type="button"
          class="key cash"
          disabled={waiting}
          onClick={() => giveBy('cash', note)}
        >
          <span class="small">Cash</span>
          {money(note)}
        </button>
      ))}
    </div>
  );
}

function Methods({
  methods,
  given,
  giveBy,
}: {
  readonly methods: readonly CustomerTender[];
  readonly given: number | null;
  readonly giveBy: GiveBy;
}) {
  return (
    <div class="methods" role="group" aria-label="Ways to pay">
      {methods.map((method) => (
        <button
          key={method}
          type="button"
          class="key method"
          disabled={pending.value !== null}
          onClick={() => giveBy(method, given)}
        >
          <span>{methodText(method)}</span>
          <span class="small">{effectText(method, given)}</span>
        </button>
      ))}
    </div>
  );
}

/** What touching a method would do with the amount as typed. */
function effectText(method: CustomerTender, given: number | null): string {
  if (given === null || given === left.value) return money(left.value);
  if (given < left.value) return `${money(given)}, then ${money(left.value - given)} left`;
  if (method === 'cash') return `${money(given)}, change ${money(given - left.value)}`;
  return method === 'voucher' ? `${money(given)}, no change` : `at most ${money(left.value)}`;
}

function Head() {
  const parts = tendering.value?.parts ?? [];
  return (
    <header class="tender-head">
      <div>
        <h2 class="soft small">{parts.length === 0 ? 'To pay' : 'Left to pay'}</h2>
        <output class="tender-due">{money(left.value)}</output>
      </div>
      <ul class="parts" aria-label="Paid so far">
        {parts.map(({ method, amount }, at) => (
          <li key={at}>
            {methodText(method)} {money(amount)}
            <button
              type="button"
              class="less"
              aria-label={`Take back ${methodText(method)} ${money(amount)}`}
              onClick={() => takeBackPart(at)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {pending.value === null ? (
        <button type="button" class="key quiet" onClick={closeTender}>
          Back to the order
        </button>
      ) : (
        <button type="button" class="key quiet" onClick={putAside}>
          Next customer
        </button>
      )}
      <p class={`trouble${trouble.value === null ? '' : ' told'}`} role="alert">
        {trouble.value ?? (pending.value === null ? '' : 'Booking the sale…')}
      </p>
    </header>
  );
}

/** Crew food and cooked waste pay a whole order and are booked to somebody. */
function House() {
  const asked = useSignal<HouseTender | null>(null);
  const crewId = useSignal('');
  const at = channel.value;
  const accepted = HOUSE.filter((method) => at !== null && acceptsTender(at, method, rules.value));
  const isPart = (tendering.value?.parts.length ?? 0) > 0;
  if (accepted.length === 0) return null;
  return (
    <div class="house">
      <div class="methods" role="group" aria-label="Not paid by a customer">
        {accepted.map((method) => (
          <button
            key={method}
            type="button"
            class="key method"
            aria-pressed={asked.value === method}
            disabled={pending.value !== null || isPart}
            onClick={() => {
              asked.value = asked.value === method ? null : method;
            }}
          >
            {methodText(method)}
          </button>
        ))}
      </div>
      {asked.value === null ? null : (
        <form
          class="crew"
          onSubmit={(event) => {
            event.preventDefault();
            if (asked.value !== null) pay(asked.value, null, crewId.value.trim() || '0');
          }}
        >
          <label>
            <span class="small soft">Crew id</span>
            <input
              class="field"
              maxLength={64}
              placeholder="0: nobody"
              autoFocus
              value={crewId.value}
              onInput={(event) => {
                crewId.value = event.currentTarget.value;
              }}
            />
          </label>
          <button type="submit" class="key primary" disabled={pending.value !== null}>
            Book {methodText(asked.value).toLowerCase()}
          </button>
        </form>
      )}
    </div>
  );
}
