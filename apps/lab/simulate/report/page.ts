import type { SimulationReport } from '../simulate.ts';
import { latencies } from '../summary.ts';
import { dayText, escaped, type Figure, momentText, numberText, type Table } from './drawing.ts';
import {
  latencyFigure,
  lightFigure,
  memoryFigure,
  menusFigure,
  ordersFigure,
  unsentFigure,
} from './figures.ts';
import { STYLE } from './style.ts';

/** What a simulation came to, as one page that needs nothing but itself. */
export function simulationPage(report: SimulationReport): string {
  const { plan, seed, rate, tradedS, settledS } = report;
  const days = plan.dates.length === 1 ? 'One day' : `${plan.dates.length} days`;
  const light = plan.light.length === 0 ? '' : ` and ${numberText(plan.light.length)} light ones`;
  const title = `${days} of ${plan.shops.length} shops${light}`;
  const figures = [
    ordersFigure(report),
    unsentFigure(report),
    latencyFigure(report),
    menusFigure(report),
    lightFigure(report),
    memoryFigure(report),
  ].filter((figure) => figure !== null);
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Tillwire</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<p class="brand">Tillwire · simulation</p>
<h1>${escaped(title)}</h1>
<p class="facts">From ${escaped(dayText(plan.hours[0]?.fromMs ?? 0))}, seed <b>${escaped(seed)}</b>. Traded in ${numberText(tradedS)} s at up to ${numberText(rate.asked)} times real time; everything had arrived and was reconciled ${numberText(settledS)} s after.</p>
</header>
<main>
${verdict(report)}
${PATTERNS}
${figures.slice(0, 1).map(figureText).join('\n')}
${daysSection(report)}
${figures.slice(1).map(figureText).join('\n')}
${happened(report)}
</main>
<footer><p>Same seed, same shops, same orders, same schedule: <code>tillwire simulate --seed ${escaped(seed)} --stores ${plan.shops.length} --days ${plan.dates.length} --from ${plan.from}${plan.light.length === 0 ? '' : ` --light ${plan.light.length}`}</code></p></footer>
</body>
</html>
`;
}

const durationText = (ms: number): string =>
  ms < 1000 ? `${numberText(ms)} ms` : `${numberText(ms / 1000)} s`;

function verdict(report: SimulationReport): string {
  const { orders, lost, duplicated, days, findings, lightOrders, plan } = report;
  const reconciled = days.filter(({ state }) => state === 'reconciled').length;
  const { sound, others } = latencies(report);
  const isGood = findings.length === 0;
  const tiles: readonly (readonly [string, string, string])[] = [
    [numberText(orders), 'orders accepted', 'each held against what its shop answered'],
    [numberText(lost), 'lost', 'at the shop or at Head Office'],
    [numberText(duplicated), 'duplicated', 'orders nobody asked for'],
    [`${reconciled}/${days.length}`, 'days reconciled', 'to the penny, files to the byte'],
    [
      durationText(sound.p99),
      'sale to Head Office, p99',
      `line sound; half within ${durationText(sound.p50)}`,
    ],
    [numberText(others.count), 'with the line gone or slow', 'sold all the same, and arrived'],
    ...(plan.light.length === 0
      ? []
      : ([[numberText(lightOrders), 'orders of light kiosks', 'every event compared']] as const)),
  ];
  const wrong = [...Map.groupBy(findings, ({ check }) => check)].map(
    ([check, all]) =>
      `<li><b>${escaped(check)}</b>, ${all.length} times; the first: ${escaped(all[0]?.what ?? '')}</li>`,
  );
  return `<section aria-labelledby="verdict" class="verdict ${isGood ? 'good' : 'bad'}">
<h2 id="verdict">${isGood ? '✓ Every order is accounted for' : `✗ ${numberText(findings.length)} things are wrong`}</h2>
${isGood ? '' : `<ul>${wrong.join('')}</ul>`}
<dl class="tiles">${tiles
    .map(
      ([value, name, about]) =>
        `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd><dd class="about">${escaped(about)}</dd></div>`,
    )
    .join('')}</dl>
</section>`;
}

/** How the kinds of windows are filled: seen without colour too. */
const PATTERNS = `<svg width="0" height="0" aria-hidden="true" class="patterns"><defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><line class="hatch-line" x1="0" y1="0" x2="0" y2="6"/></pattern>
<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse"><circle class="dot" cx="3" cy="3" r="1.1"/></pattern>
</defs></svg>`;

const cell = (value: string | number, at: number): string =>
  at === 0
    ? `<th scope="row">${escaped(value)}</th>`
    : typeof value === 'number'
      ? `<td class="number">${numberText(value)}</td>`
      : `<td>${escaped(value)}</td>`;

const tableText = ({ head, rows }: Table, caption: string): string =>
  rows.length === 0
    ? '<p class="empty">Nothing of the kind.</p>'
    : `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(caption)}, a table"><table><caption class="unseen">${escaped(caption)}</caption><thead><tr>${head
        .map((name) => `<th scope="col">${escaped(name)}</th>`)
        .join('')}</tr></thead><tbody>${rows
        .map((row) => `<tr>${row.map(cell).join('')}</tr>`)
        .join('')}</tbody></table></div>`;

const figureText = ({ id, title, about, svg, table }: Figure): string =>
  `<section aria-labelledby="${id}"><h2 id="${id}">${escaped(title)}</h2><p>${escaped(about)}</p>
