const LIGHT = `--page: #ffffff; --card: #ffffff; --ink: #1b1f24; --quiet: #555c66; --line: #d5dae1; --edge: #767e8a; --track: #eef1f5;
  --link: #0a58b8; --plain: #1f6fb5; --success: #1f6fb5; --soft: #b35900; --soft-light: #e59a4c; --refusal: #74246a; --refusal-light: #f3d6ee; --other: #6a717b; --other-light: #a9b0ba; --rest: #4a525c; --rest-light: #aab1ba;
  --h0: #eef1f5; --h1: #7193bd; --h2: #4273ab; --h3: #1c5089; --h4: #0a2f5c;`

/**
 * The style sheet. In both colour schemes, text has a contrast of at least 4.5:1 and marks have at least 3:1 against the
 * page. The four outcomes differ in lightness and texture, and colour-blind people can tell blue, orange, purple and grey
 * apart.
 */
export const PAGE_STYLE: string = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { --page: #12161c; --card: #171c24; --ink: #e7ebf0; --quiet: #a9b3bf; --line: #333c48; --edge: #7d8896; --track: #232a34;
  --link: #7db8ff; --plain: #5aa9f0; --success: #5aa9f0; --soft: #f0a848; --soft-light: #a8670f; --refusal: #e39ad8; --refusal-light: #6b2463; --other: #9aa3ae; --other-light: #68717d; --rest: #c3cad3; --rest-light: #69727e;
  --h0: #232a34; --h1: #54749e; --h2: #7399c8; --h3: #a3c3e8; --h4: #e2eefb; } }
@media (forced-colors: active) { :root { --plain: CanvasText; --success: CanvasText; --soft: CanvasText; --soft-light: Canvas; --refusal: CanvasText; --refusal-light: Canvas; --other: CanvasText; --other-light: Canvas; --rest: CanvasText; --rest-light: Canvas; --track: Canvas; --edge: CanvasText; --line: CanvasText; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1rem; max-width: 84rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; }
h3 { font-size: 1rem; line-height: 1.3; margin: 1.25rem 0 .5rem; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .5rem; }
header p, footer p { margin: 0; color: var(--quiet); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .25rem .5rem; z-index: 1; }
.patterns { position: absolute; }
nav ul, .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .75rem 0; }
nav a { display: inline-block; padding: .15rem 0; }
.legend { font-size: .875rem; margin: 0 0 .75rem; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.25rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.numbers div { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; background: var(--card); }
.numbers dt { color: var(--quiet); font-size: .875rem; }
.numbers dd { margin: 0; font-size: 1.2rem; line-height: 1.4; font-weight: 600; font-variant-numeric: tabular-nums; }
section { border: 1px solid var(--line); border-radius: 6px; background: var(--card); padding: 1rem; margin: 1rem 0; }
figure { margin: 0 0 1rem; }
section > :last-child { margin-bottom: 0; }
figcaption, .intro { color: var(--quiet); margin: 0 0 .75rem; max-width: 65ch; }
svg { display: block; overflow: visible; forced-color-adjust: none; }
.m-plain { fill: var(--plain); } .m-success { fill: var(--success); } .m-soft { fill: url(#soft); } .m-refusal { fill: url(#refusal); } .m-other { fill: url(#other); } .m-rest { fill: url(#rest); }
.soft-back { fill: var(--soft-light); } .soft-line { fill: var(--soft); } .refusal-back { fill: var(--refusal); } .refusal-dot { fill: var(--refusal-light); } .other-back { fill: var(--other); } .other-line { fill: var(--other-light); } .rest-back { fill: var(--rest-light); } .rest-line { fill: var(--rest); }
.h0 { fill: var(--h0); } .h1 { fill: var(--h1); } .h2 { fill: var(--h2); } .h3 { fill: var(--h3); } .h4 { fill: var(--h4); }
.track { fill: var(--track); }
.grid { stroke: var(--line); stroke-width: 1; } .zero { stroke: var(--edge); stroke-width: 1; }
.plot { display: grid; grid-template-columns: minmax(2.5rem, auto) 1fr; column-gap: .5rem; font-size: .8125rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
.y-axis { display: flex; flex-direction: column; justify-content: space-between; text-align: right; margin: -.6rem 0; }
.x-axis { grid-column: 2; padding-top: .25rem; }
.x-axis.ends, .scale { display: flex; justify-content: space-between; }
.x-axis.each { display: grid; grid-template-columns: repeat(7, 1fr); text-align: center; }
.scale { font-size: .8125rem; color: var(--quiet); }
.bars { list-style: none; padding: 0; margin: 0; display: grid; gap: .5rem; }
.bars li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .1rem .75rem; font-size: .9375rem; line-height: 1.35; }
.bars .name { min-width: 0; }
.bars .value { margin-left: auto; text-align: right; color: var(--quiet); font-variant-numeric: tabular-nums; }
.bars .change { flex: 1 0 calc(100% - 12px); margin: 0 6px; }
.ring { fill: var(--card); stroke: var(--quiet); stroke-width: 2; } .disc { fill: var(--plain); } .way { stroke: var(--plain); stroke-width: 3; }
.heat { display: grid; grid-template-columns: auto 1fr; column-gap: .5rem; margin-bottom: .75rem; font-size: .8125rem; color: var(--quiet); }
.heat-rows { display: grid; align-items: center; }
.heat-columns { grid-column: 2; display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; }
.scroll { overflow-x: auto; margin: 0 0 .5rem; }
table { border-collapse: collapse; font-size: .9375rem; min-width: 100%; }
caption { text-align: left; color: var(--quiet); padding-bottom: .25rem; }
caption span { display: block; position: sticky; left: 0; width: max-content; max-width: calc(100vw - 4.25rem); }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; white-space: nowrap; overflow-wrap: normal; }
th:first-child { padding-left: 0; }
tbody th { font-weight: 400; white-space: normal; min-width: 9rem; overflow-wrap: anywhere; }
thead th { font-weight: 600; }
.prose { white-space: normal; min-width: 10rem; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; padding: .25rem 0; color: var(--link); }
@media (min-width: 40rem) { tbody th { min-width: 12rem; } }
@media print {
  :root { color-scheme: light; ${LIGHT} --ink: #000000; --quiet: #444444; --link: #000000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip { display: none; }
  section { border: 0; padding: 0; }
  figure, .numbers, tr, .bars li { break-inside: avoid; }
  h2, caption { break-after: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  th, td { white-space: normal; padding: .15rem .4rem; }
  table { font-size: 8pt; }
}
`
