import { addDays, businessDate as asDate, isBusinessDate } from '@tillwire/domain';
import { count, dateText, money, orderNumber } from '../format.ts';
import { businessDate } from '../kiosk.ts';
import { place } from '../router.ts';
import { type Bar, Bars, Columns } from './chart.tsx';
import { useFetched } from './fetched.ts';
import { Trouble, Waiting } from './parts.tsx';
import { CsvKey, Table, type TableContent } from './table.tsx';

interface Sales {
  readonly orders: number;
  readonly gross: number;
}

/** `GET /api/days/:date/report`; amounts in pence. */
interface Report {
  readonly businessDate: string;
  readonly hours: readonly (Sales & { readonly hour: number })[];
  readonly products: readonly {
    readonly kind: 'product' | 'combo';
    readonly code: number;
    readonly name: string;
    readonly quantity: number;
    readonly gross: number;
  }[];
  readonly channels: readonly (Sales & { readonly name: string; readonly company: number })[];
  readonly onAccount: readonly (Sales & {
    readonly company: number;
    readonly names: readonly string[];
  })[];
  readonly vat: readonly {
    readonly vatClass: number;
    readonly vatRate: number;
    readonly net: number;
    readonly vat: number;
  }[];
  readonly exceptions: readonly {
    readonly globalOrderId: string;
    readonly kind: 'crew-food' | 'cooked-waste' | 'paid-out' | 'voided';
    readonly amount: number;
    readonly crewId: string | null;
    readonly reason: string | null;
  }[];
}

interface Sheet {
  readonly table: TableContent;
  readonly bars: readonly Bar[];
  /** Columns through the day, or bars by size. */
  readonly isOverTime?: boolean;
  readonly none: string;
}

const pence = (amount: number) => ({ pence: amount });
const sum = <T,>(rows: readonly T[], amountOf: (row: T) => number): number =>
  rows.reduce((total, row) => total + amountOf(row), 0);
const hourText = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
const NO_SALES = 'Nothing was sold.';
/** More bars than this are a wall. */
const SHOWN_BARS = 12;

const salesSheet = (
  { caption, columns }: Pick<TableContent, 'caption' | 'columns'>,
  rows: readonly (Sales & { readonly label: string })[],
): Sheet => ({
  table: {
    caption,
    columns,
    rows: rows.map(({ label, orders, gross }) => [label, orders, pence(gross)]),
    total: ['Total', sum(rows, ({ orders }) => orders), pence(sum(rows, ({ gross }) => gross))],
  },
  bars: rows.map(({ label, gross }) => ({ label, amount: gross })),
  none: NO_SALES,
});

/** From the first hour that sold to the last, those between that sold nothing too. */
function everyHour(hours: Report['hours']): readonly Bar[] {
  const [first] = hours;
  const last = hours.at(-1);
  if (first === undefined || last === undefined) return [];
  const span = (last.hour - first.hour + 24) % 24;
  return Array.from({ length: span + 1 }, (_, at) => {
    const hour = (first.hour + at) % 24;
    const sold = hours.find((each) => each.hour === hour);
    return { label: hourText(hour).slice(0, 2), amount: sold?.gross ?? 0 };
  });
}

const KINDS = {
  'crew-food': 'Crew food',
  'cooked-waste': 'Cooked waste',
  'paid-out': 'Paid out',
  voided: 'Voided',
} as const;

const SHEETS: Readonly<
  Record<string, { readonly title: string; readonly of: (report: Report) => Sheet }>
