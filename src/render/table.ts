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
  /** Of a column of pictures: its width where there is room; it gives way, down to `least`, before anything is cut. */
  most?: number
}

/** A text, or a picture that is drawn in the width that its column gets. */
export type Cell = string | ((width: number) => string)

const GAP = '  '
const NARROWEST = 8

/** Rows under titles, at most `width` columns wide as far as the data allow. Cells must be printable already. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number, style: Style): string[] {
  const { kept, widths } = fit(columns, rows, width)
  const ellipsis = style.unicode ? '…' : '...'
  const line = (cells: readonly Cell[]): string =>
    kept
      .map((i, place) => pad(drawn(cells[i] ?? '', widths[place] ?? 0), widths[place] ?? 0, columns[i]?.align ?? 'left', ellipsis))
      .join(GAP)
      .trimEnd()
  return [style.dim(line(columns.map(({ title }) => title))), ...rows.map(line)]
}

function drawn(cell: Cell, width: number): string {
  return typeof cell === 'string' ? cell : cell(width)
}

function fit(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): { kept: number[]; widths: number[] } {
  const natural = columns.map(({ title, most = 0 }, i) =>
    Math.max(
      stringWidth(title),
      most,
      ...rows.map((row) => {
        const cell = row[i] ?? ''
        return typeof cell === 'string' ? stringWidth(cell) : 0
      }),
    ),
  )
  let kept = columns.map((_, i) => i)
  for (;;) {
    const total = kept.reduce((sum, i) => sum + (natural[i] ?? 0), 0) + GAP.length * (kept.length - 1)
    const pictures = kept.filter((i) => columns[i]?.most !== undefined)
    const shrinkable = kept.filter((i) => columns[i]?.shrink === true)
    const excess = total - width
    const slack = [...pictures, ...shrinkable].reduce(
      (sum, i) => sum + Math.max(0, (natural[i] ?? 0) - (columns[i]?.least ?? NARROWEST)),
      0,
    )
    const dispensable = kept.findLast((i) => columns[i]?.optional === true)
    if (excess <= 0 || slack >= excess || dispensable === undefined) return { kept, widths: shrunk(kept, columns, natural, excess) }
    kept = kept.filter((i) => i !== dispensable)
  }
}

/** Takes the excess from the pictures, the widest first, as far as they give way; then from the widest shrinkable column. */
function shrunk(kept: readonly number[], columns: readonly Column[], natural: readonly number[], excess: number): number[] {
  const widths = new Map(kept.map((i) => [i, natural[i] ?? 0]))
  const pictures = kept.filter((i) => columns[i]?.most !== undefined)
  const shrinkable = kept.filter((i) => columns[i]?.shrink === true)
  for (let left = excess; left > 0; left--) {
    const narrower =
      widestOf(pictures, widths, (i) => Math.max(columns[i]?.least ?? NARROWEST, stringWidth(columns[i]?.title ?? ''))) ??
      widestOf(shrinkable, widths, () => NARROWEST)
    if (narrower === undefined) break
    widths.set(narrower, (widths.get(narrower) ?? 0) - 1)
  }
  return kept.map((i) => widths.get(i) ?? 0)
}

function widestOf(among: readonly number[], widths: ReadonlyMap<number, number>, least: (column: number) => number): number | undefined {
  const size = (i: number): number => widths.get(i) ?? 0
  return among.filter((i) => size(i) > least(i)).toSorted((a, b) => size(b) - size(a))[0]
}

function pad(text: string, width: number, align: 'left' | 'right', ellipsis: string): string {
  const cut = truncate(text, width, ellipsis)
  const space = ' '.repeat(Math.max(0, width - stringWidth(cut)))
  return align === 'right' ? space + cut : cut + space
}

/** At most `width` columns of text, with an ellipsis where it was cut. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (stringWidth(text) <= width) return text
  let out = ''
  let used = 0
  for (const char of text) {
    const size = stringWidth(char)
    if (used + size > width - ellipsis.length) break
    out += char
    used += size
  }
  return `${out}${ellipsis}`
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
