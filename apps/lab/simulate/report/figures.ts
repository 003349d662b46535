import type { Plan } from '../plan.ts';
import type { SimulationReport } from '../simulate.ts';
import { latencyOf } from '../summary.ts';
import {
  areaPath,
  bands,
  createTimeAxis,
  endLabels,
  escaped,
  type Figure,
  fixed,
  LEFT,
  linePath,
  momentText,
  numberText,
  RIGHT,
  svgOf,
  type TimeAxis,
  WIDTH,
} from './drawing.ts';

const HOUR_MS = 3_600_000;

/** Every hour somebody trades, from its beginning. */
const hoursOf = ({ hours }: Plan): readonly number[] =>
  hours.flatMap(({ fromMs, toMs }) =>
    Array.from({ length: Math.ceil((toMs - fromMs) / HOUR_MS) }, (_, at) => fromMs + at * HOUR_MS),
  );

const SHOP_ROW = 34;

/** A row for each shop, its name before it and `inside` drawn between `top` and `bottom`. */
const shopRows = (
  axis: TimeAxis,
  { shops }: Plan,
  inside: (shop: Plan['shops'][number], at: number, top: number, bottom: number) => string,
): { readonly height: number; readonly drawing: string } => {
  const height = shops.length * SHOP_ROW;
  const rows = shops.map((shop, at) => {
    const [top, bottom] = [at * SHOP_ROW + 4, (at + 1) * SHOP_ROW - 2];
    return (
      `<text class="label" text-anchor="end" x="${LEFT - 10}" y="${bottom - 6}">${shop.store}</text>` +
      `<line class="base" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>` +
      inside(shop, at, top, bottom)
    );
  });
  return { height, drawing: axis.frame(height) + rows.join('') };
};

export function ordersFigure({ plan, arrivals }: SimulationReport): Figure {
  const axis = createTimeAxis(plan.hours);
  const hours = hoursOf(plan);
  const counts = new Map<string, number>();
  for (const { store, soldMs } of arrivals) {
    const hour = hours.findLast((ms) => ms <= soldMs) ?? 0;
    counts.set(`${store} ${hour}`, (counts.get(`${store} ${hour}`) ?? 0) + 1);
  }
  const of = (store: string, hour: number): number => counts.get(`${store} ${hour}`) ?? 0;
  const most = Math.max(1, ...counts.values());
  const { height, drawing } = shopRows(axis, plan, ({ store }, _, top, bottom) => {
    const bars = hours.map((hour) => {
      const tall = (of(store, hour) / most) * (bottom - top);
      const [left, right] = [axis.x(hour) + 1, axis.x(hour + HOUR_MS) - 1];
      return `<rect class="bar" x="${fixed(left)}" y="${fixed(bottom - tall)}" width="${fixed(Math.max(1, right - left))}" height="${fixed(tall)}"/>`;
    });
    const sum = hours.reduce((total, hour) => total + of(store, hour), 0);
    return `${bars.join('')}<text class="label" x="${WIDTH - RIGHT + 8}" y="${bottom - 6}">${numberText(sum)}</text>`;
  });
  const title = 'Orders an hour';
  return {
    id: 'orders',
    title,
    about: `What each shop booked, hour by hour; the tallest bar is ${numberText(most)} orders. On the right what it came to.`,
    svg: svgOf('orders', title, height, drawing),
    table: {
      head: ['Hour', ...plan.shops.map(({ store }) => store)],
      rows: hours.map((hour) => [
        momentText(hour),
        ...plan.shops.map(({ store }) => of(store, hour)),
      ]),
    },
  };
}

export function unsentFigure({ plan, samples }: SimulationReport): Figure {
  const axis = createTimeAxis(plan.hours);
  const most = Math.max(1, ...samples.flatMap(({ unsent }) => unsent.map((one) => one ?? 0)));
  const { height, drawing } = shopRows(axis, plan, ({ offline, slow }, at, top, bottom) => {
    const points = samples.map(({ atMs, unsent }) => ({
      ms: atMs,
      // A root: a handful still shows beside hundreds.
      y: bottom - Math.sqrt((unsent[at] ?? 0) / most) * (bottom - top),
    }));
    const peak = Math.max(0, ...samples.map(({ unsent }) => unsent[at] ?? 0));
    return (
      bands(axis, offline, { y: top - 2, height: bottom - top + 2, kind: 'offline' }) +
      bands(axis, slow, { y: top - 2, height: bottom - top + 2, kind: 'slow' }) +
      `<path class="area" d="${areaPath(axis, points, bottom)}"/>` +
      `<text class="label" x="${WIDTH - RIGHT + 8}" y="${bottom - 6}">${numberText(peak)} at most</text>`
    );
  });
  const title = 'Not acknowledged yet';
  const windows = plan.shops.flatMap(({ store, offline, slow }, at) =>
    [
      ...offline.map((one) => ({ ...one, what: 'gone' })),
      ...slow.map((one) => ({ ...one, what: `slow by ${one.delayMs} ms each way` })),
    ].map(({ fromMs, toMs, what }) => {
      const within = samples.filter(({ atMs }) => fromMs <= atMs && atMs <= toMs);
      const peak = Math.max(0, ...within.map(({ unsent }) => unsent[at] ?? 0));
      return [store, what, momentText(fromMs), momentText(toMs), peak];
    }),
  );
  return {
    id: 'unsent',
    title,
    about:
      'Events that only the shop has. Hatched: its line is gone. Dotted: its line is slow. Heights are square roots, so that a few are seen beside many.',
    svg: svgOf('unsent', title, height, drawing),
    table: { head: ['Shop', 'Line', 'From', 'To', 'Most unsent meanwhile'], rows: windows },
  };
}

