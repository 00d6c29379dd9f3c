import { printable } from '../core/text.ts'

export type CsvCell = string | number | null

/**
 * Comma-separated values (RFC 4180), one line for each row. Lines are joined with LF, as in psql --csv; null is an empty field.
 * Texts are safe to print: line breaks and other control characters become visible escapes. A text that a spreadsheet would
 * run as a formula gets an apostrophe in front and is quoted, so that it is shown as text.
 */
export function csvLines(titles: readonly string[], rows: readonly (readonly CsvCell[])[]): string[] {
  return [titles, ...rows].map((row) => row.map(cell).join(','))
}

function cell(value: CsvCell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = printable(value)
  if (isFormula(value)) return quoted(`'${text}`)
  // a line that begins with two colons is a command in the log of a CI system
  return /[",]/.test(text) || text.trimStart().startsWith('::') ? quoted(text) : text
}

/** OWASP, "CSV Injection". Spreadsheets ignore white space and control characters, and read full-width characters as ASCII. */
function isFormula(text: string): boolean {
  const first = text
    .replace(/^[\s\p{C}]+/u, '')
    .slice(0, 1)
    .normalize('NFKC')
  return first !== '' && '=+-@|%\u2212'.includes(first)
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
