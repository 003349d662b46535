import { money } from '../format.ts';

export interface Bar {
  readonly label: string;
  /** Pence. */
  readonly amount: number;
}

const ROW = 40;

/** Amounts as bars, each with its name and figure; the table beneath says the same in words. */
export function Bars({ title, bars }: { readonly title: string; readonly bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ amount }) => amount));
  return (
    <svg class="bars" role="img" aria-label={title} width="100%" height={bars.length * ROW}>
      {bars.map(({ label, amount }, at) => (
        <g key={at} transform={`translate(0 ${at * ROW})`}>
          <text x="0" y="14">
            {label.length > 30 ? `${label.slice(0, 29)}…` : label}
          </text>
          <rect y="20" height={12} rx="3" width={`${Math.max(0, (amount / most) * 100)}%`} />
          <text class="bar-figure" x="100%" y="14">
            {money(amount)}
          </text>
        </g>
      ))}
    </svg>
  );
}

const HEIGHT = 180;
const FOOT = 24;
/** Room for this many, however few there are: one hour is no wall. */
const LEAST_COLUMNS = 10;

/** Amounts in their order through the day, as columns. */
export function Columns({
  title,
  bars,
}: {
  readonly title: string;
  readonly bars: readonly Bar[];
}) {
  const most = Math.max(1, ...bars.map(({ amount }) => amount));
  const width = 100 / Math.max(LEAST_COLUMNS, bars.length);
  return (
    <svg class="bars" role="img" aria-label={title} width="100%" height={HEIGHT + FOOT}>
      <text class="bar-scale" x="0" y="12">
        {money(most)}
      </text>
      <line x1="0" x2="100%" y1={HEIGHT} y2={HEIGHT} />
      {bars.map(({ label, amount }, at) => {
        const height = (amount / most) * (HEIGHT - 20);
        return (
          <g key={at}>
            <rect
              x={`${at * width + width * 0.15}%`}
              y={HEIGHT - height}
              width={`${width * 0.7}%`}
              height={height}
              rx="3"
            />
            <text class="bar-hour" x={`${(at + 0.5) * width}%`} y={HEIGHT + 18}>
              {label}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