const PERCENTILES = [
  ['p50', 'series-1'],
  ['p95', 'series-2'],
  ['p99', 'series-3'],
] as const;

export function latencyFigure({ plan, arrivals }: SimulationReport): Figure {
  const axis = createTimeAxis(plan.hours);
  const sound = arrivals.filter(({ isSound }) => isSound);
  const rows = hoursOf(plan).map((hour) => ({
    hour,
    ...latencyOf(
      sound
        .filter(({ soldMs }) => hour <= soldMs && soldMs < hour + HOUR_MS)
        .map(({ tookMs }) => tookMs),
    ),
  }));
  const height = 220;
  const decades = [1, 10, 100, 1000, 10_000];
  const y = (ms: number): number => height - (Math.log10(Math.max(1, ms)) / 4) * height;
  const grid = decades
    .map(
      (ms) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y(ms))}" y2="${fixed(y(ms))}"/>` +
        `<text class="axis" text-anchor="end" x="${LEFT - 10}" y="${fixed(y(ms) + 4)}">${ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}</text>`,
    )
    .join('');
  const seen = rows.filter(({ count }) => count > 0);
  const lines = PERCENTILES.map(
    ([name, kind]) =>
      `<path class="line ${kind}" d="${linePath(
        axis,
        seen.map((row) => ({ ms: row.hour + HOUR_MS / 2, y: y(row[name]) })),
      )}"/>`,
  ).join('');
  const last = seen.at(-1);
  const labels = PERCENTILES.map(([name, kind]) => ({
    text: name,
    y: y(last?.[name] ?? 1),
    kind,
  }));
  const title = 'From a sale to Head Office';
  return {
    id: 'latency',
    title,
    about:
      'Real time from a sale to its place in Head Office’s books, hour by hour, for sales made while the line was sound. Logarithmic.',
    svg: svgOf('latency', title, height, axis.frame(height) + grid + lines + endLabels(labels)),
    table: {
      head: ['Hour', 'Sales', 'p50 ms', 'p95 ms', 'p99 ms', 'slowest ms'],
      rows: rows.map(({ hour, count, p50, p95, p99, most }) => [
        momentText(hour),
        count,
        p50,
        p95,
        p99,
        most,
      ]),
    },
  };
}

export function menusFigure({ plan, samples }: SimulationReport): Figure {
  const axis = createTimeAxis(plan.hours);
  const versions = [...new Set(samples.flatMap(({ menus }) => menus))]
    .filter((one) => one !== null)
    .toSorted((a, b) => a - b);
  const names = new Map(versions.map((version, at) => [version, `menu ${at + 1}`]));
  const height = plan.shops.length * 14 + 6;
  const rows = plan.shops.map(({ store }, shop) => {
    const [top, bottom] = [shop * 14 + 3, shop * 14 + 14];
    const pieces = samples.flatMap((sample, at) => {
      const version = sample.menus[shop];
      const until = samples[at + 1]?.atMs ?? sample.atMs;
      if (version === null || version === undefined) return [];
      const number = versions.indexOf(version) % 4;
      return bands(axis, [{ fromMs: sample.atMs, toMs: until }], {
        y: top,
        height: bottom - top,
        kind: `menu-${number + 1}`,
      });
    });
    return `${pieces.join('')}<text class="label small" text-anchor="end" x="${LEFT - 10}" y="${bottom - 2}">${store}</text>`;
  });
  const key = versions
    .map(
      (version, at) =>
        `<rect class="menu-${(at % 4) + 1}" x="${WIDTH - RIGHT + 8}" y="${at * 18 + 2}" width="12" height="12"/>` +
        `<text class="label" x="${WIDTH - RIGHT + 26}" y="${at * 18 + 12}">${escaped(names.get(version) ?? '')}</text>`,
    )
    .join('');
  const since = (shop: number, version: number): string => {
    const first = samples.find(({ menus }) => menus[shop] === version);
    return first === undefined ? '–' : momentText(first.atMs);
  };
  const title = 'What each shop sells from';
  return {
    id: 'menus',
    title,
    about: `A new menu was published ${plan.menus.length === 1 ? 'once' : `${plan.menus.length} times`}; a shop whose line is gone takes it when it is back.`,
    svg: svgOf('menus', title, height, axis.frame(height) + rows.join('') + key),
    table: {
      head: ['Shop', ...versions.map((version) => `${names.get(version)} (${version}) since`)],
      rows: plan.shops.map(({ store }, at) => [
        store,
        ...versions.map((version) => since(at, version)),
      ]),
    },
  };
}