<div class="scroll drawing" tabindex="0" role="region" aria-label="${escaped(title)}, drawn">${svg}</div>
<details><summary>The same as a table</summary>${tableText(table, title)}</details></section>`;

function daysSection({ plan, days }: SimulationReport): string {
  const known = new Map(days.map((day) => [`${day.store} ${day.date}`, day]));
  const rows = plan.shops.map(({ store, days: planned }) => {
    const cells = planned.map(({ date, isForgotten }) => {
      const day = known.get(`${store} ${date}`);
      const isGood = day?.state === 'reconciled';
      const by = isForgotten ? 'closed by itself' : 'Z in the evening';
      return `<td class="${isGood ? 'good' : 'bad'}"><b>${isGood ? '✓' : '✗'} ${escaped(day?.state ?? 'not closed')}</b> <span>${by}</span></td>`;
    });
    return `<tr><th scope="row">${store}</th>${cells.join('')}</tr>`;
  });
  const heads = plan.hours.map(({ fromMs }) => `<th scope="col">${escaped(dayText(fromMs))}</th>`);
  return `<section aria-labelledby="days"><h2 id="days">Days and their books</h2>
<p>Head Office works every day out again from the orders it holds. Where nobody made the Z, the shop closed its day by itself once the next had begun.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Days and their books, a table"><table class="days"><thead><tr><th scope="col">Shop</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`;
}

function happened({ alerts, refused, ends }: SimulationReport): string {
  const moment = (text: string | null): string =>
    text === null ? 'still open' : momentText(Date.parse(text));
  const fired: Table = {
    head: ['Alert', 'Shop', 'Severity', 'Fired', 'Resolved'],
    rows: alerts.map(({ title, store, severity, firedAt, resolvedAt }) => [
      title,
      store,
      severity,
      moment(firedAt),
      moment(resolvedAt),
    ]),
  };
  const answers: Table = {
    head: ['Asked and refused', 'Times'],
    rows: Object.entries(refused).toSorted(([, a], [, b]) => b - a),
  };
  return `<section aria-labelledby="happened"><h2 id="happened">What else happened</h2>
<h3>Alerts that fired</h3>${tableText(fired, 'Alerts that fired')}
<h3>Refused by the shops, as they should</h3>${tableText(answers, 'Refused by the shops')}
<h3>Processes that ended by themselves</h3>${
    ends.length === 0
      ? '<p class="empty">None.</p>'
      : `<ul>${ends.map((end) => `<li>${escaped(end)}</li>`).join('')}</ul>`
  }</section>`;
}
