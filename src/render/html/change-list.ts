import type { Markup } from './markup.ts'
import { markup } from './markup.ts'

export interface ChangeRow {
  label: string
  /** The change in words. */
  value: string
  /** 0 to 100; null where there is nothing to show. */
  before: number | null
  after: number | null
}

/** Two percentages per row on a scale of 0 to 100: before a ring, after a disc, and the way between them. */
export function changeList(label: string, rows: readonly ChangeRow[]): Markup {
  return markup`<ul class="legend"><li>${swatch('ring')}before</li><li>${swatch('disc')}after</li></ul>
<ul class="bars" aria-label="${label}">${rows.map(
    (row) => markup`<li><span class="name">${row.label}</span> <span class="value">${row.value}</span>${track(row)}</li>\n`,
  )}</ul>
<div class="scale" aria-hidden="true"><span>0 %</span><span>50 %</span><span>100 %</span></div>`
}

function track({ before, after }: ChangeRow): Markup {
  const way = before === null || after === null ? markup`` : markup`<line class="way" x1="${before}%" x2="${after}%" y1="10" y2="10"/>`
  // room for a disc at either end
  return markup`<svg class="change" height="20" aria-hidden="true" focusable="false"><line class="grid" x1="0" x2="100%" y1="10" y2="10"/><line class="grid" x1="50%" x2="50%" y1="5" y2="15"/>${way}${dot(before, 'ring')}${dot(after, 'disc')}</svg>`
}

function dot(value: number | null, look: string): Markup {
  return value === null ? markup`` : markup`<circle class="${look}" cx="${value}%" cy="10" r="5.5"/>`
}

function swatch(look: string): Markup {
  return markup`<svg width="16" height="14" aria-hidden="true" focusable="false"><circle class="${look}" cx="8" cy="7" r="5"/></svg>`
}
