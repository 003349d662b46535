import { useSignal } from '@preact/signals';
import type { TillReading } from '@tillwire/domain';
import { useEffect } from 'preact/hooks';
import { me, setTraining } from '../access/me.ts';
import { type Answer, get, getSteppedUp, post, problemText } from '../api.ts';
import { count, dateText, money, orderNumber } from '../format.ts';
import { onLive } from '../live.ts';
import { mintRequestId, type SoldOrder } from '../orders.ts';
import { Presets } from '../presets.tsx';
import { Digits } from '../till/digits.tsx';
import { typeDigits } from '../till/tender.ts';
import './drawer.css';

/** The cash drawer: what is taken out of it, and what the day came to so far. */
export const DrawerScreen = () => (
  <div class="drawer">
    <PaidOut />
    <Reading />
    {me.value?.signedIn === true ? <Training /> : null}
  </div>
);

const PAID_OUT_REASONS = ['Supplies', 'Window cleaner', 'Taxi', 'Customer refund'];

function PaidOut() {
  const amount = useSignal(0);
  const crewId = useSignal('');
  const reason = useSignal('');
  const trouble = useSignal('');
  const done = useSignal<SoldOrder | null>(null);
  const isSending = useSignal(false);
  // One id for what is being asked, so that asking again after a lost answer takes nothing twice.
  const requestId = useSignal(mintRequestId());
  const send = async (): Promise<void> => {
    if (isSending.value) return;
    isSending.value = true;
    const answer = await post<{ readonly order: SoldOrder }>('/api/paid-outs', {
      requestId: requestId.value,
      amount: amount.value,
      // Left out it is whoever is signed in, or whose PIN allowed it.
      ...(me.value?.signedIn === true ? {} : { crewId: crewId.value }),
      reason: reason.value,
    });
    isSending.value = false;
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    if (!answer.ok) return;
    done.value = answer.value.order;
    amount.value = 0;
    reason.value = '';
    requestId.value = mintRequestId();
  };
  return (
    <section class="card" aria-labelledby="paid-out">
      <h2 id="paid-out">Paid out</h2>
      <p class="soft">Cash taken from the drawer, 1p to £999.99.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <div>
          <label>
            <span class="small soft">Amount</span>
            <input
              class="field amount"
              inputMode="numeric"
              autoComplete="off"
              required
              placeholder={money(0)}
              value={amount.value === 0 ? '' : money(amount.value)}
              onInput={(event) => {
                amount.value = typeDigits(0, event.currentTarget.value.replaceAll(/\D/g, ''));
                event.currentTarget.value = amount.value === 0 ? '' : money(amount.value);
              }}
            />
          </label>
          <Digits typed={amount} />
        </div>
        <div>
          {me.value?.signedIn === true ? null : (
            <label>
              <span class="small soft">Crew id</span>
              <input
                class="field"
                required
                maxLength={64}
                value={crewId.value}
                onInput={(event) => {
                  crewId.value = event.currentTarget.value;
                }}
              />
            </label>
          )}
          <label>
            <span class="small soft">Reason</span>
            <input
              class="field"
              required
              maxLength={200}
              value={reason.value}
              onInput={(event) => {
                reason.value = event.currentTarget.value;
              }}
            />
          </label>
          <Presets
            words={PAID_OUT_REASONS}
            onPick={(word) => {
              reason.value = word;
            }}
          />
          <button type="submit" class="key primary" disabled={isSending.value}>
            Take {amount.value === 0 ? 'out' : `${money(amount.value)} out`}
          </button>
        </div>
      </form>
      <p class={`trouble${trouble.value === '' ? '' : ' told'}`} role="alert">
        {trouble.value}
      </p>
      <p role="status">
        {done.value === null ? (
          ''
        ) : (
          <a href={`#/orders/${done.value.businessDate}/${done.value.globalOrderId}`}>
            Booked as number {orderNumber(done.value.globalOrderId)}:{' '}
            {money(0 - (done.value.tenders[0]?.amount ?? 0))}
          </a>
        )}
      </p>
    </section>
  );
}

/** What `GET /api/day/reading` answers that is shown here. */
interface DayReading {
  readonly businessDate: string;
  readonly tenders: TillReading;
}

const ENTRIES: readonly (readonly [keyof TillReading, string])[] = [
  ['cash', 'Cash'],
  ['card', 'Card'],
  ['cheque', 'Cheque'],
  ['onAccount', 'On account'],
  ['voucher', 'Vouchers'],
  ['paidOut', 'Paid out'],
  ['crewFood', 'Crew food'],
  ['cookedWaste', 'Cooked waste'],
  ['deleted', 'Voided'],
];

function Reading() {
  const isThere = useSignal(true);
  const shown = useSignal<DayReading | null>(null);
  const trouble = useSignal('');
  /** Whether somebody else's PIN is needed to look. */
  const isShut = useSignal(false);
  const load = async (read: (path: string) => Promise<Answer<DayReading>> = get): Promise<void> => {
    const answer = await read('/api/day/reading');
    // A kiosk without its books has no reading to show.
    isThere.value = answer.ok || answer.problem?.status !== 404;
    isShut.value = !answer.ok && answer.problem?.code === 'not-allowed';
    if (isShut.value) return;
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    if (answer.ok) shown.value = answer.value;
  };
  useEffect(() => {
    void load();
    return onLive('order', () => void load());
  }, []);
  if (!isThere.value) return null;
  return (
    <section class="card" aria-labelledby="reading">
      <h2 id="reading">X reading</h2>
      <p class="soft">
        {shown.value === null
          ? 'What the day came to so far, without closing it.'
          : `${dateText(shown.value.businessDate)}, so far. Nothing is closed by looking.`}
      </p>
      <p class={`trouble${trouble.value === '' ? '' : ' told'}`} role="alert">
        {trouble.value}
      </p>
      {isShut.value ? (
        <button type="button" class="key" onClick={() => void load(getSteppedUp)}>
          {shown.value === null ? 'Read' : 'Read again'} with a shift manager’s PIN
        </button>
      ) : null}
      {shown.value === null ? null : (
        <table>
          <thead>
            <tr>
              <th scope="col">Tender</th>
              <th scope="col">Count</th>
              <th scope="col">Amount</th>
            </tr>
          </thead>
          <tbody>
            {ENTRIES.map(([name, title]) => {
              const entry = shown.value?.tenders[name];
              return entry === undefined ? null : (
                <tr key={name}>
                  <th scope="row">{title}</th>
                  <td>{count(entry.count)}</td>
                  <td>{money(entry.amount)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Practising at this till until it is locked: nothing sold then is booked. */
function Training() {
  const trouble = useSignal('');
  const on = me.value?.training === true;
  return (
    <section class="card training" aria-labelledby="training">
      <h2 id="training">Training</h2>
      <p class="soft">
        {on
          ? 'This till practises. It sells for real again once it is locked.'
          : 'Whoever is signed in practises: priced and printed as usual, marked TRAINING, booked nowhere.'}
      </p>
      <button
        type="button"
        class="key"
        aria-pressed={on}
        onClick={() =>
          void setTraining(!on).then((answer) => {
            trouble.value = answer.ok ? '' : problemText(answer.problem);
          })
        }
      >
        {on ? 'Sell for real' : 'Practise'}
      </button>
      <p class={`trouble${trouble.value === '' ? '' : ' told'}`} role="alert">
        {trouble.value}
      </p>
    </section>
  );
}
