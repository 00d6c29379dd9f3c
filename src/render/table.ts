import stringWidth from 'fast-string-width'
import type { Style } from './style.ts'

export interface Column {
  title: string
  align?: 'left' | 'right'
  /** Cut with an ellipsis when the table is too wide; others keep their width. */
  shrink?: boolean
  /** How far it may shrink before optional columns go; 8 columns unless given. */
  least?: number
  /** Left out, last ones first, when the table is too wide even so. */
  optional?: boolean
}

const GAP = '  '
const NARROWEST = 8

/** Rows under titles, at most `width` columns wide as far as the data allow. Cells must be printable already. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number, style: Style): string[] {
  const { kept, widths } = fit(columns, rows, width)
  const line = (cells: readonly string[]): string =>
    kept
      .map((i, place) => pad(cells[i] ?? '', widths[place] ?? 0, columns[i]?.align ?? 'left'))
      .join(GAP)
      .trimEnd()
  return [style.dim(line(columns.map(({ title }) => title))), ...rows.map(line)]
}

function fit(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): { kept: number[]; widths: number[] } {
  const natural = columns.map(({ title }, i) => Math.max(stringWidth(title), ...rows.map((row) => stringWidth(row[i] ?? ''))))
  let kept = columns.map((_, i) => i)
  for (;;) {
    const total = kept.reduce((sum, i) => sum + (natural[i] ?? 0), 0) + GAP.length * (kept.length - 1)
    const shrinkable = kept.filter((i) => columns[i]?.shrink === true)
    const excess = total - width
    const slack = shrinkable.reduce((sum, i) => sum + Math.max(0, (natural[i] ?? 0) - (columns[i]?.least ?? NARROWEST)), 0)
    const dispensable = kept.findLast((i) => columns[i]?.optional === true)
    if (excess <= 0 || slack >= excess || dispensable === undefined) return { kept, widths: shrunk(kept, natural, shrinkable, excess) }
    kept = kept.filter((i) => i !== dispensable)
  }
}

/** Takes the excess from the widest shrinkable column first. */
function shrunk(kept: readonly number[], natural: readonly number[], shrinkable: readonly number[], excess: number): number[] {
  const widths = new Map(kept.map((i) => [i, natural[i] ?? 0]))
  for (let left = excess; left > 0; left--) {
    const widest = shrinkable.reduce<number | undefined>(
      (best, i) => (best === undefined || (widths.get(i) ?? 0) > (widths.get(best) ?? 0) ? i : best),
      undefined,
    )
    if (widest === undefined || (widths.get(widest) ?? 0) <= NARROWEST) break
    widths.set(widest, (widths.get(widest) ?? 0) - 1)
  }
  return kept.map((i) => widths.get(i) ?? 0)
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const cut = truncate(text, width)
  const space = ' '.repeat(Math.max(0, width - stringWidth(cut)))
  return align === 'right' ? space + cut : cut + space
}

/** At most `width` columns of text, with an ellipsis where it was cut. */
export function truncate(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let out = ''
  let used = 0
  for (const char of text) {
    const size = stringWidth(char)
    if (used + size > width - 1) break
    out += char
    used += size
  }
  return `${out}…`
}

/** Breaks prose between words so that no line is wider than `width`; later lines are indented. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && stringWidth(line) + 1 + stringWidth(word) > width) {
      lines.push(line)
      line = `  ${word}`
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
