import type { SimulationReport, Standing } from './simulate.ts';

const localTime = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const count = new Intl.NumberFormat('en-GB');

/** How a running simulation stands, in a line. */
export const standingLine = ({ nowMs, rate, orders, unsent, offline, light }: Standing): string =>
  [
    localTime.format(nowMs),
    `×${Math.round(rate)}`,
    `${count.format(orders)} orders`,
    `${count.format(unsent)} unsent`,
    `${offline} lines down`,
    ...(light === null ? [] : [`${light.connected} light up, ${count.format(light.sold)} sold`]),
  ].join(' · ');

/** The least of `sorted` that `share` of them do not exceed; 0 of none. */
const quantileOf = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

/** Of real ms. */
export function latencyOf(tookMs: readonly number[]): Latency {
  const sorted = tookMs.toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    p50: quantileOf(sorted, 0.5),
    p95: quantileOf(sorted, 0.95),
    p99: quantileOf(sorted, 0.99),
    most: sorted.at(-1) ?? 0,
  };
}

/** Ways to Head Office of sales that were made with the line sound, and of those that had to wait for it. */
export function latencies({ arrivals }: SimulationReport): {
  readonly sound: Latency;
  readonly others: Latency;
} {
  const of = (isSound: boolean): Latency =>
    latencyOf(arrivals.filter((one) => one.isSound === isSound).map(({ tookMs }) => tookMs));
  return { sound: of(true), others: of(false) };
}

const peakUnsent = ({ samples }: SimulationReport): number =>
  Math.max(0, ...samples.flatMap(({ unsent }) => unsent.map((one) => one ?? 0)));

/** The whole outcome but the curves, for scripts. */
export function simulationJson(report: SimulationReport): object {
  const { plan, days, samples, arrivals: _arrivals, ...rest } = report;
  return {
    ...rest,
    from: plan.from,
    shops: plan.shops.length,
    lightShops: plan.light.length,
    dates: plan.dates,
    offlineWindows: plan.shops.reduce((sum, { offline }) => sum + offline.length, 0),
    days: days.length,
    daysReconciled: days.filter(({ state }) => state === 'reconciled').length,
    latencyMs: latencies(report),
    peakUnsent: peakUnsent(report),
    memoryMB: peakMemory(report),
    samples: samples.length,
  };
}

/** The most of each kind of process, MB. */
const peakMemory = ({ samples }: SimulationReport): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.keys(samples[0]?.memory ?? {}).map((name) => [
      name,
      Math.max(...samples.map(({ memory }) => memory[name] ?? 0)),
    ]),
  );

/** What a simulation comes to, in words; the last line says it all. */
export function simulationLines(report: SimulationReport): readonly string[] {
  const { plan, days, findings, refused, ends, alerts, rate } = report;
  const { sound, others } = latencies(report);
  const reconciled = days.filter(({ state }) => state === 'reconciled').length;
  const kinds = Map.groupBy(findings, ({ check }) => check);
  return [
    `${plan.shops.length} shops and ${plan.light.length} light ones, ${plan.dates.length} days from ${plan.from}, seed ${report.seed}`,
    `traded in ${report.tradedS} s at up to ${rate.asked} times real time (slowest ${rate.slowest}); everything arrived and reconciled ${report.settledS} s after`,
    `sale to Head Office over a sound line: p50 ${sound.p50} ms, p95 ${sound.p95} ms, p99 ${sound.p99} ms of ${sound.count}; ${others.count} were made while it was gone or slow`,
    `unsent at most ${peakUnsent(report)} at one shop; ${alerts.length} alerts fired`,
    `refused: ${
      Object.entries(refused)
        .map(([what, count]) => `${what} ${count}`)
        .join(', ') || 'nothing'
    }`,
    ...(ends.length === 0 ? [] : [`ended by themselves: ${ends.join(', ')}`]),
    ...(plan.light.length === 0 ? [] : [`light kiosks sold ${report.lightOrders} orders`]),
    ...[...kinds].map(([kind, [first]]) => `wrong, ${kind}: ${first?.what}`),
    `orders ${report.orders}, lost ${report.lost}, duplicated ${report.duplicated}, days reconciled ${reconciled}/${days.length}`,
  ];
}
