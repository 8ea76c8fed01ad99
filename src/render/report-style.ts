import { createHash } from 'node:crypto'

/**
 * How a report looks: on a screen in light and dark, on a phone, on A4. Colours are written out, as mail programs that read a style at all
 * do not know variables, and what is dark comes after what is light. Nothing here comes from elsewhere.
 */
export const REPORT_STYLE = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: #001e2b; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 32px 48px; }
header { border-bottom: 3px solid #00684a; padding-bottom: 20px; margin-bottom: 28px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 19px; line-height: 1.3; margin: 0 0 14px; }
h3 { font-size: 15px; margin: 0 0 6px; }
p { margin: 0; }
.kicker { color: #00684a; font-weight: 600; font-size: 14px; margin-bottom: 4px; }
section { margin-top: 36px; }
.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 14px; margin: 0; }
.tile { border: 1px solid #dfe7e4; border-radius: 10px; padding: 16px 18px; background: #f9fbfa; }
.tile dt { font-size: 14px; color: #46565f; }
.tile dd { margin: 0; }
.tile .figure { font-size: 32px; line-height: 1.25; font-weight: 650; letter-spacing: -0.02em; }
.note, .tile .of { font-size: 13px; color: #46565f; }
.advice { border-left: 4px solid #00684a; background: #eefaf4; border-radius: 0 10px 10px 0; padding: 18px 22px; }
.advice ol { margin: 0; padding-left: 20px; }
.advice li + li { margin-top: 10px; }
code { font: 13.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: #e3ebe8; border-radius: 4px; padding: 1px 6px; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 32px; }
figure { margin: 0; }
figcaption { font-weight: 600; font-size: 15px; margin-bottom: 8px; }
.chart { display: block; width: 100%; height: auto; }
.chart text { font-size: 10.5px; fill: #46565f; font-family: inherit; }
.chart .value { text-anchor: middle; fill: #001e2b; font-weight: 600; }
.chart .name { text-anchor: middle; }
.chart .tick { text-anchor: end; }
.chart .grid { stroke: #dfe7e4; stroke-width: 1; }
.chart .line { fill: none; stroke: #00684a; stroke-width: 2; }
.chart .area { opacity: 0.14; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0; padding: 0; font-size: 13px; color: #46565f; }
.legend svg { width: 11px; height: 11px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; }
.t-good { fill: #00684a; }
.t-bad { fill: #c9302c; }
.t-soft { fill: #7cc9a7; }
.t-todo { fill: #d9920a; }
.t-rest { fill: #e1e8e5; }
.t-enterprise { fill: #023430; }
.t-growth { fill: #00684a; }
.t-startup { fill: #00a35c; }
.t-community { fill: #71d6a4; }
.t-none { fill: #b3c2bd; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: right; padding: 8px 10px; border-bottom: 1px solid #dfe7e4; vertical-align: top; font-variant-numeric: tabular-nums; white-space: nowrap; }
th { font-size: 13px; font-weight: 600; color: #46565f; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
tbody th { font-weight: 600; color: #001e2b; font-size: 14px; white-space: normal; min-width: 130px; max-width: 320px; vertical-align: top; overflow-wrap: anywhere; }
tbody th small { display: block; font-weight: 400; font-size: 13px; color: #46565f; }
th.text, td.text, th.track { text-align: left; }
td.text { white-space: normal; }
td.track { min-width: 120px; width: 24%; }
.bar { display: block; width: 100%; height: 10px; margin-top: 6px; border-radius: 3px; }
.bad { color: #b3231f; font-weight: 600; }
.good { color: #00684a; font-weight: 600; }
.nights { list-style: none; display: flex; flex-wrap: wrap; gap: 8px; margin: 0; padding: 0; font-size: 14px; }
.nights li { border: 1px solid #dfe7e4; border-radius: 8px; padding: 8px 12px; background: #f9fbfa; }
.nights span { display: block; }
footer { margin-top: 40px; padding-top: 16px; border-top: 1px solid #dfe7e4; font-size: 13px; color: #46565f; }
@media screen and (max-width: 720px) {
  main { padding: 24px 16px 32px; }
  h1 { font-size: 24px; }
  .tiles { grid-template-columns: repeat(2, 1fr); gap: 10px; }
  .tile { padding: 12px 14px; }
  .tile .figure { font-size: 25px; }
  .pair { grid-template-columns: minmax(0, 1fr); gap: 24px; }
  th, td { padding: 8px 6px; }
  th.track, td.track, .wide + .legend { display: none; }
  tbody th { min-width: 104px; }
}
@media screen and (prefers-color-scheme: dark) {
  body { background: #001e2b; color: #eef4f1; }
  header { border-color: #00ed64; }
  .kicker, .good { color: #5cf0a0; }
  .tile, .nights li { background: #0b2a37; border-color: #23414d; }
  .tile dt, .note, .tile .of, .legend, th, tbody th small, footer { color: #b4c5cc; }
  tbody th { color: #eef4f1; }
  .advice { background: #023430; border-color: #00ed64; }
  code { background: #113c49; }
  th, td, footer { border-color: #23414d; }
  .chart text { fill: #b4c5cc; }
  .chart .value { fill: #eef4f1; }
  .chart .grid { stroke: #23414d; }
  .chart .line { stroke: #00d15b; }
  .bad { color: #ff9a8f; }
  .t-good { fill: #00d15b; }
  .t-bad { fill: #ff6b5e; }
  .t-soft { fill: #1f7a5a; }
  .t-todo { fill: #f0b13c; }
  .t-rest { fill: #23414d; }
  .t-enterprise { fill: #c9f9dd; }
  .t-growth { fill: #5cf0a0; }
  .t-startup { fill: #00c257; }
  .t-community { fill: #008a4e; }
  .t-none { fill: #4a6672; }
}
@page { size: A4; margin: 14mm; }
@media print {
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  section { margin-top: 22px; }
  h1 { font-size: 20pt; }
  .tiles { gap: 10px; }
  .tile { padding: 10px 12px; }
  .tile .figure { font-size: 19pt; }
  .tile, .advice, figure, tr, .nights li { break-inside: avoid; }
  h2, figcaption { break-after: avoid; }
  table { font-size: 9.5pt; }
  th, td { padding: 5px 7px; }
  th, tbody th, tbody th small { font-size: 9pt; }
  td.track { width: 18%; min-width: 90px; }
  .wide { overflow: visible; }
}
`

/** The Content-Security-Policy of a report: this style and nothing else, whatever somebody manages to put in. */
export const REPORT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(REPORT_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')
