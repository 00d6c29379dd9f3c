import type { Markup } from './markup.ts'
import { markup } from './markup.ts'

const WIDTH = 96
const HEIGHT = 20

/** A small picture of columns from zero for a cell of a table; the numbers are elsewhere. */
export function trend(values: readonly number[]): Markup {
  const max = Math.max(0, ...values)
  const slot = WIDTH / Math.max(1, values.length)
  const rects = values.map((value, i) => {
    if (!(value > 0)) return markup``
    const height = Math.max(1.5, (value / max) * (HEIGHT - 1))
    return markup`<rect x="${(i * slot).toFixed(1)}" y="${(HEIGHT - 1 - height).toFixed(1)}" width="${Math.max(1, slot - 0.7).toFixed(1)}" height="${height.toFixed(1)}" class="m-plain"/>`
  })
  return markup`<svg class="trend" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true" focusable="false">${rects}<line class="zero" x1="0" x2="${WIDTH}" y1="${HEIGHT - 0.5}" y2="${HEIGHT - 0.5}"/></svg>`
}
