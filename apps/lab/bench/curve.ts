/** One line of a plot: its points in order, the x of each as the axis names it. */
export interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Plot {
  readonly title: string;
  /** What stands below the points, one each. */
  readonly at: readonly string[];
  /** What the values are: `ms`. */
  readonly unit: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 760;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = 250;
const TOP = 44;
const BOTTOM = 36;
const STEPS = 4;
const COLOURS = [
  '#0b5fa5',
  '#b3261e',
  '#1b7a3d',
  '#8a4b08',
  '#6a3fa0',
  '#00707a',
  '#7a7a00',
  '#444444',
];

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const shown = (value: number): string =>
  value >= 100
    ? Math.round(value).toLocaleString('en-GB')
    : Number(value.toPrecision(2)).toString();

/** The next of 1, 2 and 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

/** Plots one below the other as one SVG that needs nothing else; white behind it, for dark pages too. */
export function plotsAsSvg(plots: readonly Plot[]): string {
  const height = plots.length * HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...plots.map((plot, at) => `<g transform="translate(0 ${at * HEIGHT})">${plotAsSvg(plot)}</g>`),
    '</svg>',
    '',
  ].join('\n');
}

function plotAsSvg({ title, at, unit, curves }: Plot): string {
  const most = roundUp(Math.max(...curves.flatMap(({ values }) => values)));
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const x = (index: number): number =>
    LEFT + (at.length < 2 ? 0 : (index / (at.length - 1)) * (right - LEFT));
  const y = (value: number): number => bottom - (value / most) * (bottom - TOP);
  const text = (left: number, top: number, words: string, more = ''): string =>
    `<text x="${left.toFixed(1)}" y="${top.toFixed(1)}" ${more}>${escaped(words)}</text>`;
  const grid = Array.from({ length: STEPS + 1 }, (_, step) => {
    const value = (most / STEPS) * step;
    const top = y(value).toFixed(1);
    return `<line x1="${LEFT}" x2="${right}" y1="${top}" y2="${top}" stroke="#d0d0d0"/>${text(LEFT - 8, y(value) + 4, shown(value), 'text-anchor="end"')}`;
  });
  const labels = at.map((name, index) => text(x(index), bottom + 20, name, 'text-anchor="middle"'));
  const lines = curves.map(({ name, values }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? '#000000';
    const points = values.map((value, place) => `${x(place).toFixed(1)},${y(value).toFixed(1)}`);
    const dots = points.map((point) => {
      const [left, top] = point.split(',');
      return `<circle cx="${left}" cy="${top}" r="3" fill="${colour}"/>`;
    });
    const legend = TOP + 16 * index;
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...dots,
      `<rect x="${right + 24}" y="${legend - 9}" width="10" height="10" fill="${colour}"/>`,
      text(right + 40, legend, `${name}: ${values.map(shown).join(', ')}`),
    ].join('');
  });
  return [
    text(LEFT, 20, `${title}, ${unit}`, 'font-weight="bold"'),
    ...grid,
    ...labels,
    ...lines,
  ].join('\n');
}
