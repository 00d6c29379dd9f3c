import { markup, type Markup } from './markup.ts'

/** How a kind of value is drawn. Each mark has a colour and a texture, so that a chart is readable without colours. */
export type Mark = 'plain' | 'success' | 'soft' | 'refusal' | 'other' | 'rest'

/** A part of a bar or of a column. */
export interface Segment {
  mark: Mark
  value: number
}

/** A length in SVG: the share of the whole in percent, with at most three digits. */
export function share(part: number, whole: number): string {
  return `${whole > 0 ? Number(((100 * part) / whole).toFixed(3)) : 0}%`
}

/** The textures of the marks. A page has them once, and the charts refer to them. */
export const PATTERNS: Markup = markup`<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="soft" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="soft-back"/><rect width="3" height="6" class="soft-line"/></pattern>
<pattern id="refusal" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" class="refusal-back"/><circle cx="2.5" cy="2.5" r="1.2" class="refusal-dot"/></pattern>
<pattern id="other" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" class="other-back"/><rect width="4" height="1" class="other-line"/></pattern>
<pattern id="rest" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="4" height="4" class="rest-back"/><rect width="2" height="4" class="rest-line"/></pattern>
</defs></svg>`

/** The meaning of the marks of a chart. */
export function legend(entries: readonly { mark: Mark; label: string }[]): Markup {
  return markup`<ul class="legend">${entries.map(
    ({ mark, label }) =>
      markup`<li><svg width="16" height="12" aria-hidden="true" focusable="false"><rect width="16" height="12" class="m-${mark}"/></svg>${label}</li>`,
  )}</ul>`
}