> = {
  hours: {
    title: 'By hour',
    of: ({ hours }) => {
      const rows = hours.map((sales) => ({ ...sales, label: hourText(sales.hour) }));
      const sheet = salesSheet(
        { caption: 'Sales by hour', columns: ['Hour', 'Orders', 'Sales'] },
        rows,
      );
      return {
        ...sheet,
        isOverTime: true,
        bars: everyHour(hours),
      };
    },
  },
  products: {
    title: 'By product',
    of: ({ products }) => ({
      table: {
        caption: 'Sales by product',
        columns: ['Product', 'Code', 'Sold', 'Sales'],
        rows: products.map(({ kind, code, name, quantity, gross }) => [
          kind === 'combo' ? `${name} (combo)` : name,
          String(code),
          quantity,
          pence(gross),
        ]),
        total: [
          'Total',
          '',
          sum(products, ({ quantity }) => quantity),
          pence(sum(products, ({ gross }) => gross)),
        ],
      },
      bars: products.map(({ name, gross }) => ({ label: name, amount: gross })),
      none: NO_SALES,
    }),
  },
  channels: {
    title: 'By channel',
    of: ({ channels }) =>
      salesSheet(
        { caption: 'Sales by channel', columns: ['Channel', 'Orders', 'Sales'] },
        channels.map((sales) => ({ ...sales, label: sales.name })),
      ),
  },
  account: {
    title: 'On account',
    of: ({ onAccount }) => ({
      ...salesSheet(
        { caption: 'On account by company', columns: ['Company', 'Orders', 'On account'] },
        onAccount.map((sales) => ({
          ...sales,
          label: sales.names[0] ?? `Company ${sales.company}`,
        })),
      ),
      none: 'Nothing was sold on account.',
    }),
  },
  vat: {
    title: 'VAT',
    of: ({ vat }) => ({
      table: {
        caption: 'VAT by class',
        columns: ['Class', 'Rate', 'Net', 'VAT'],
        rows: vat.map(({ vatClass, vatRate, net, vat: tax }) => [
          `Class ${vatClass}`,
          `${vatRate / 100} %`,
          pence(net),
          pence(tax),
        ]),
        total: [
          'Total',
          '',
          pence(sum(vat, ({ net }) => net)),
          pence(sum(vat, ({ vat: tax }) => tax)),
        ],
      },
      bars: vat.map(({ vatClass, vatRate, vat: tax }) => ({
        label: `Class ${vatClass}, ${vatRate / 100} %`,
        amount: tax,
      })),
      none: NO_SALES,
    }),
  },
  crew: {
    title: 'Crew and waste',
    of: ({ exceptions }) => ({
      table: {
        caption: 'Crew food, waste, paid outs and voids',
        columns: ['Order', 'What', 'Amount', 'Crew', 'Reason'],
        rows: exceptions.map(({ globalOrderId, kind, amount, crewId, reason }) => [
          orderNumber(globalOrderId),
          KINDS[kind],
          pence(amount),
          crewId ?? '',
          reason ?? '',
        ]),
      },
      bars: Object.entries(KINDS).map(([kind, label]) => ({
        label,
        amount: sum(
          exceptions.filter((each) => each.kind === kind),
          ({ amount }) => amount,
        ),
      })),
      none: 'No crew food, no waste, nothing paid out, nothing voided.',
    }),
  },
};

/** What a day came to, looked at from each side: `#/manager/reports/products/2026-11-24`. */
export function ReportsPage() {
  const [, asked = '', given = ''] = place.value.rest;
  const name = SHEETS[asked] === undefined ? 'hours' : asked;
  const date = isBusinessDate(given) ? given : (businessDate.value ?? null);
  if (date === null) return <Waiting />;
  return (
    <>
      <nav class="report-days" aria-label="Day">
        <DayKey title="‹" label="The day before" to={`${name}/${addDays(asDate(date), -1)}`} />
        <strong>{dateText(date)}</strong>
        <DayKey
          title="›"
          label="The day after"
          to={`${name}/${addDays(asDate(date), 1)}`}
          isOff={date === businessDate.value}
        />
        <DayKey title="Today" label="Today" to={name} />
      </nav>
      <nav class="report-tabs" aria-label="Reports">
        {Object.entries(SHEETS).map(([sheet, { title }]) => (
          <a
            key={sheet}
            class="key quiet"
            href={`#/manager/reports/${sheet}/${date}`}
            aria-current={sheet === name ? 'true' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <ReportSheet key={`${name} ${date}`} name={name} date={date} />
    </>
  );
}

const DayKey = ({
  title,
  label,
  to,
  isOff = false,
}: {
  readonly title: string;
  readonly label: string;
  readonly to: string;
  readonly isOff?: boolean;
}) => (
  <a
    class="key quiet"
    href={`#/manager/reports/${to}`}
    aria-label={label}
    aria-disabled={isOff ? true : undefined}
  >
    {title}
  </a>
);

function ReportSheet({ name, date }: { readonly name: string; readonly date: string }) {
  const report = useFetched<Report>(`/api/days/${date}/report`, ['order']);
  const shown = report.value.value;
  const sheet = SHEETS[name];
  if (sheet === undefined) return null;
  if (shown === null) {
    return report.trouble.value === '' ? <Waiting /> : <Trouble text={report.trouble.value} />;
  }
  const { table, bars, isOverTime = false, none } = sheet.of(shown);
  const title = `${table.caption}, ${dateText(date)}`;
  if (table.rows.length === 0) {
    return (
      <div class="card nothing">
        <p class="nothing-title">{none}</p>
        <p class="soft">{dateText(date)} may still change while it is open.</p>
      </div>
    );
  }
  const most = bars.slice(0, SHOWN_BARS);
  return (
    <section class="card report" aria-labelledby="report-title">
      <header class="report-head">
        <h2 id="report-title">{table.caption}</h2>
        <CsvKey table={table} name={`${name}-${date}.csv`} />
      </header>
      <Trouble text={report.trouble.value} />
      {isOverTime ? (
        <Columns title={`${title}: ${largest(bars)}`} bars={bars} />
      ) : (
        <Bars title={`${title}: ${largest(bars)}`} bars={most} />
      )}
      {!isOverTime && bars.length > most.length ? (
        <p class="soft small">
          The first {SHOWN_BARS} of {count(bars.length)}; the table has all.
        </p>
      ) : null}
      <Table {...table} />
    </section>
  );
}

const largest = (bars: readonly Bar[]): string => {
  const [most] = bars.toSorted((a, b) => b.amount - a.amount);
  return most === undefined ? '' : `most ${most.label}, ${money(most.amount)}`;
};
