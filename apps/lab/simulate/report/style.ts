/** The report's look: the chain's colours, in light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#17211f, #eef3f1);
  --ink-soft: light-dark(#4c5a57, #a9b8b4);
  --paper: light-dark(#f6f3ed, #0f1514);
  --surface: light-dark(#ffffff, #1a2321);
  --sunk: light-dark(#f4f1ea, #141c1a);
  --line: light-dark(#ddd8cd, #33413d);
  --brand: light-dark(#0f5f56, #7ad3c4);
  --brand-soft: light-dark(#9ccbc2, #2f6b61);
  --bar: light-dark(#0b3d38, #0a2a27);
  --amber: light-dark(#8a4b00, #ffc26b);
  --amber-soft: light-dark(#f6d9a6, #5a411a);
  --rose: light-dark(#a3201a, #ff9c94);
  --rose-soft: light-dark(#f3c9c5, #64302c);
  --good: light-dark(#1c6b34, #86dba0);
  --good-soft: light-dark(#def2e3, #15331f);
  --blue: light-dark(#1746c7, #a9c4ff);
  --blue-soft: light-dark(#c3d0f5, #2b3f73);
  --violet: light-dark(#6b2a86, #dba6f2);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 Inter, 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', sans-serif; }
header { background: var(--bar); color: #f3f7f5; padding: 40px max(24px, calc((100vw - 1080px) / 2)) 88px; }
header .brand { margin: 0; color: #ffd27a; font-weight: 600; letter-spacing: .02em; }
h1 { margin: 4px 0 8px; font-size: clamp(1.75rem, 4vw, 2.75rem); line-height: 1.15; letter-spacing: -.02em; }
header .facts { margin: 0; max-width: 68ch; color: #cfdcd9; }
main { max-width: 1080px; margin: -56px auto 0; padding: 0 16px 32px; display: grid; gap: 16px; }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 16px; padding: 24px; min-width: 0; }
h2 { margin: 0; font-size: 1.25rem; letter-spacing: -.01em; }
h2 + p { margin: 4px 0 16px; color: var(--ink-soft); max-width: 75ch; }
h3 { margin: 24px 0 8px; font-size: 1rem; }
.verdict.good h2 { color: var(--good); }
.verdict.bad h2, .verdict.bad li b { color: var(--rose); }
.tiles { margin: 20px 0 0; display: grid; gap: 20px 24px; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); }
.tiles div { display: flex; flex-direction: column; border-top: 3px solid var(--brand); padding-top: 8px; }
.tiles dt { order: 1; font-weight: 600; font-size: .875rem; line-height: 1.3; }
.tiles dd { margin: 0; font-size: 1.875rem; font-weight: 700; letter-spacing: -.02em; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles dd.about { order: 2; font-size: .8125rem; font-weight: 400; letter-spacing: 0; color: var(--ink-soft); line-height: 1.35; }
.scroll { overflow-x: auto; border-radius: 8px; }
.drawing svg { display: block; width: 100%; min-width: 680px; height: auto; }
.patterns { position: absolute; }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
svg text { font: 12px Inter, 'Segoe UI', system-ui, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg text.axis { fill: var(--ink-soft); font-size: 11px; }
svg text.strong { fill: var(--ink); font-weight: 600; font-size: 12px; }
svg text.small { font-size: 10px; }
.day { fill: var(--sunk); }
.tick, .grid, .base { stroke: var(--line); stroke-width: 1; }
.bar { fill: var(--brand); }
.area { fill: var(--brand-soft); stroke: var(--brand); stroke-width: 1.25; }
.offline { fill: url(#hatch); }
.slow { fill: url(#dots); }
.hatch-ground { fill: var(--rose-soft); opacity: .45; }
.hatch-line { stroke: var(--rose); stroke-width: 1.5; opacity: .55; }
.dot { fill: var(--amber); }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line.series-1 { stroke: var(--brand); }
.line.series-2 { stroke: var(--amber); stroke-dasharray: 7 3; }
.line.series-3 { stroke: var(--rose); stroke-dasharray: 2 3; }
.line.series-4 { stroke: var(--blue); stroke-dasharray: 10 3 2 3; }
.line.series-5 { stroke: var(--violet); stroke-dasharray: 4 4; }
svg text.series-1 { fill: var(--brand); } svg text.series-2 { fill: var(--amber); }
svg text.series-3 { fill: var(--rose); } svg text.series-4 { fill: var(--blue); } svg text.series-5 { fill: var(--violet); }
.menu-1 { fill: var(--brand-soft); } .menu-2 { fill: var(--amber); } .menu-3 { fill: var(--blue); } .menu-4 { fill: var(--rose); }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--brand); font-weight: 600; width: fit-content; padding: 4px 0; }
details .scroll { max-height: 420px; overflow: auto; border: 1px solid var(--line); margin-top: 8px; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; padding: 6px 12px; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { color: var(--ink-soft); font-weight: 600; position: sticky; top: 0; background: var(--surface); }
th[scope=row] { font-weight: 600; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.days td span { color: var(--ink-soft); margin-left: 8px; }
.days td.good b { color: var(--good); } .days td.bad b { color: var(--rose); }
.empty { color: var(--ink-soft); margin: 4px 0; }
footer { max-width: 1080px; margin: 0 auto; padding: 0 24px 40px; color: var(--ink-soft); font-size: .875rem; }
code { font: .8125rem ui-monospace, 'Cascadia Code', Menlo, monospace; background: var(--sunk); border: 1px solid var(--line); border-radius: 6px; padding: 2px 6px; }
@media print { header { padding-bottom: 64px; } section { break-inside: avoid; } details { display: none; } }
`;
