import '../orders/orders.css';
import { useEffect, useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { count, dateText, money, momentText, words } from '../format.ts';
import { onLive } from '../live.ts';
import { useLoad } from '../load.ts';
import { MoreButton, usePages } from '../load-pages.tsx';
import { DateField } from '../parts/date-field.tsx';
import { Empty, PageHead, Pair, Select, TableScroll, Told, Trouble } from '../parts/parts.tsx';
import { ShopSelect } from '../parts/shop-select.tsx';
import { go, linkTo, place } from '../router.ts';
import { may } from '../session.ts';
import { DAY_TONES, DayBadge } from '../shop/day-badge.tsx';
import { Certificates, CertificateView } from './certificate.tsx';

const PAGE = 60;

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

interface DayDetail extends Day {
  readonly files: readonly string[];
  /** Every issue of its books, the one that stands first. */
  readonly issues: readonly {
    readonly epoch: number;
    readonly revision: number;
    readonly seq: number;
    readonly hash: string;
    readonly receivedAt: string;
  }[];
}

interface Page {
  readonly days: readonly Day[];
  readonly next?: string;
}

/** Closed days: reconciled to the penny, or the orders that differ by name. */
export function DaysScreen() {
  const [store, date] = place.value.rest;
  if (store === 'certificates') return <Certificates store={date ?? null} />;
  return store === undefined || date === undefined ? (
    <DayList />
  ) : (
    <DayView store={store} date={date} />
  );
}

function DayList() {
  const asked = Object.fromEntries(place.value.query);
  const search = new URLSearchParams({ limit: String(PAGE), ...asked }).toString();
  const { pages, first: found, more } = usePages<Page>(`/api/days?${search}`, 'after');
  const change = (given: Readonly<Record<string, string>>) =>
    go(linkTo(['days'], { ...asked, ...given }));
  useEffect(() => onLive('stores', found.reload), [search]);
  const range = new URLSearchParams(asked);
  range.delete('state');
  const days = pages.flatMap((page) => page.days);
  return (
    <div class="stack">
      <PageHead title="Days" lead="Every closed day, compared to the penny with the orders held">
        <a class="button" href={linkTo(['days', 'certificates'])}>
          Certificates
        </a>
        <a class="button" href={`/api/exports?${range.toString()}`} download>
          Files as a ZIP
        </a>
      </PageHead>
      <div class="filters card">
        <ShopSelect value={asked['store'] ?? ''} onChange={(store) => change({ store })} />
        <Select
          label="State"
          value={asked['state'] ?? ''}
          onChange={(value) => change({ state: value })}
          options={[
            { value: '', label: 'Any' },
            ...Object.keys(DAY_TONES).map((value) => ({ value, label: words(value) })),
          ]}
        />
        <DateField label="From" value={asked['from'] ?? ''} onChange={(from) => change({ from })} />
        <DateField label="To" value={asked['to'] ?? ''} onChange={(to) => change({ to })} />
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
                    <DayBadge state={day.state} /> <span class="small soft">{day.detail}</span>
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
      <MoreButton more={more}>Earlier days</MoreButton>
    </div>
  );
}

function DayView({ store, date }: { readonly store: string; readonly date: string }) {
  const path = `/api/days/${encodeURIComponent(store)}/${encodeURIComponent(date)}`;
  const found = useLoad<DayDetail>(path);
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
        <DayBadge state={day.state} />
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
        <Issues day={day} path={path} />
      </div>
      <Differences day={day} />
      <CertificateView store={store} />
    </div>
  );
}

/** The files of the books that stand, and of every issue before them. */
const Issues = ({ day, path }: { readonly day: DayDetail; readonly path: string }) => (
  <section class="card stack">
    <h2>Files</h2>
    {day.issues.map(({ epoch, revision, seq, hash, receivedAt }, at) => {
      const isStanding = at === 0;
      const links = (
        <ul class="row">
          {day.files.map((name) => (
            <li key={name}>
              <a
                href={`${path}/exports/${name}${isStanding ? '' : `?issue=${epoch}.${revision}`}`}
                download={isStanding ? name : `revision-${revision}-${name}`}
                class="mono"
              >
                {name}
              </a>
            </li>
          ))}
        </ul>
      );
      const facts = (
        <p class="small soft">
          Revision {revision}, event {count(seq)} of its journal (
          <span class="mono">{hash.slice(0, 8)}…</span>), came {momentText(receivedAt)}
        </p>
      );
      return isStanding ? (
        <div key={hash} class="stack tight">
          {links}
          {facts}
        </div>
      ) : (
        <details key={hash}>
          <summary>Revision {revision}, as it was</summary>
          <div class="stack tight">
            {links}
            {facts}
          </div>
        </details>
      );
    })}
  </section>
);

/** What is not as the shop closed it; an order leads to all that is held of it. */
const Differences = ({ day }: { readonly day: Day }) => (
  <section class="card stack">
    <h2>Differences</h2>
    {day.differences.length === 0 ? (
      <p class="soft">
        {day.state === 'reconciled'
          ? 'None: the books and the orders held agree to the penny.'
          : 'None found yet.'}
      </p>
    ) : (
      <TableScroll label="Differences">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">What differs</th>
            </tr>
          </thead>
          <tbody>
            {day.differences.map(({ order, what }, at) => (
              <tr key={at}>
                <th scope="row" class="nowrap">
                  {order === null ? (
                    'The day as a whole'
                  ) : (
                    <a class="mono" href={linkTo(['orders', order])}>
                      {order}
                    </a>
                  )}
                </th>
                <td>{what}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    )}
  </section>
);
