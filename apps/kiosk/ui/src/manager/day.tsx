import { useSignal } from '@preact/signals';
import type { TillReading } from '@tillwire/domain';
import { count, dateText, money } from '../format.ts';
import { place } from '../router.ts';
import { CloseDay } from './close-day.tsx';
import { download } from './download.ts';
import { useFetched } from './fetched.ts';
import { Trouble, Waiting } from './parts.tsx';
import { Table } from './table.tsx';

interface DayList {
  readonly currentDate: string;
  readonly days: readonly {
    readonly date: string;
    readonly orders: number;
    readonly closedAtMs: number | null;
    readonly revision: number;
  }[];
}

interface Reading {
  readonly businessDate: string;
  readonly orders: number;
  readonly gross: number;
  readonly tenders: TillReading;
}

interface Issue {
  readonly businessDate: string;
  readonly revision: number;
  readonly files: readonly string[];
  readonly totals: { readonly gross: number; readonly net: number; readonly vat: number };
  readonly orders: { readonly count: number; readonly voided: number };
}

/** The trading day: what it came to so far, its Z, and the days before with their files. */
export function DayPage() {
  const days = useFetched<DayList>('/api/days?limit=31', ['day', 'order']);
  const shown = days.value.value;
  const date = place.value.rest[1];
  const list = <Days shown={shown} chosen={date} />;
  return (
    <>
      <Trouble text={days.trouble.value} />
      <div class="manager-columns">
        <OpenDay />
        {date === undefined ? list : <ClosedDay key={date} date={date} />}
      </div>
      {date === undefined ? null : list}
    </>
  );
}

/** The days before, each leading to its files. */
const Days = ({
  shown,
  chosen,
}: {
  readonly shown: DayList | null;
  readonly chosen: string | undefined;
}) => (
  <section class="card" aria-labelledby="days-title">
    <h2 id="days-title">Days</h2>
    {shown === null ? (
      <Waiting />
    ) : shown.days.length === 0 ? (
      <p class="soft">Nothing was sold here yet.</p>
    ) : (
      <ul class="day-rows">
        {shown.days.map(({ date, orders, closedAtMs, revision }) => (
          <li key={date}>
            <a
              href={`#/manager/day/${date}`}
              aria-current={date === chosen ? 'true' : undefined}
              class="day-row"
            >
              <strong>{dateText(date)}</strong>
              <span>{ordersText(orders)}</span>
              <span>
                {closedAtMs === null
                  ? '○ Open'
                  : `✓ Closed${revision > 1 ? `, corrected: revision ${revision}` : ''}`}
              </span>
            </a>
          </li>
        ))}
      </ul>
    )}
  </section>
);

const ordersText = (orders: number): string =>
  `${count(orders)} ${orders === 1 ? 'order' : 'orders'}`;

function OpenDay() {
  const reading = useFetched<Reading>('/api/day/reading', ['order', 'day']);
  const shifts = useFetched<{ readonly current: object | null }>('/api/shifts', ['order', 'day']);
  const shown = reading.value.value;
  return (
    <section class="card" aria-labelledby="open-day">
      <h2 id="open-day">{shown === null ? 'Trading day' : dateText(shown.businessDate)}</h2>
      <Trouble text={reading.trouble.value} />
      {shown === null ? (
        <Waiting />
      ) : (
        <>
          <p class="soft">
            {shown.orders === 0
              ? 'Open. Nothing sold yet.'
              : `Open. ${ordersText(shown.orders)} so far.`}
          </p>
          <p class="day-gross">{money(shown.gross)}</p>
          <Table
            caption="X reading: tenders so far"
            columns={['Tender', 'Count', 'Amount']}
            rows={readingRows(shown.tenders)}
          />
        </>
      )}
      <CloseDay
        day={shown === null ? 'the day' : dateText(shown.businessDate)}
        note={
          shifts.value.value?.current === null
            ? ''
            : ' The drawer is not counted yet: it may still be counted after.'
        }
        onClosed={(date) => {
          void reading.reload();
          location.hash = `#/manager/day/${date}`;
        }}
      />
    </section>
  );
}

const TENDERS: readonly (readonly [keyof TillReading, string])[] = [
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

/** Cash and card always; the rest where there was any. */
const readingRows = (tenders: TillReading) =>
  TENDERS.filter(([name]) => name === 'cash' || name === 'card' || tenders[name].count > 0).map(
    ([name, title]) => [title, tenders[name].count, { pence: tenders[name].amount }],
  );

/** A day's files as last issued. */
function ClosedDay({ date }: { readonly date: string }) {
  const issue = useFetched<Issue>(`/api/days/${date}`, ['day']);
  const trouble = useSignal('');
  const shown = issue.value.value;
  const fetchFile = async (path: string, name: string): Promise<void> => {
    trouble.value = await download(`/api/days/${date}/exports${path}`, name);
  };
  return (
    <section class="card" aria-labelledby="closed-day">
      <h2 id="closed-day">{dateText(date)}</h2>
      {shown === null ? (
        issue.trouble.value === '' ? (
          <Waiting />
        ) : (
          <p class="soft">{issue.trouble.value}.</p>
        )
      ) : (
        <>
          <p class="soft">
            {shown.revision === 1
              ? 'Closed, revision 1.'
              : `Corrected after its Z: revision ${shown.revision}.`}{' '}
            {ordersText(shown.orders.count)}, {count(shown.orders.voided)} voided.
          </p>
          <p class="day-gross">{money(shown.totals.gross)}</p>
          <p class="small">
            {money(shown.totals.net)} net, {money(shown.totals.vat)} VAT
          </p>
          <ul class="files">
            {shown.files.map((name) => (
              <li key={name}>
                <button
                  type="button"
                  class="key quiet"
                  onClick={() => void fetchFile(`/${name}`, name)}
                >
                  {name}
                </button>
              </li>
            ))}
          </ul>
          <button
            type="button"
            class="key primary"
            onClick={() => void fetchFile('', `${date}.zip`)}
          >
            All four as a ZIP
          </button>
        </>
      )}
      <Trouble text={trouble.value} />
      <a class="key quiet" href={`#/manager/reports/hours/${date}`}>
        Reports of this day
      </a>
    </section>
  );
}
