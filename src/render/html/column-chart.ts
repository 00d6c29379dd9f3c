import { axisEnd, share, shortCount } from './axis.ts'
import type { Segment } from './marks.ts'
import type { Markup } from './markup.ts'
import { markup } from './markup.ts'

export interface ChartColumn {
  /** Under the axis. */
  label: string
  /** All of it in words, for the pointer. */
  title: string
  /** From the bottom up. */
  segments: readonly Segment[]
}

const HEIGHT = 160
/** So few columns have a label each; of more the first, the one in the middle and the last. */
export const FEW_COLUMNS = 7

/** Columns over time from a zero line, with an axis that ends at a round number. `description` is what a screen reader says of it. */
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
  // a gap between columns, but never wider than they are
  const gap = slots > 60 ? 0.15 : 0.2
  let top = HEIGHT
  const rects = column.segments.flatMap(({ mark, value }) => {
    if (!(value > 0)) return []
    // what happened can be seen, though it be one in a million
    const height = Math.max(1, (value / end) * HEIGHT)
    top -= height
    return [
      markup`<rect x="${share(i + gap / 2, slots)}" width="${share(1 - gap, slots)}" y="${px(Math.max(0, top))}" height="${px(height)}" class="m-${mark}"/>`,
    ]
  })
  return rects.length === 0 ? markup`` : markup`<g><title>${column.title}</title>${rects}</g>`
}

function px(value: number): number {
  return Number(value.toFixed(2))
}

function labels(columns: readonly ChartColumn[]): Markup {
  const few = columns.length <= FEW_COLUMNS
  const shown = few ? columns : [0, Math.floor((columns.length - 1) / 2), columns.length - 1].flatMap((i) => columns[i] ?? [])
  return markup`<div class="x-axis ${few ? 'each' : 'ends'}" aria-hidden="true">${shown.map(({ label }) => markup`<span>${label}</span>`)}</div>`
}
