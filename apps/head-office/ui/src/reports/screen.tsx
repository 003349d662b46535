import { useMemo } from 'preact/hooks';
import { count, dateText, money, words } from '../format.ts';
import { useLoad } from '../load.ts';
import { Chart } from '../parts/chart.tsx';
import { DateField } from '../parts/date-field.tsx';
import { Delta } from '../parts/delta.tsx';
import { Empty, PageHead, Select, TableScroll, Trouble } from '../parts/parts.tsx';
import { ShopSelect } from '../parts/shop-select.tsx';
import { go, linkTo, place } from '../router.ts';
import type { Overview } from '../shops.ts';
import { PERIODS, periodOf } from './periods.ts';

const KINDS = {
  shop: 'By shop',
  day: 'By day',
  hour: 'By hour',
  product: 'By product',
  channel: 'By channel',
  payment: 'By payment',
  vat: 'VAT',
  'meal-discount': 'Meal discounts',
  'combo-discount': 'Combo discounts',
  'crew-food': 'Crew food',
  waste: 'Waste',
  'on-account': 'On account',
} as const;
type Kind = keyof typeof KINDS;

/** Amounts in pence. */
interface Line {
  readonly key: string;
  readonly label: string;
  readonly orders: number | null;
  readonly quantity: number | null;
  readonly gross: number;
  readonly net: number | null;
  readonly vat: number | null;
  readonly compared: { readonly gross: number } | null;
}

interface Report {
  readonly kind: Kind;
  readonly from: string;
  readonly to: string;
  readonly compared: { readonly from: string; readonly to: string } | null;
  readonly lines: readonly Line[];
}

const BOOKS: ReadonlySet<Kind> = new Set([
  'meal-discount',
  'combo-discount',
  'crew-food',
  'waste',
  'on-account',
]);
const GROUPS = { shop: 'Shop', day: 'Day', both: 'Shop and day', company: 'Company' } as const;
type Group = keyof typeof GROUPS;

/** What a report's lines are of; books of closed days are summed as one asks. */
const groupOf = (kind: Kind, asked: string | undefined): Group | null => {
  if (!BOOKS.has(kind)) return null;
  if (asked === 'company') return kind === 'on-account' ? 'company' : 'shop';
  return asked === 'day' || asked === 'both' ? asked : 'shop';
};

const span = ({ from, to }: { readonly from: string; readonly to: string }): string =>
  from === to ? dateText(from) : `${dateText(from)} to ${dateText(to)}`;