export function memoryFigure({ plan, samples }: SimulationReport): Figure {
  const axis = createTimeAxis(plan.hours);
  const names = Object.keys(samples[0]?.memory ?? {});
  const most = Math.max(100, ...samples.flatMap(({ memory }) => Object.values(memory)));
  const ceiling = Math.ceil(most / 50) * 50;
  const height = 200;
  const y = (mb: number): number => height - (mb / ceiling) * height;
  const grid = [0, 1, 2, 3, 4]
    .map((step) => (ceiling / 4) * step)
    .map(
      (mb) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y(mb))}" y2="${fixed(y(mb))}"/>` +
        `<text class="axis" text-anchor="end" x="${LEFT - 10}" y="${fixed(y(mb) + 4)}">${numberText(mb)} MB</text>`,
    )
    .join('');
  const of = (name: string): readonly { ms: number; y: number }[] =>
    samples
      .filter(({ memory }) => (memory[name] ?? 0) > 0)
      .map(({ atMs, memory }) => ({ ms: atMs, y: y(memory[name] ?? 0) }));
  const lines = names
    .map((name, at) => `<path class="line series-${at + 1}" d="${linePath(axis, of(name))}"/>`)
    .join('');
  const labels = names.map((name, at) => ({
    text: name,
    y: of(name).at(-1)?.y ?? height,
    kind: `series-${at + 1}`,
  }));
  const title = 'Memory';
  return {
    id: 'memory',
    title,
    about: 'Resident memory of the processes; of the kiosks the largest.',
    svg: svgOf('memory', title, height, axis.frame(height) + grid + lines + endLabels(labels)),
    table: {
      head: ['Hour', ...names.map((name) => `${name}, MB`)],
      rows: hoursOf(plan).flatMap((hour) => {
        const sample = samples.find(({ atMs }) => hour <= atMs && atMs < hour + HOUR_MS);
        return sample === undefined
          ? []
          : [[momentText(hour), ...names.map((name) => sample.memory[name] ?? 0)]];
      }),
    },
  };
}

/** Null where there were no light kiosks. */
export function lightFigure({ plan, samples }: SimulationReport): Figure | null {
  if (plan.light.length === 0) return null;
  const axis = createTimeAxis(plan.hours);
  const height = 160;
  const seen = samples.flatMap(({ atMs, light }) => (light === null ? [] : [{ atMs, ...light }]));
  const most = Math.max(1, ...seen.map(({ unsent }) => unsent));
  const up = (count: number): number => height - (count / plan.light.length) * height;
  const down = (count: number): number => height - (count / most) * height;
  const last = seen.at(-1);
  const inside =
    (plan.massReconnect === null
      ? ''
      : bands(axis, [plan.massReconnect], { y: 0, height, kind: 'offline' })) +
    `<path class="area" d="${areaPath(
      axis,
      seen.map(({ atMs, unsent }) => ({ ms: atMs, y: down(unsent) })),
      height,
    )}"/>` +
    `<path class="line series-2" d="${linePath(
      axis,
      seen.map(({ atMs, connected }) => ({ ms: atMs, y: up(connected) })),
    )}"/>` +
    endLabels([
      { text: 'connected', y: up(last?.connected ?? 0), kind: 'series-2' },
      { text: 'unsent', y: down(last?.unsent ?? 0), kind: 'series-1' },
    ]);
  const title = 'Light kiosks';
  return {
    id: 'light',
    title,
    about: `${numberText(plan.light.length)} kiosks that are only a line and a journal. The line: how many are connected, of all. The area: what they have not had acknowledged, ${numberText(most)} at most. Hatched: all of them lose their line at once, and have it back at once.`,
    svg: svgOf('light', title, height, axis.frame(height) + inside),
    table: {
      head: ['Hour', 'Connected', 'Unsent'],
      rows: hoursOf(plan).flatMap((hour) => {
        const found = seen.find(({ atMs }) => hour <= atMs && atMs < hour + HOUR_MS);
        return found === undefined ? [] : [[momentText(hour), found.connected, found.unsent]];
      }),
    },
  };
}
