import { grouped } from '../../core/text.ts'
import { heatLevel } from '../pictures.ts'
import { markup, type Markup } from './markup.ts'

const LEVELS = 4

export interface HeatMap {
  /** The text for screen readers. */
  description: string
  rows: readonly string[]
  columns: readonly string[]
  /** Row by row. */
  values: readonly number[]
}

/** A grid of cells in four shades of one colour, with a legend. Each shade has a contrast of at least 3:1 to the page. */
export function heatMap({ description, rows, columns, values }: HeatMap): Markup {
  const max = Math.max(0, ...values)
  const cells = values.map((value, i) => {
    const [x, y] = [i % columns.length, Math.floor(i / columns.length)]
    const level = heatLevel(value, max, LEVELS)
    return markup`<rect x="${x + 0.06}" y="${y + 0.06}" width="0.88" height="0.88" class="h${level}"><title>${rows[y] ?? ''} ${columns[x] ?? ''}: ${grouped(value)}</title></rect>`
  })
  // about four names: a phone has no room for more
  const step = Math.max(1, Math.ceil(columns.length / 4))
  return markup`<div class="heat"><div class="heat-rows" aria-hidden="true">${rows.map((name) => markup`<span>${name}</span>`)}</div>
<svg viewBox="0 0 ${columns.length} ${rows.length}" preserveAspectRatio="none" width="100%" height="${rows.length * 22}" role="img" aria-label="${description}">${cells}</svg>
<div class="heat-columns" aria-hidden="true">${columns.filter((_, i) => i % step === 0).map((name) => markup`<span>${name}</span>`)}</div></div>
${shades(max)}`
}

function shades(max: number): Markup {
  const bounds = Array.from({ length: LEVELS + 1 }, (_, i) => Math.floor((i * max) / LEVELS))
  const entries = bounds.slice(1).map((to, i) => ({ level: i + 1, from: (bounds[i] ?? 0) + 1, to }))
  return markup`<ul class="legend"><li>${swatch(0)}0</li>${entries
    .filter(({ from, to }) => to >= from)
    .map(
      ({ level, from, to }) => markup`<li>${swatch(level)}${from === to ? grouped(to) : `${grouped(from)} to ${grouped(to)}`}</li>`,
    )}</ul>`
}

function swatch(level: number): Markup {
  return markup`<svg width="14" height="14" aria-hidden="true" focusable="false"><rect x="1" y="1" width="12" height="12" class="h${level}"/></svg>`
}
