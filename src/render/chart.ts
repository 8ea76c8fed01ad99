import { html } from 'hono/html'
import { count } from './printable.js'

/** Marked-up text in which everything from elsewhere is escaped. */
export type Html = ReturnType<typeof html>

/** One of the values that stand over each other in a column; `tone` is the class that gives its colour. */
export interface Series {
  name: string
  tone: string
  values: readonly number[]
}

export interface Chart {
  /** What no other chart of the page has: letters only. */
  id: string
  title: string
  /** The same in words, for those who do not see it. */
  description: string
  /** What stands under the axis: one for each value. */
  labels: readonly string[]
  series: readonly Series[]
}

const [WIDTH, HEIGHT] = [360, 176]
const PLOT = { left: 34, right: 354, top: 18, bottom: 152 }
/** More labels than that run into each other. */
const MOST_LABELS = 8
/** The share of its place that a column has. */
const COLUMN = 0.62
/** The height that is still seen. */
const LEAST = 1.5

/** Columns, each made of the values of all series, the first at the bottom, with their sum on top where there is room. */
export function columnChart(chart: Chart): Html {
  const sums = chart.labels.map((_, at) => chart.series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0))
  const axis = axisOf(Math.max(0, ...sums))
  const place = placesOf(sums.length)
  const column = (at: number) => {
    let from = 0
    return chart.series.map(({ tone, values }) => {
      const value = values[at] ?? 0
      if (value === 0) return ''
      const [below, above] = [axis.y(from), axis.y((from += value))]
      const height = Math.max(LEAST, below - above)
      return html`<rect
        class="${tone}"
        x="${place.x(at)}"
        y="${fixed(below - height)}"
        width="${place.width}"
        height="${fixed(height)}"
      />`
    })
  }
  const tops = sums.map((sum, at) =>
    sum === 0 || sums.length > MOST_LABELS
      ? ''
      : html`<text class="value" x="${place.middle(at)}" y="${fixed(axis.y(sum) - 4)}">${count(sum)}</text>`,
  )
  return frame(chart, axis, place, [...sums.map((_, at) => column(at)), ...tops])
}

/** A line over the values of the first series, with what is under it filled. */
export function lineChart(chart: Chart): Html {
  const [{ tone, values } = { tone: '', values: [] }] = chart.series
  const axis = axisOf(Math.max(0, ...values))
  const place = placesOf(values.length)
  const points = values.map((value, at) => `${place.middle(at)},${fixed(axis.y(value))}`)
  const [first, last] = [place.middle(0), place.middle(values.length - 1)]
  const area = `${first},${PLOT.bottom} ${points.join(' ')} ${last},${PLOT.bottom}`
  const hasRoom = values.length <= MOST_LABELS
  const marks = values.map((value, at) => {
    const [x, y] = [place.middle(at), axis.y(value)]
    const told = value === 0 ? '' : html`<text class="value" x="${x}" y="${fixed(y - 7)}">${count(value)}</text>`
    return hasRoom ? [html`<circle class="${tone}" cx="${x}" cy="${fixed(y)}" r="3" />`, told] : ''
  })
  return frame(chart, axis, place, [
    html`<polygon class="${tone} area" points="${area}" />`,
    html`<polyline class="${tone} line" points="${points.join(' ')}" />`,
    ...marks,
  ])
}

/** A bar of parts beside each other; `whole` is what would fill it. The figures stand beside it, so that it is nothing to a screen reader. */
export function bar(parts: readonly { tone: string; value: number }[], whole: number): Html {
  let from = 0
  const drawn = parts.map(({ tone, value }) => {
    if (value === 0 || whole === 0) return ''
    const [x, width] = [(from / whole) * 100, (value / whole) * 100]
    from += value
    return html`<rect class="${tone}" x="${fixed(x)}" y="0" width="${fixed(width)}" height="10" />`
  })
  return html`<svg
    class="bar"
    width="100"
    height="10"
    viewBox="0 0 100 10"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    <rect class="t-rest" x="0" y="0" width="100" height="10" />
    ${drawn}
  </svg>`
}

interface Axis {
  ticks: readonly number[]
  y: (value: number) => number
}

interface Places {
  x: (at: number) => string
  middle: (at: number) => string
  width: string
}

function frame({ id, title, description, labels }: Chart, { ticks, y }: Axis, place: Places, drawn: unknown[]): Html {
  const step = Math.ceil(labels.length / MOST_LABELS)
  const lines = ticks.map(
    (tick) =>
      html`<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}" />
        <text class="tick" x="${PLOT.left - 5}" y="${fixed(y(tick) + 3.5)}">${count(tick)}</text>`,
  )
  const names = labels.map((label, at) =>
    at % step === 0 ? html`<text class="name" x="${place.middle(at)}" y="${HEIGHT - 8}">${label}</text>` : '',
  )
  return html`<svg
    class="chart"
    width="${WIDTH}"
    height="${HEIGHT}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-labelledby="${id}-title ${id}-desc"
    focusable="false"
  >
    <title id="${id}-title">${title}</title>
    <desc id="${id}-desc">${description}</desc>
    ${lines}${drawn}${names}
  </svg>`
}

/** From 0 to a round number that no value is above, with one between. */
function axisOf(most: number): Axis {
  const top = roundUp(most)
  const y = (value: number) => PLOT.bottom - (value / top) * (PLOT.bottom - PLOT.top)
  return { ticks: top === 1 ? [0, 1] : [0, top / 2, top], y }
}

/** The next of 1, 2, 4, 6, 10, 20, 40 and so on: its half is a whole number, but of 1. */
function roundUp(most: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, most)))
  return ([1, 2, 4, 6, 10].find((step) => step * size >= most) ?? 10) * size
}

function placesOf(number: number): Places {
  const place = (PLOT.right - PLOT.left) / Math.max(1, number)
  const middle = (at: number) => PLOT.left + (at + 0.5) * place
  const width = place * COLUMN
  return { x: (at) => fixed(middle(at) - width / 2), middle: (at) => fixed(middle(at)), width: fixed(width) }
}

/** Two digits are finer than any screen. */
function fixed(value: number): string {
  return String(Math.round(value * 100) / 100)
}
