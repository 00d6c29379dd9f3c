/**
 * A time in ISO 8601 (`2026-01-31T12:00:00Z`), with a zone unless `zone` is optional: then a date is enough, in UTC, and a time
 * without a zone is local. Undefined for other text, and for a time that does not exist, such as February 30: `Date` makes March 2 of it.
 */
export function readTime(text: string, { zone }: { zone: 'required' | 'optional' }): Date | undefined {
  const [, date = '', hour, minute = '', second = '00', fraction = '', offset] = ISO.exec(text) ?? []
  if (date === '' || !isDate(date) || (zone === 'required' && offset === undefined)) return undefined
  const clock = hour === undefined ? '' : `T${hour}:${minute}:${second}${fraction.replace(',', '.')}`
  const time = new Date(`${date}${clock}${zoneOf(offset)}`)
  return Number.isNaN(time.getTime()) ? undefined : time
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)([.,]\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

function isDate(text: string): boolean {
  const midnight = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text)
}

function zoneOf(offset: string | undefined): string {
  if (offset === undefined || offset.length === 1) return offset?.toUpperCase() ?? ''
  return `${offset.slice(0, 3)}:${offset.slice(3).replace(':', '') || '00'}`
}
