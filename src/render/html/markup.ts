import { printable } from '../../core/text.ts'

/** HTML that is safe to put into a page. `markup` creates it, so that all text is escaped. */
export class Markup {
  readonly text: string
  /** `text` must be a constant of this program, never data. */
  constructor(text: string) {
    this.text = text
  }
}

export type Part = string | number | Markup | null | readonly Part[]

/** A template of HTML. Strings and numbers are escaped, `Markup` and lists of it are inserted unchanged, null is left out. */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(literals.map((literal, i) => literal + (i < parts.length ? textOf(parts[i] ?? null) : '')).join(''))
}

function textOf(part: Part): string {
  if (part === null) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(textOf).join('')
  return escapeHtml(String(part))
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For text and quoted attributes. Control characters, and characters that reorder text, become visible escapes. */
function escapeHtml(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
