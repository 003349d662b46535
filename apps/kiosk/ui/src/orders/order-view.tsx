import { useSignal } from '@preact/signals';
import { acceptsTender, type CustomerTender } from '@tillwire/domain';
import { useEffect } from 'preact/hooks';
import { me } from '../access/me.ts';
import { type Answer, get, post, problemText } from '../api.ts';
import { methodText, money, orderNumber } from '../format.ts';
import { index, rules } from '../kiosk.ts';
import { onLive } from '../live.ts';
import { mintRequestId, type SoldOrder } from '../orders.ts';
import { Presets } from '../presets.tsx';
import { Receipt } from './receipt.tsx';

type Asking = 'void' | 'payment' | null;
type OrderAnswer = Answer<{ readonly order: SoldOrder }>;

/** An order's receipt, and what may still be done to it. */
export function OrderView({ id, day }: { readonly id: string; readonly day: string }) {
  const order = useSignal<SoldOrder | null>(null);
  const asking = useSignal<Asking>(null);
  const trouble = useSignal('');
  const take = (answer: OrderAnswer): void => {
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    if (!answer.ok) return;
    order.value = answer.value.order;
    asking.value = null;
  };
  useEffect(() => {
    const read = async (): Promise<void> => take(await get(`/api/orders/${id}`));
    void read();
    // Asked for while the kiosk was away: it is shown once it is back.
    return onLive('connected', () => {
      if (order.value === null) void read();
    });
  }, [id]);
  const shown = order.value;
  const toggleable =
    shown !== null &&
    shown.status === 'completed' &&
    shown.kind === 'sale' &&
    shown.paymentMethod !== 'split';
  const toggle = (what: Exclude<Asking, null>): void => {
    asking.value = asking.value === what ? null : what;
  };
  return (
    <>
      <header class="order-head">
        <h2>Order {orderNumber(id)}</h2>
        <a class="key quiet" href={`#/orders/${day}`}>
          Close
        </a>
      </header>
      <p class={`trouble${trouble.value === '' ? '' : ' told'}`} role="alert">
        {trouble.value}
      </p>
      {shown === null ? null : (
        <>
          <div class="order-keys">
            <PrintKey id={id} trouble={trouble} />
            <button
              type="button"
              class="key"
              aria-expanded={asking.value === 'payment'}
              disabled={!toggleable}
              onClick={() => toggle('payment')}
            >
              Change payment
            </button>
            <button
              type="button"
              class="key danger"
              aria-expanded={asking.value === 'void'}
              disabled={shown.status === 'voided'}
              onClick={() => toggle('void')}
            >
              Void
            </button>
          </div>
          {asking.value === 'void' ? <VoidForm order={shown} take={take} /> : null}
          {asking.value === 'payment' ? <PaymentKeys order={shown} take={take} /> : null}
          <Receipt order={shown} />
        </>
      )}
    </>
  );
}

interface Change {
  readonly order: SoldOrder;
  readonly take: (answer: OrderAnswer) => void;
}

const VOID_REASONS = ['Rung up twice', 'Wrong order', 'Customer left', 'Not as it should be'];

function VoidForm({ order, take }: Change) {
  const reason = useSignal('');
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        void post<{ readonly order: SoldOrder }>(`/api/orders/${order.globalOrderId}/void`, {
          // Left out it is whoever is signed in, or whose PIN allowed it.
          crewId: data.get('crewId') ?? undefined,
          reason: reason.value,
        }).then(take);
      }}
    >
      {me.value?.signedIn === true ? null : (
        <label>
          <span class="small soft">Crew id</span>
          <input class="field" name="crewId" required maxLength={64} autoFocus />
        </label>
      )}
      <label class="grow">
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
        words={VOID_REASONS}
        onPick={(word) => {
          reason.value = word;
        }}
      />
      <button type="submit" class="key danger">
        Void order {orderNumber(order.globalOrderId)}
      </button>
    </form>
  );
}

const METHODS: readonly CustomerTender[] = ['cash', 'card', 'voucher', 'on-account', 'cheque'];

function PaymentKeys({ order, take }: Change) {
  const channel = index.value?.channels.get(order.channel);
  const offered =
    channel === undefined
      ? []
      : METHODS.filter(
          (method) => method !== order.paymentMethod && acceptsTender(channel, method, rules.value),
        );
  return (
    <div class="inline-form" role="group" aria-label="Pay it by">
      {offered.length === 0 ? (
        <p class="soft">{channel?.name ?? order.channel} takes no other tender.</p>
      ) : null}
      {offered.map((method) => (
        <button
          key={method}
          type="button"
          class="key"
          onClick={() =>
            void post<{ readonly order: SoldOrder }>(`/api/orders/${order.globalOrderId}/payment`, {
              method,
            }).then(take)
          }
        >
          {money(order.totals.gross)} by {methodText(method).toLowerCase()}
        </button>
      ))}
    </div>
  );
}

/** Prints on the shop's receipt printer, or where it has none by the browser's own dialogue. */
function PrintKey({ id, trouble }: { readonly id: string; readonly trouble: { value: string } }) {
  const printed = useSignal(false);
  const send = async (): Promise<void> => {
    const answer = await post(`/api/orders/${id}/print`, { requestId: mintRequestId() });
    if (!answer.ok && answer.problem?.code === 'unknown-printer') print();
    else if (!answer.ok) trouble.value = problemText(answer.problem);
    printed.value = answer.ok;
  };
  return (
    <button type="button" class="key" onClick={() => void send()}>
      {printed.value ? 'Sent to the printer' : 'Print'}
    </button>
  );
}
