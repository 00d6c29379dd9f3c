import { share } from './axis.ts'
import type { Segment } from './marks.ts'
import type { Markup } from './markup.ts'
import { markup } from './markup.ts'

export interface BarRow {
  label: string
  /** The value in words, beside the label. */
  value: string
  /** From zero, one after the other. */
  segments: readonly Segment[]
  /** What fills the width of this row, where rows are not on one scale. */
  max?: number
}

/** Horizontal bars, each under its label: names of any length have room on a telephone. `max` fills the width. */
export function barList(label: string, rows: readonly BarRow[], max: number): Markup {
  return markup`<ul class="bars" aria-label="${label}">${rows.map(
    (row) =>
      markup`<li><span class="name">${row.label}</span> <span class="value">${row.value}</span>${stackedBar(row.segments, row.max ?? max)}</li>\n`,
  )}</ul>`
}

/** A share that would be thinner than two pixels on a telephone. */
const LEAST = 0.006

/** One bar of segments from zero. One that is too short to be seen is two pixels of what there is most of. */
function stackedBar(segments: readonly Segment[], max: number): Markup {
  const present = segments.filter(({ value }) => value > 0)
  const total = present.reduce((sum, { value }) => sum + value, 0)
  return markup`<svg class="bar" width="100%" height="14" aria-hidden="true" focusable="false"><rect width="100%" height="14" class="track"/>${total / max < LEAST ? speck(present) : rects(present, max)}</svg>`
}

function speck(present: readonly Segment[]): Markup {
  const [largest] = present.toSorted((a, b) => b.value - a.value)
  return largest === undefined ? markup`` : markup`<rect width="2" height="14" class="m-${largest.mark}"/>`
}

function rects(present: readonly Segment[], max: number): Markup[] {
  let from = 0
  return present.map(({ mark, value }) => {
    const start = from
    from += value
    return markup`<rect x="${share(start, max)}" width="${share(value, max)}" height="14" class="m-${mark}"/>`
  })
}
