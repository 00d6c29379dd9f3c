import { grouped } from '../../core/text.ts'
import { share, type Segment } from './marks.ts'
import { markup, type Markup } from './markup.ts'

export interface ChartColumn {
  /** Under the axis. */
  label: string
  /** The values as text, shown under the pointer. */
  title: string
  /** From the bottom up. */
  segments: readonly Segment[]
}

const HEIGHT = 160
/** Up to this number, every column has a label. Above it, only the first, the middle and the last column have one. */
export const FEW_COLUMNS = 7

/** A chart of columns over time, with an axis that ends at a round number. Screen readers read `description`. */
export function columnChart(description: string, columns: readonly ChartColumn[]): Markup {
  const end = axisEnd(Math.max(0, ...columns.map(total)))
  const slots = Math.max(FEW_COLUMNS, columns.length)
  return markup`<div class="plot"><div class="y-axis" aria-hidden="true"><span>${shortCount(end)}</span><span>${shortCount(end / 2)}</span><span>0</span></div>
<svg class="columns" width="100%" height="${HEIGHT}" role="img" aria-label="${description}"><g class="grid"><line x1="0" x2="100%" y1="0.5" y2="0.5"/><line x1="0" x2="100%" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/></g>
${columns.map((column, i) => drawn(column, i, slots, end))}
<line class="zero" x1="0" x2="100%" y1="${HEIGHT - 0.5}" y2="${HEIGHT - 0.5}"/></svg>
${labels(columns)}</div>`
}

function total({ segments }: ChartColumn): number {
  return segments.reduce((sum, { value }) => sum + value, 0)
}

function drawn(column: ChartColumn, i: number, slots: number, end: number): Markup {
  // the gap between two columns, as a part of a column
  const gap = slots > 60 ? 0.15 : 0.2
  let top = HEIGHT
  const rects = column.segments.flatMap(({ mark, value }) => {
    if (!(value > 0)) return []
    // a value above zero is always visible
    const height = Math.max(1, (value / end) * HEIGHT)
    top -= height
    return [
      markup`<rect x="${share(i + gap / 2, slots)}" width="${share(1 - gap, slots)}" y="${px(Math.max(0, top))}" height="${px(height)}" class="m-${mark}"/>`,
    ]
  })
  return rects.length === 0 ? markup`` : markup`<g><title>${column.title}</title>${rects}</g>`
}

const MANTISSAS = [1, 2, 4, 6, 8, 10]

/** The end of an axis that starts at zero: the smallest round, even number that is not below `value`. Its half is a whole number. */
export function axisEnd(value: number): number {
  let power = 1
  while (power * 10 < value) power *= 10
  const end = (MANTISSAS.find((mantissa) => mantissa * power >= value) ?? 10) * power
  return Math.max(2, end)
}

/** A count for the label of an axis: `9,999`, `12k`, `1.2M`. */
export function shortCount(count: number): string {
  if (count < 10_000) return grouped(Math.round(count))
  const [unit, letter] = count < 999_950 ? [1e3, 'k'] : count < 999_950_000 ? [1e6, 'M'] : [1e9, 'G']
  return `${String(Math.round((count / unit) * 10) / 10)}${letter}`
}

function px(value: number): number {
  return Number(value.toFixed(2))
}

function labels(columns: readonly ChartColumn[]): Markup {
  const few = columns.length <= FEW_COLUMNS
  const shown = few ? columns : [0, Math.floor((columns.length - 1) / 2), columns.length - 1].flatMap((i) => columns[i] ?? [])
  return markup`<div class="x-axis ${few ? 'each' : 'ends'}" aria-hidden="true">${shown.map(({ label }) => markup`<span>${label}</span>`)}</div>`
}

const TREND_WIDTH = 96
const TREND_HEIGHT = 20

/** A small column chart for a table cell. Screen readers skip it: the numbers are in other cells. */
export function trend(values: readonly number[]): Markup {
  const max = Math.max(0, ...values)
  const slot = TREND_WIDTH / Math.max(1, values.length)
  const rects = values.map((value, i) => {
    if (!(value > 0)) return markup``
    const height = Math.max(1.5, (value / max) * (TREND_HEIGHT - 1))
    return markup`<rect x="${(i * slot).toFixed(1)}" y="${(TREND_HEIGHT - 1 - height).toFixed(1)}" width="${Math.max(1, slot - 0.7).toFixed(1)}" height="${height.toFixed(1)}" class="m-plain"/>`
  })
  return markup`<svg class="trend" width="${TREND_WIDTH}" height="${TREND_HEIGHT}" aria-hidden="true" focusable="false">${rects}<line class="zero" x1="0" x2="${TREND_WIDTH}" y1="${TREND_HEIGHT - 0.5}" y2="${TREND_HEIGHT - 0.5}"/></svg>`
}
