import stringWidth from 'fast-string-width'
import type { Style } from './style.ts'

export interface Column {
  title: string
  align?: 'left' | 'right'
  /** When the table is too wide, cells are cut, with an ellipsis. Other columns keep their width. */
  shrink?: boolean
  /** The width below which optional columns are removed instead. Default: 8. */
  least?: number
  /** When the table is still too wide, optional columns are removed, the last one first. */
  optional?: boolean
  /** For a column of pictures: its width when there is room. It shrinks, down to `least`, before text is cut. */
  most?: number
}

/** A text, or a function that draws a picture in the width of its column. */
export type Cell = string | ((width: number) => string)

const GAP = '  '
const NARROWEST = 8

/** A title line and the rows, at most `width` columns wide if possible. Texts must be printable (`printable` in core). */
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

/** Removes the excess width from the pictures, the widest first, down to their least width; then from the widest column that shrinks. */
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

/** The text, cut to `width` columns. A cut text ends with an ellipsis. */
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

/** Breaks a text between words into lines of at most `width` columns. The lines after the first are indented. */
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
