import './orders.css';
import { useEffect, useState } from 'preact/hooks';
import { get } from '../api.ts';
import { dateText, money, timeText } from '../format.ts';
import { onLive } from '../live.ts';
import { type Loaded, useLoad } from '../load.ts';
import { DateField } from '../parts/date-field.tsx';
import { Empty, PageHead, Select, TableScroll, Trouble } from '../parts/parts.tsx';
import { ShopSelect } from '../parts/shop-select.tsx';
import { go, linkTo, place } from '../router.ts';
import type { Overview } from '../shops.ts';
import { KINDS, type OrderPage, type OrderSummary, PAYMENTS } from './model.ts';
import { OrderScreen } from './order.tsx';
import { StatusBadge } from './status-badge.tsx';

const PAGE = 50;

export function OrdersScreen() {
  const [id] = place.value.rest;
  return id === undefined ? <OrderList /> : <OrderScreen id={id} />;
}

const FILTERS = ['store', 'date', 'status', 'kind', 'payment'] as const;
type Filter = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>;

const filterOf = (query: ReadonlyMap<string, string>): Filter =>
  Object.fromEntries(FILTERS.flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : [])));

function OrderList() {
  const overview = useLoad<Overview>('/api/stores');
  const filter = filterOf(place.value.query);
  const date = filter.date ?? overview.value?.today ?? '';
  const asked = new URLSearchParams({ ...filter, sort: 'newest', limit: String(PAGE) });
  if (date !== '') asked.set('date', date);
  const path = date === '' ? null : `/api/orders?${asked.toString()}`;
  const first = useLoad<OrderPage>(path);
  const change = (name: keyof Filter) => (value: string) =>
    go(linkTo(['orders'], { ...filter, [name]: value }));
  useEffect(() => onLive('stores', first.reload), [path]);
  return (
    <div class="stack">
      <PageHead
        title="Orders"
        lead={date === '' ? undefined : `${dateText(date)}, by shop and number, newest first`}
      >
        <FindOrder />
      </PageHead>
      <div class="filters card">
        <ShopSelect value={filter.store ?? ''} onChange={change('store')} />
        <DateField label="Trading day" required value={date} onChange={change('date')} />
        <Select
          label="Kind"
          value={filter.kind ?? ''}
          onChange={change('kind')}
          options={[
            { value: '', label: 'Any' },
            ...Object.entries(KINDS).map(([value, label]) => ({ value, label })),
          ]}
        />
        <Select
          label="Paid by"
          value={filter.payment ?? ''}
          onChange={change('payment')}
          options={[
            { value: '', label: 'Anything' },
            ...PAYMENTS.map((value) => ({ value, label: value })),
          ]}
        />
        <Select
          label="Status"
          value={filter.status ?? ''}
          onChange={change('status')}
          options={[
            { value: '', label: 'Any' },
            { value: 'completed', label: 'Completed' },
            { value: 'voided', label: 'Voided' },
          ]}
        />
      </div>
      <Trouble trouble={first.trouble} onRetry={first.reload} />
      {path === null ? null : <Pages key={path} path={path} first={first} />}
    </div>
  );
}

function FindOrder() {
  const [id, setId] = useState('');
  return (
    <form
      class="row"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        go(linkTo(['orders', id.trim().toUpperCase()]));
      }}
    >
      <label class="label">
        Order number
        <input
          class="field"
          value={id}
          required
          placeholder="S03-20251127-000123"
          onInput={({ currentTarget: { value } }) => setId(value)}
        />
      </label>
      <button type="submit" class="button find">
        Find
      </button>
    </form>
  );
}

/** The first page, kept fresh, and those further back as they were asked for. */
function Pages({ path, first }: { readonly path: string; readonly first: Loaded<OrderPage> }) {
  const [older, setOlder] = useState<readonly OrderPage[]>([]);
  const [isLoading, setLoading] = useState(false);
  if (first.value === null) return null;
  const next = older.length === 0 ? first.value.next : older.at(-1)?.next;
  const more = async (): Promise<void> => {
    setLoading(true);
    const answer = await get<OrderPage>(`${path}&after=${next}`);
    setLoading(false);
    if (answer.ok) setOlder([...older, answer.value]);
  };
  // New sales push the first page along; what both pages then hold is shown once.
  const orders = new Map(
    [first.value, ...older]
      .flatMap((page) => page.orders)
      .map((order) => [order.globalOrderId, order] as const),
  );
  if (orders.size === 0) {
    return (
      <Empty title="No orders">
        Nothing was sold that matches. Try another day, or fewer conditions.
      </Empty>
    );
  }
  return (
    <>
      <OrderTable orders={[...orders.values()]} />
      {next === undefined ? (
        <p class="soft small">{orders.size} orders, all there are.</p>
      ) : (
        <button type="button" class="button" disabled={isLoading} onClick={() => void more()}>
          Older orders
        </button>
      )}
    </>
  );
}

const OrderTable = ({ orders }: { readonly orders: readonly OrderSummary[] }) => (
  <TableScroll label="Orders">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Time</th>
          <th scope="col">Kind</th>
          <th scope="col">Channel</th>
          <th scope="col">Paid by</th>
          <th scope="col">Status</th>
          <th scope="col" class="number">
            Revision
          </th>
          <th scope="col" class="number">
            Total
          </th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <tr
            key={order.globalOrderId}
            class="opens"
            onClick={() => go(linkTo(['orders', order.globalOrderId]))}
          >
            <th scope="row" class="nowrap">
              <a href={linkTo(['orders', order.globalOrderId])} class="mono">
                {order.globalOrderId}
              </a>
            </th>
            <td>{timeText(order.createdAt)}</td>
            <td>{KINDS[order.kind] ?? order.kind}</td>
            <td>{order.channel}</td>
            <td>{order.paymentMethod}</td>
            <td>
              <StatusBadge status={order.status} />
            </td>
            <td class="number">{order.revision}</td>
            <td class="number">{money(order.total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableScroll>
);
