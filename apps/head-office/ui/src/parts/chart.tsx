import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { wholePounds } from '../format.ts';

/** One line of a chart: pence at each place of the axis, null where there is nothing yet. */
export interface Series {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly dashed?: boolean;
}

export interface ChartProps {
  /** What the chart says, for those who don't see it; the figures stand in a table beside it. */
  readonly summary: string;
  readonly places: readonly string[];
  readonly series: readonly Series[];
}

const HEIGHT = 230;
const COLOURS = ['--chart-now', '--chart-then'] as const;

const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A custom property with `light-dark` in it resolves only as a colour of an element. */
function colour(name: string, on: HTMLElement): string {
  on.style.color = `var(${name})`;
  const found = getComputedStyle(on).color;
  on.style.color = '';
  return found;
}

/** Lines of money over hours or days. */
export function Chart({ summary, places, series }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = holder.current;
    if (box === null) return;
    let plot: uPlot | null = null;
    const draw = (): void => {
      plot?.destroy();
      plot = new uPlot(optionsOf(box, { places, series }), dataOf(places, series), box);
    };
    draw();
    const resized = new ResizeObserver(() =>
      plot?.setSize({ width: box.clientWidth, height: HEIGHT }),
    );
    resized.observe(box);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', draw);
      plot?.destroy();
    };
  }, [places, series]);
  return (
    <figure class="chart">
      <div ref={holder} role="img" aria-label={summary} style={{ height: `${HEIGHT}px` }} />
      <figcaption class="row small">
        {series.map(({ label, dashed }, at) => (
          <span key={label} class="legend">
            <svg width="26" height="8" aria-hidden="true">
              <line
                x1="0"
                y1="4"
                x2="26"
                y2="4"
                stroke={`var(${COLOURS[at] ?? COLOURS[0]})`}
                stroke-width="3"
                stroke-dasharray={dashed === true ? '6 4' : undefined}
              />
            </svg>
            {label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

const dataOf = (places: readonly string[], series: readonly Series[]): uPlot.AlignedData => [
  places.map((_, at) => at),
  ...series.map(({ values }) => [...values]),
];

function optionsOf(
  box: HTMLElement,
  { places, series }: Pick<ChartProps, 'places' | 'series'>,
): uPlot.Options {
  const [ink, line] = [colour('--ink-soft', box), colour('--line', box)];
  const font = `12px ${token('--font')}`;
  const axis = { stroke: ink, font, ticks: { show: false } };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { size: 8 }, drag: { x: false, y: false } },
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(100, most * 1.08)] } },
    axes: [
      {
        ...axis,
        size: 30,
        grid: { show: false },
        incrs: [1, 2, 3, 4, 7, 14, 28, 56, 112],
        values: (_, at) => at.map((index) => places[index] ?? ''),
      },
      {
        ...axis,
        size: 64,
        grid: { stroke: line, width: 1 },
        values: (_, at) => at.map(wholePounds),
      },
    ],
    series: [
      {},
      ...series.map(({ label, dashed }, at) => {
        const stroke = colour(COLOURS[at] ?? COLOURS[0], box);
        return {
          label,
          stroke,
          width: 2.5,
          points: { show: places.length <= 40, size: 6, fill: stroke },
          ...(dashed === true ? { dash: [6, 4] } : {}),
          ...(at === 0 ? { fill: stroke.replace('rgb(', 'rgba(').replace(')', ', 0.1)') } : {}),
        };
      }),
    ],
  };
}
