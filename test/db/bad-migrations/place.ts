export interface MarkedPlace {
  sql: string
  line: number
  column: number
}

/** What every bad file does before it fails: none of it may be left. */
const BEFORE = 'create table left_behind (id int);\n'

/** The text without the mark `▶`, and where it stood: lines end with CRLF, LF or CR, columns are code points, a byte order mark is none. */
export function placeOf(marked: string): MarkedPlace {
  const whole = marked.startsWith('\uFEFF') ? `\uFEFF${BEFORE}${marked.slice(1)}` : BEFORE + marked
  const [before = '', after, more] = whole.split('▶')
  if (after === undefined || more !== undefined) throw new Error(`not one mark: ${marked}`)
  const lines = before.replace('\uFEFF', '').split(/\r\n|\n|\r/)
  return { sql: before + after, line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 }
}
