import { count } from '../../render/printable.js'

/** One day of a chart: a bar of parts, from the bottom. */
export interface Bar {
  /** `2026-11-24`. */
  day: string
  parts: readonly number[]
}

/** How a part of every bar is called and coloured. */
export interface Series {
  name: string
  tone: 'good' | 'bad' | 'warn' | 'calls'
}

interface BarsProps {
  id: string
  title: string
  series: readonly Series[]
  bars: readonly Bar[]
}

const [WIDTH, HEIGHT, GAP] = [30, 120, 6]

/** Bars day by day: drawn here, told as a table for who does not see them or wants the numbers. */
export function Bars({ id, title, series, bars }: BarsProps) {
  const most = Math.max(1, ...bars.map(({ parts }) => sum(parts)))
  const totals = series.map((_, at) => sum(bars.map(({ parts }) => parts[at] ?? 0)))
  const top = niceTop(most)
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {series.map(({ name, tone }, at) => (
          <span class={`key ${tone}`}>
            {name} <b>{count(totals[at] ?? 0)}</b>
          </span>
        ))}
      </figcaption>
      <div class="plot">
        <span class="scale" aria-hidden="true">
          {count(top)}
        </span>
        <svg
          viewBox={`0 0 ${bars.length * WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          focusable="false"
        >
          <line x1="0" x2={bars.length * WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} class="rule" />
          {bars.map((bar, at) => (
            <g>
              <rect x={at * WIDTH} y="0" width={WIDTH} height={HEIGHT} class="hit">
                <title>{tellBar(bar, series)}</title>
              </rect>
              {stacked(bar.parts, top).map(({ y, height }, part) => (
                <rect x={at * WIDTH + GAP / 2} y={y} width={WIDTH - GAP} height={height} class={series[part]?.tone} />
              ))}
            </g>
          ))}
        </svg>
      </div>
      <p class="axis" aria-hidden="true">
        <span>{shortDay(bars[0]?.day)}</span>
        <span>{shortDay(bars[Math.floor(bars.length / 2)]?.day)}</span>
        <span>{shortDay(bars.at(-1)?.day)}</span>
      </p>
      <details id={`${id}-table`}>
        <summary>
          Numbers<span class="unseen">: {title}</span>
        </summary>
        <table class="compact">
          <caption class="unseen">{title}</caption>
          <thead>
            <tr>
              <th scope="col">Day (UTC)</th>
              {series.map(({ name }) => (
                <th scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.map(({ day, parts }) => (
              <tr>
                <th scope="row">{day}</th>
                {parts.map((part) => (
                  <td class="number">{count(part)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}

/** Where each part of a bar stands: from the bottom up; what is there is at least to be seen. */
function stacked(parts: readonly number[], top: number): { y: number; height: number }[] {
  let bottom = HEIGHT
  return parts.map((part) => {
    const height = part === 0 ? 0 : Math.max(2, (part / top) * HEIGHT)
    bottom -= height
    return { y: Math.max(0, bottom), height }
  })
}

/** The next number that reads well: 1, 2 or 5 and noughts. */
function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= most) ?? most
}

function tellBar({ day, parts }: Bar, series: readonly Series[]): string {
  return `${day}: ${parts.map((part, at) => `${count(part)} ${series[at]?.name ?? ''}`).join(', ')}`
}

/** `24 Nov`. */
function shortDay(day: string | undefined): string {
  if (day === undefined) return ''
  return new Date(day).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
}

function sum(parts: readonly number[]): number {
  return parts.reduce((all, part) => all + part, 0)
}
