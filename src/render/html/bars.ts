import { share, type Segment } from './marks.ts'
import { markup, type Markup } from './markup.ts'

export interface BarRow {
  label: string
  /** The value as text, beside the label. */
  value: string
  /** One after the other, starting at zero. */
  segments: readonly Segment[]
  /** The value that fills the width of this row, when rows have different scales. */
  max?: number
}

/** Horizontal bars, each under its label, so that long names fit on a phone. `max` fills the width. */
export function barList(label: string, rows: readonly BarRow[], max: number): Markup {
  return markup`<ul class="bars" aria-label="${label}">${rows.map(
    (row) =>
      markup`<li><span class="name">${row.label}</span> <span class="value">${row.value}</span>${stackedBar(row.segments, row.max ?? max)}</li>\n`,
  )}</ul>`
}

/** A smaller share is thinner than two pixels on a phone. */
const LEAST = 0.006

/** One bar. A bar that is too short to be visible is drawn as two pixels of its largest segment. */
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

export interface ChangeRow {
  label: string
  /** The change as text. */
  value: string
  /** Percent, 0 to 100; null when there is nothing to show. */
  before: number | null
  after: number | null
}

/** Two percentages in each row, on a scale from 0 to 100: a ring before, a disc after, and a line between them. */
export function changeList(label: string, rows: readonly ChangeRow[]): Markup {
  return markup`<ul class="legend"><li>${swatch('ring')}before</li><li>${swatch('disc')}after</li></ul>
<ul class="bars" aria-label="${label}">${rows.map(
    (row) => markup`<li><span class="name">${row.label}</span> <span class="value">${row.value}</span>${track(row)}</li>\n`,
  )}</ul>
<div class="scale" aria-hidden="true"><span>0 %</span><span>50 %</span><span>100 %</span></div>`
}

function track({ before, after }: ChangeRow): Markup {
  const way = before === null || after === null ? markup`` : markup`<line class="way" x1="${before}%" x2="${after}%" y1="10" y2="10"/>`
  // the margin has room for a disc at each end
  return markup`<svg class="change" height="20" aria-hidden="true" focusable="false"><line class="grid" x1="0" x2="100%" y1="10" y2="10"/><line class="grid" x1="50%" x2="50%" y1="5" y2="15"/>${way}${dot(before, 'ring')}${dot(after, 'disc')}</svg>`
}

function dot(value: number | null, look: string): Markup {
  return value === null ? markup`` : markup`<circle class="${look}" cx="${value}%" cy="10" r="5.5"/>`
}

function swatch(look: string): Markup {
  return markup`<svg width="16" height="14" aria-hidden="true" focusable="false"><circle class="${look}" cx="8" cy="7" r="5"/></svg>`
}
