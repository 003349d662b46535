import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { get, type Problem, problemText } from '../api.ts';
import { dateText, methodText, money, timeText } from '../format.ts';
import { businessDate } from '../kiosk.ts';
import { onLive } from '../live.ts';
import type { SoldOrder } from '../orders.ts';
import { place } from '../router.ts';
import { OrderView } from './order-view.tsx';
import { lineTitle } from '../till/line-text.ts';
import './orders.css';

interface Page {
  readonly businessDate: string;
  readonly orders: readonly SoldOrder[];
  readonly next?: number;
}

const page = signal<Page | null>(null);
const problem = signal<{ readonly told: Problem | null } | null>(null);

async function load(date: string | undefined): Promise<void> {
  const answer = await get<Page>(
    `/api/orders?limit=200${date === undefined ? '' : `&date=${date}`}`,
  );
  if (answer.ok) {
    page.value = answer.value;
    problem.value = null;
  } else problem.value = { told: answer.problem };
}

async function loadMore({ businessDate: date, orders, next }: Page): Promise<void> {
  const answer = await get<Page>(`/api/orders?limit=200&date=${date}&before=${next}`);
  if (answer.ok) page.value = { ...answer.value, orders: [...orders, ...answer.value.orders] };
  else problem.value = { told: answer.problem };
}

/** The orders of a day, today's or an earlier one's, beside the one looked at. */
export function OrdersScreen() {
  const [date, id] = place.value.rest;
  useEffect(() => {
    const read = (): void => void load(date);
    read();
    const endings = [onLive('order', read), onLive('connected', read)];
    return () => {
      for (const end of endings) end();
    };
  }, [date]);
  const shown = page.value;
  const day = date ?? shown?.businessDate ?? businessDate.value ?? '';
  return (
    <div class={`orders${id === undefined ? '' : ' shows-order'}`}>
      <section class="order-list" aria-label="Orders">
        <header class="order-days">
          <DayKeys day={day} />
        </header>
        {problem.value === null ? null : (
          <p class="trouble told" role="alert">
            {problemText(problem.value.told)}
          </p>
        )}
        {shown === null ? null : shown.orders.length === 0 ? (
          <div class="nothing">
            <p class="nothing-title">No orders on {dateText(shown.businessDate)}</p>
            <p class="soft">What the tills sell appears here at once.</p>
          </div>
        ) : (
          <ul class="order-rows">
            {shown.orders.map((order) => (
              <li key={order.globalOrderId}>
                <Row order={order} current={order.globalOrderId === id} />
              </li>
            ))}
          </ul>
        )}
        {shown?.next === undefined ? null : (
          <button type="button" class="key" onClick={() => void loadMore(shown)}>
            Earlier orders
          </button>
        )}
      </section>
      <section class="order-shown" aria-label="Order">
        {id === undefined ? (
          <div class="nothing">
            <p class="nothing-title">No order chosen</p>
            <p class="soft">Touch one to see its receipt.</p>
          </div>
        ) : (
          <OrderView key={id} id={id} day={day} />
        )}
      </section>
    </div>
  );
}

function DayKeys({ day }: { readonly day: string }) {
  const today = businessDate.value;
  // The field itself would show the date as the browser's own locale has it.
  const picker = useRef<HTMLInputElement>(null);
  const shifted = (days: number): string => {
    const date = new Date(`${day}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() + days);
    return date.toISOString().slice(0, 10);
  };
  if (day === '') return null;
  return (
    <>
      <a class="key quiet" href={`#/orders/${shifted(-1)}`} aria-label="The day before">
        ‹
      </a>
      <div class="day-field">
        <button
          type="button"
          class="key quiet"
          aria-label={`Trading day ${dateText(day)}: choose another`}
          onClick={() => picker.current?.showPicker()}
        >
          {dateText(day)}
        </button>
        <input
          ref={picker}
          type="date"
          tabIndex={-1}
          aria-hidden="true"
          value={day}
          max={today ?? undefined}
          onChange={(event) => {
            if (event.currentTarget.value !== '') {
              location.hash = `#/orders/${event.currentTarget.value}`;
            }
          }}
        />
      </div>
      <a
        class="key quiet"
        href={`#/orders/${shifted(1)}`}
        aria-label="The day after"
        aria-disabled={day === today}
      >
        ›
      </a>
      <a class="key quiet" href="#/orders" aria-current={day === today ? 'true' : undefined}>
        Today
      </a>
    </>
  );
}

const Row = ({ order, current }: { readonly order: SoldOrder; readonly current: boolean }) => {
  const amount = order.kind === 'paid-out' ? (order.tenders[0]?.amount ?? 0) : order.totals.gross;
  return (
    <a
      class={`order-row${order.status === 'voided' ? ' voided' : ''}`}
      href={`#/orders/${order.businessDate}/${order.globalOrderId}`}
      aria-current={current ? 'true' : undefined}
    >
      <span class="order-number">{order.number}</span>
      <span>{timeText(order.createdAt)}</span>
      <span class="order-what">
        {order.kind === 'paid-out'
          ? `Paid out: ${order.reason ?? ''}`
          : order.lines.map((line) => `${line.quantity} ${lineTitle(line)}`).join(', ')}
      </span>
      <span class="order-paid small">
        {order.status === 'voided' ? 'Voided' : methodText(order.paymentMethod)}
      </span>
      <span class="order-amount">{money(amount)}</span>
    </a>
  );
};