export function ReportsScreen() {
  const overview = useLoad<Overview>('/api/stores');
  const { rest, query } = place.value;
  const kind: Kind = rest[0] !== undefined && rest[0] in KINDS ? (rest[0] as Kind) : 'shop';
  const asked = Object.fromEntries(query);
  const today = overview.value?.today;
  const period = today === undefined ? null : periodOf(asked['period'] ?? 'week', today, asked);
  const compare = asked['compare'] ?? 'previous';
  const group = groupOf(kind, asked['by']);
  const search = new URLSearchParams({
    ...period,
    compare,
    ...(group === null || group === 'company' ? {} : { by: group }),
    ...(asked['store'] === undefined ? {} : { store: asked['store'] }),
  }).toString();
  const path =
    period === null ? null : `/api/reports/${group === 'company' ? 'account' : kind}?${search}`;
  const report = useLoad<Report>(path);
  const change = (given: Readonly<Record<string, string>>) =>
    go(linkTo(['reports', kind], { ...asked, ...given }));
  return (
    <div class="stack">
      <PageHead title="Reports" lead={period === null ? undefined : span(period)}>
        {path === null ? null : (
          <a class="button" href={`${path}&format=csv`} download>
            Download as CSV
          </a>
        )}
      </PageHead>
      <nav class="tabs" aria-label="Reports">
        {Object.entries(KINDS).map(([name, title]) => (
          <a
            key={name}
            href={linkTo(['reports', name], asked)}
            aria-current={name === kind ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <div class="filters card">
        <Select
          label="Period"
          value={asked['period'] ?? 'week'}
          onChange={(value) => change({ period: value })}
          options={PERIODS}
        />
        {asked['period'] === 'dates' && period !== null ? (
          <>
            <DateField
              label="From"
              required
              value={period.from}
              onChange={(from) => change({ from })}
            />
            <DateField label="To" required value={period.to} onChange={(to) => change({ to })} />
          </>
        ) : null}
        {group === null ? null : (
          <Select
            label="Summed by"
            value={group}
            onChange={(value) => change({ by: value })}
            options={Object.entries(GROUPS)
              .filter(([name]) => name !== 'company' || kind === 'on-account')
              .map(([value, label]) => ({ value, label }))}
          />
        )}
        <ShopSelect value={asked['store'] ?? ''} onChange={(store) => change({ store })} />
        <Select
          label="Compare with"
          value={compare}
          onChange={(value) => change({ compare: value })}
          options={[
            { value: 'previous', label: 'The weeks before' },
            { value: 'year', label: 'A year before' },
            { value: 'none', label: 'Nothing' },
          ]}
        />
      </div>
      <Trouble trouble={report.trouble} onRetry={report.reload} />
      {report.value === null || path === null || report.path !== path ? null : (
        <ReportView report={{ ...report.value, kind }} group={group} />
      )}
    </div>
  );
}

interface ViewProps {
  readonly report: Report;
  readonly group: Group | null;
}

/** What a report says of where its figures come from. */
const SOURCES: Readonly<Record<Group, string>> = {
  shop: 'From the books of closed days: a day counts once its shop took the Z.',
  day: 'From the books of closed days: a day counts once its shop took the Z.',
  both: 'From the books of closed days: a day counts once its shop took the Z.',
  company: 'Orders charged to an account as a whole; of split bills the books of the days tell.',
};

function ReportView({ report, group }: ViewProps) {
  const { kind, lines, compared } = report;
  if (lines.length === 0) {
    return <Empty title="Nothing in this period">Choose another period or shop.</Empty>;
  }
  const isTimeline = kind === 'day' || kind === 'hour' || group === 'day';
  return (
    <>
      {isTimeline && lines.length > 1 ? <Timeline report={report} group={group} /> : null}
      {group === null ? null : <p class="soft small">{SOURCES[group]}</p>}
      {compared === null ? null : (
        <p class="soft small">Compared with {span(compared)}, the same weekdays.</p>
      )}
      <ReportTable report={report} group={group} />
    </>
  );
}

function Timeline({ report, group }: ViewProps) {
  const { lines, compared, kind } = report;
  const [places, series] = useMemo(
    () =>
      [
        lines.map(({ label }) =>
          kind === 'day' || group === 'day' ? dateText(label).slice(0, -5) : label,
        ),
        [
          { label: span(report), values: lines.map(({ gross }) => gross) },
          ...(compared === null
            ? []
            : [
                {
                  label: span(compared),
                  values: lines.map((line) => line.compared?.gross ?? 0),
                  dashed: true,
                },
              ]),
        ],
      ] as const,
    [report],
  );
  return (
    <section class="card">
      <Chart
        summary={`${group === null ? 'Sales ' : ''}${KINDS[kind].toLowerCase()}; the table below has the figures`}
        places={places}
        series={series}
      />
    </section>
  );
}

function labelOf(kind: Kind, group: Group | null, { key, label }: Line): string {
  if (kind === 'day' || group === 'day') return dateText(key);
  const [store = '', date = ''] = key.split(' ');
  const name = label.split(', ')[0] ?? '';
  const shop = name === store ? store : `${store} ${name}`;
  if (group === 'both') return `${shop}, ${dateText(date)}`;
  return kind === 'shop' || group === 'shop' ? shop : label;
}

function ReportTable({ report: { kind, lines, compared }, group }: ViewProps) {
  const most = Math.max(...lines.map(({ gross }) => Math.abs(gross)), 1);
  const has = (of: (line: Line) => number | null): boolean =>
    lines.some((line) => of(line) !== null);
  const columns = [
    { title: 'Orders', of: (line: Line) => line.orders, text: count },
    { title: 'Quantity', of: (line: Line) => line.quantity, text: count },
    { title: 'Net', of: (line: Line) => line.net, text: money },
    { title: 'VAT', of: (line: Line) => line.vat, text: money },
  ].filter(({ of }) => has(of));
  const total = (of: (line: Line) => number | null): number =>
    lines.reduce((sum, line) => sum + (of(line) ?? 0), 0);
  const gross = total((line) => line.gross);
  const before = total((line) => line.compared?.gross ?? 0);
  return (
    <TableScroll label={KINDS[kind]}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">
              {kind === 'vat'
                ? 'Class'
                : group === null
                  ? words(KINDS[kind].replace('By ', ''))
                  : GROUPS[group]}
            </th>
            <th scope="col" class="number">
              {group === null ? 'Gross' : 'Amount'}
            </th>
            {columns.map(({ title }) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
            {compared === null ? null : (
              <>
                <th scope="col" class="number">
                  Before
                </th>
                <th scope="col" class="number">
                  Change
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.key}>
              <th scope="row">{labelOf(kind, group, line)}</th>
              <td class="number bar-cell">
                <div class="bar" style={{ width: `${(Math.abs(line.gross) / most) * 100}%` }} />
                <span>{money(line.gross)}</span>
              </td>
              {columns.map(({ title, of, text }) => (
                <td key={title} class="number">
                  {text(of(line) ?? 0)}
                </td>
              ))}
              {compared === null ? null : (
                <>
                  <td class="number">{money(line.compared?.gross ?? 0)}</td>
                  <td class="number">
                    <Delta now={line.gross} then={line.compared?.gross ?? 0} />
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td class="number">{money(gross)}</td>
            {columns.map(({ title, of, text }) => (
              <td key={title} class="number">
                {text(total(of))}
              </td>
            ))}
            {compared === null ? null : (
              <>
                <td class="number">{money(before)}</td>
                <td class="number">
                  <Delta now={gross} then={before} />
                </td>
              </>
            )}
          </tr>
        </tfoot>
      </table>
    </TableScroll>
  );
}
