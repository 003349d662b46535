/** One row of the budget table: what was measured, beside its limit taken in the same run where there is one. */
export interface Row {
  readonly what: string;
  /** In words, unit included. */
  readonly measured: string;
  /** What it is held against: the limit measured in the same run, or nothing. */
  readonly limit: string;
  readonly budget: string;
  /** Null: nothing to keep or miss. */
  readonly isKept: boolean | null;
}

/** With the machine's load of the last minute when its part began: what is missed under load says little. */
export interface MeasuredRow extends Row {
  readonly load: number;
}

export interface Facts {
  readonly processors: number;
  readonly processor: string;
  readonly memoryGB: number;
  readonly node: string;
  readonly system: string;
  readonly postgres: string;
  /** Of the last minute, when the measuring began. */
  readonly load: number;
}

export const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ??
  Number.NaN;

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const ms = (value: number): string =>
  value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`;

/** Median, and how far the middle half spreads. */
export const spread = (values: readonly number[]): string =>
  `${ms(median(values))} (${ms(quantile(values, 0.25))} to ${ms(quantile(values, 0.75))})`;

/** As Markdown, for docs/performance.md. */
export function table(rows: readonly MeasuredRow[]): readonly string[] {
  const word = (isKept: boolean | null): string =>
    isKept === null ? '' : isKept ? 'kept' : '**missed**';
  return [
    '| what | measured | beside, in the same run | budget | | load |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ what, measured, limit, budget, isKept, load }) =>
        `| ${what} | ${measured} | ${limit} | ${budget} | ${word(isKept)} | ${load.toFixed(1)} |`,
    ),
  ];
}

export const factLines = ({
  processors,
  processor,
  memoryGB,
  node,
  system,
  postgres,
  load,
}: Facts) =>
  `${processors} × ${processor}, ${memoryGB} GB, ${system}, Node ${node}, PostgreSQL ${postgres}; load ${load.toFixed(1)} at the beginning`;
