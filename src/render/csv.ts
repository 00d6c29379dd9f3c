export type CsvCell = string | number | null

/**
 * Lines of comma-separated values after RFC 4180, with LF between lines (as psql --csv and most tools of Unix have it) and
 * null as nothing. A text that a spreadsheet would take for a formula gets an apostrophe before it, which spreadsheets
 * show as text; numbers stay as they are.
 */
export function csvLines(titles: readonly string[], rows: readonly (readonly CsvCell[])[]): string[] {
  return [titles, ...rows].map((row) => row.map(cell).join(','))
}

function cell(value: CsvCell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // the list of OWASP, "CSV Injection"
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
