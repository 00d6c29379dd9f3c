export type CsvCell = string | number | null

/**
 * Comma-separated values (RFC 4180), one string for each line. Lines are joined with LF, as in psql --csv; null is an empty
 * field. A text that a spreadsheet would run as a formula gets an apostrophe in front, so that it is shown as text.
 */
export function csvLines(titles: readonly string[], rows: readonly (readonly CsvCell[])[]): string[] {
  return [titles, ...rows].map((row) => row.map(cell).join(','))
}

function cell(value: CsvCell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  // the characters that OWASP lists under "CSV Injection"
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
