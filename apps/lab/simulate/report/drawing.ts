import type { Window } from '../plan.ts';

/** Text that may stand in a page. */
export const escaped = (text: string | number): string =>
  String(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const localHour = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hour: '2-digit',
  minute: '2-digit',
});
const localDay = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
});
/** `14:05` at the shop. */
const hourText = (ms: number): string => localHour.format(ms);
/** `Fri 23 Oct`. */
export const dayText = (ms: number): string => localDay.format(ms);
export const momentText = (ms: number): string => `${dayText(ms)} ${hourText(ms)}`;
const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
export const numberText = (value: number): string => grouped.format(value);

/** Where the drawing is on a page of this width; labels stand left of it. */
export const WIDTH = 960;
export const LEFT = 64;
export const RIGHT = 112;
const GAP = 18;
const HOUR_MS = 3_600_000;

/** Trading hours side by side; the nights between them are left out. */
export interface TimeAxis {
  readonly x: (ms: number) => number;
  /** Lines, hours and dates, for a drawing `height` high. */
  readonly frame: (height: number) => string;
  readonly days: readonly (Window & { readonly left: number; readonly right: number })[];
}

export function createTimeAxis(hours: readonly Window[]): TimeAxis {
  const shown = hours.map(({ fromMs, toMs }) => ({
    fromMs: fromMs - HOUR_MS / 2,
    toMs: toMs + HOUR_MS / 2,
  }));
  const room = WIDTH - LEFT - RIGHT - GAP * (shown.length - 1);
  const each = room / shown.length;
  const days = shown.map((window, at) => ({
    ...window,
    left: LEFT + at * (each + GAP),
    right: LEFT + at * (each + GAP) + each,
  }));
  const x = (ms: number): number => {
    const day = days.find(({ toMs }) => ms <= toMs) ?? days.at(-1);
    if (day === undefined) return LEFT;
    const share = (ms - day.fromMs) / (day.toMs - day.fromMs);
    return day.left + Math.max(0, Math.min(1, share)) * (day.right - day.left);
  };
  // As many hours as can be read.
  const every = [1, 2, 3, 4, 6].find((step) => (each / 13) * step > 38) ?? 6;
  return {
    x,
    days,
    frame: (height) =>
      days
        .map(({ fromMs, toMs, left, right }) => {
          const opens = fromMs + HOUR_MS / 2;
          const ticks: string[] = [];
          for (let ms = opens; ms <= toMs; ms += every * HOUR_MS) {
            ticks.push(
              `<line class="tick" x1="${fixed(x(ms))}" x2="${fixed(x(ms))}" y1="0" y2="${height}"/>` +
                `<text class="axis" text-anchor="middle" x="${fixed(x(ms))}" y="${height + 15}">${hourText(ms)}</text>`,
            );
          }
          return (
            `<rect class="day" x="${fixed(left)}" y="0" width="${fixed(right - left)}" height="${height}"/>${ticks.join('')}` +
            `<text class="axis strong" text-anchor="middle" x="${fixed((left + right) / 2)}" y="${height + 33}">${dayText(opens)}</text>`
          );
        })
        .join(''),
  };
}

export const fixed = (value: number): string => String(Math.round(value * 10) / 10);

/** A line through `points`, broken where a day ends: nights are no part of it. */
export function linePath(
  axis: TimeAxis,
  points: readonly { readonly ms: number; readonly y: number }[],
): string {
  const parts: string[] = [];
  let day = -1;
  for (const { ms, y } of points) {
    const at = axis.days.findIndex(({ fromMs, toMs }) => fromMs <= ms && ms <= toMs);
    if (at < 0) continue;
    parts.push(`${at === day ? 'L' : 'M'}${fixed(axis.x(ms))} ${fixed(y)}`);
    day = at;
  }
  return parts.join('');
}

/** The area between a line and `base`, day by day. */
export function areaPath(
  axis: TimeAxis,
  points: readonly { readonly ms: number; readonly y: number }[],
  base: number,
): string {
  return axis.days
    .map(({ fromMs, toMs }) => {
      const own = points.filter(({ ms }) => fromMs <= ms && ms <= toMs);
      const [first, last] = [own[0], own.at(-1)];
      if (first === undefined || last === undefined) return '';
      const top = own.map(({ ms, y }) => `L${fixed(axis.x(ms))} ${fixed(y)}`).join('');
      return `M${fixed(axis.x(first.ms))} ${base}${top}L${fixed(axis.x(last.ms))} ${base}Z`;
    })
    .join('');
}

/** A window of a shop's line, as far as it is in trading hours. */
export const bands = (
  axis: TimeAxis,
  windows: readonly Window[],
  { y, height, kind }: { readonly y: number; readonly height: number; readonly kind: string },
): string =>
  windows
    .flatMap((window) =>
      axis.days.map((day) => ({
        fromMs: Math.max(window.fromMs, day.fromMs),
        toMs: Math.min(window.toMs, day.toMs),
      })),
    )
    .filter(({ fromMs, toMs }) => fromMs < toMs)
    .map(({ fromMs, toMs }) => {
      const [left, right] = [axis.x(fromMs), axis.x(toMs)];
      return `<rect class="${kind}" x="${fixed(left)}" y="${fixed(y)}" width="${fixed(right - left)}" height="${fixed(height)}"/>`;
    })
    .join('');

/** Labels at the ends of lines, pushed apart so that each can be read. */
export function endLabels(
  labels: readonly { readonly text: string; readonly y: number; readonly kind: string }[],
): string {
  let above = Number.NEGATIVE_INFINITY;
  return labels
    .toSorted((a, b) => a.y - b.y)
    .map(({ text, y, kind }) => {
      const at = Math.max(y, above + 14);
      above = at;
      return `<text class="label ${kind}" x="${WIDTH - RIGHT + 8}" y="${fixed(at + 4)}">${escaped(text)}</text>`;
    })
    .join('');
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A drawing with what it says in words, and the same as a table. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly svg: string;
  readonly table: Table;
}

export const svgOf = (id: string, title: string, height: number, inside: string): string =>
  `<svg viewBox="0 -8 ${WIDTH} ${height + 50}" role="img" aria-labelledby="${id}-title"><title id="${id}-title">${escaped(title)}</title>${inside}</svg>`;
