import '../orders/orders.css';
import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { count, dateText, money, momentText, words } from '../format.ts';
import { useLoad } from '../load.ts';
import {
  Badge,
  Empty,
  PageHead,
  Pair,
  Select,
  TableScroll,
  Told,
  type Tone,
  Trouble,
} from '../parts/parts.tsx';
import { go, linkTo, place } from '../router.ts';
import { may } from '../session.ts';
import type { Overview } from '../shops.ts';

interface Day {
  readonly store: string;
  readonly date: string;
  readonly state: string;
  readonly detail: string;
  readonly differences: readonly { readonly order: string | null; readonly what: string }[];
  readonly revision: number | null;
  readonly gross: number;
  readonly vat: number;
  readonly orders: number;
  readonly judgedAt: string | null;
}

const TONES: Readonly<Record<string, Tone>> = {
  reconciled: 'good',
  differs: 'danger',
  waiting: 'warn',
  superseded: 'warn',
};

/** Closed days: reconciled to the penny, or the orders that differ by name. */
export function DaysScreen() {
  const [store, date] = place.value.rest;
  return store === undefined || date === undefined ? (
    <DayList />
  ) : (
    <DayView store={store} date={date} />
  );
}

function DayList() {
  const asked = Object.fromEntries(place.value.query);
  const overview = useLoad<Overview>('/api/stores');
  const found = useLoad<{ readonly days: readonly Day[] }>(
    `/api/days?${new URLSearchParams(asked).toString()}`,
  );
  const change = (given: Readonly<Record<string, string>>) =>
    go(linkTo(['days'], { ...asked, ...given }));
  const range = new URLSearchParams(asked);
  range.delete('state');
  const days = found.value?.days ?? [];
  return (
    <div class="stack">
      <PageHead title="Days" lead="Every closed day, compared to the penny with the orders held">
        <a class="button" href={`/api/exports?${range.toString()}`} download>
          Files as a ZIP
        </a>
      </PageHead>
      <div class="filters card">
        <Select
          label="Shop"
          value={asked['store'] ?? ''}
          onChange={(value) => change({ store: value })}
          options={[
            { value: '', label: 'All shops' },
            ...(overview.value?.stores ?? []).map(({ store, name }) => ({
              value: store,
              label: `${store} ${name}`,
            })),
          ]}
        />
        <Select
          label="State"
          value={asked['state'] ?? ''}
          onChange={(value) => change({ state: value })}
          options={[
            { value: '', label: 'Any' },
            ...Object.keys(TONES).map((value) => ({ value, label: words(value) })),
          ]}
        />
        {(['from', 'to'] as const).map((name) => (
          <label key={name} class="label">
            {words(name)}
            <input
              class="field"
              type="date"
              value={asked[name] ?? ''}
              onChange={({ currentTarget }) => change({ [name]: currentTarget.value })}
            />
          </label>
        ))}
      </div>
      <Trouble trouble={found.trouble} onRetry={found.reload} />
      {found.value === null ? null : days.length === 0 ? (
        <Empty title="No closed days">A day appears here once its shop took the Z.</Empty>
      ) : (
        <TableScroll label="Days">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col">Shop</th>
                <th scope="col">State</th>
                <th scope="col" class="number">
                  Orders
                </th>
                <th scope="col" class="number">
                  Gross
                </th>
                <th scope="col" class="number">
                  VAT
                </th>
                <th scope="col" class="number">
                  Revision
                </th>
              </tr>
            </thead>
            <tbody>
              {days.map((day) => (
                <tr key={`${day.store} ${day.date}`}>
                  <th scope="row">
                    <a href={linkTo(['days', day.store, day.date])}>{dateText(day.date)}</a>
                  </th>
                  <td>{day.store}</td>
                  <td>
                    <Badge tone={TONES[day.state] ?? 'quiet'}>{words(day.state)}</Badge>{' '}
                    <span class="small soft">{day.detail}</span>
                  </td>
                  <td class="number">{count(day.orders)}</td>
                  <td class="number">{money(day.gross)}</td>
                  <td class="number">{money(day.vat)}</td>
                  <td class="number">{day.revision ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </div>
  );
}

function DayView({ store, date }: { readonly store: string; readonly date: string }) {
  const path = `/api/days/${encodeURIComponent(store)}/${encodeURIComponent(date)}`;
  const found = useLoad<Day & { readonly files: readonly string[] }>(path);
  const [told, setTold] = useState<string | null>(null);
  const day = found.value;
  if (day === null) return <Trouble trouble={found.trouble} onRetry={found.reload} />;
  const verify = async (): Promise<void> => {
    const answer = await post<{ readonly state: string }>(`${path}/verify`);
    setTold(answer.ok ? `Compared anew: ${answer.value.state}.` : problemText(answer.problem));
    found.reload();
  };
  return (
    <div class="stack">
      <nav class="small" aria-label="Where you are">
        <a href={`#/days?store=${store}`}>Days of {store}</a>
      </nav>
      <PageHead title={`${store}, ${dateText(date)}`} lead={day.detail}>
        <Badge tone={TONES[day.state] ?? 'quiet'}>{words(day.state)}</Badge>
        <a class="button" href={linkTo(['orders'], { store, date })}>
          Its orders
        </a>
        {may('operate') ? (
          <button type="button" class="button" onClick={() => void verify()}>
            Compare anew
          </button>
        ) : null}
      </PageHead>
      <Told text={told} />
      <div class="order-pair">
        <section class="card stack">
          <h2>Figures</h2>
          <dl class="facts">
            <Pair name="Orders" value={count(day.orders)} />
            <Pair name="Gross" value={money(day.gross)} />
            <Pair name="VAT" value={money(day.vat)} />
            <Pair name="Revision" value={day.revision ?? '–'} />
            <Pair
              name="Compared"
              value={day.judgedAt === null ? 'not yet' : momentText(day.judgedAt)}
            />
          </dl>
        </section>
        <section class="card stack">
          <h2>Files</h2>
          <ul class="stack">
            {day.files.map((name) => (
              <li key={name}>
                <a href={`${path}/exports/${name}`} download class="mono">
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </section>
      </div>
      <Certificate store={store} />
      <section class="card stack">
        <h2>Differences</h2>
        {day.differences.length === 0 ? (
          <p class="soft">None.</p>
        ) : (
          <ul>
            {day.differences.map(({ order, what }, at) => (
              <li key={at}>
                {order === null ? null : (
                  <a class="mono" href={linkTo(['orders', order])}>
                    {order}
                  </a>
                )}{' '}
                {what}
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

/** `GET /api/certificates/:store`, as far as it is shown; amounts in pence. */
interface SignedCertificate {
  readonly journal: readonly {
    readonly journal_epoch: number;
    readonly complete_through: number;
    readonly watermark_hash: string | null;
    readonly parked: readonly number[];
  }[];
  readonly totals: { readonly orders: number; readonly gross: number };
  readonly signatures: readonly { readonly key: string; readonly signature: string }[];
}

/** How far the shop's journal is whole, signed by Head Office. */
function Certificate({ store }: { readonly store: string }) {
  const path = `/api/certificates/${encodeURIComponent(store)}`;
  const found = useLoad<SignedCertificate>(path);
  const certificate = found.value;
  return (
    <section class="card stack">
      <div class="row between">
        <h2>Certificate of completeness of {store}</h2>
        {certificate === null ? null : (
          <a class="button" href={path} download={`certificate-${store}.json`}>
            Signed certificate
          </a>
        )}
      </div>
      {certificate === null ? (
        found.trouble === null ? null : (
          <p class="soft">{problemText(found.trouble.problem)}</p>
        )
      ) : (
        <>
          <p>
            Every event up to here is at Head Office: {count(certificate.totals.orders)} orders of{' '}
            {money(certificate.totals.gross)}.
          </p>
          <dl class="facts">
            {certificate.journal.map((one) => (
              <Pair
                key={one.journal_epoch}
                name={`Epoch ${one.journal_epoch}, complete through ${count(one.complete_through)}${
                  one.parked.length === 0 ? '' : `, ${one.parked.length} parked`
                }`}
                value={one.watermark_hash ?? 'parked or restored'}
              />
            ))}
            {certificate.signatures.map(({ key, signature }) => (
              <Pair key={key} name={`Signature by ${key}`} value={signature} />
            ))}
          </dl>
        </>
      )}
    </section>
  );
}
