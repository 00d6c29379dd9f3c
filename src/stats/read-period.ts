import { SkillsError } from '../core/errors.ts'
import { readTime } from '../core/read-time.ts'
import { EARLIEST_MS } from '../core/times.ts'
import { onlyRow } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import { periodOf, type Period } from './question.ts'

export interface PeriodOptions {
  /** Only events of the last `sinceMs` milliseconds, by the clock of the server. */
  sinceMs?: number | undefined
  /** Only events from this day or time on: `2026-11-01`, `2026-11-01T12:00`; without an offset, in the time zone. */
  from?: string | undefined
  /** Only events before this day or time; a day means its beginning. */
  to?: string | undefined
  /** Time zone of days and hours, such as `Europe/Berlin`. UTC unless given. */
  timeZone?: string | undefined
}

/** The period of a question, and the time of the server. Throws USAGE. */
export async function readPeriod(db: Db, options: PeriodOptions): Promise<{ period: Period; now: Date }> {
  const { sinceMs, from, to, timeZone = 'UTC' } = options
  const row = onlyRow(
    await db.run(
      `select now() as now, ${AGO} as since, ${timeOf(2)} as "from", ${timeOf(3)} as "to"`,
      [sinceMs === undefined ? null : sinceMs / 1000, timeText(from, '--from'), timeText(to, '--to'), timeZone],
      { now: 'time', since: 'time?', from: 'time?', to: 'time?' },
    ),
  )
  if (row.from !== null && row.to !== null && row.from >= row.to)
    throw new SkillsError('USAGE', 'the period is empty: --from must be before --to')
  // the rollups of all time have no end: a period that has one begins somewhere
  const since = row.from ?? row.since ?? (row.to === null ? null : new Date(EARLIEST_MS))
  return { period: periodOf(since, row.to), now: row.now }
}

/** A time so many seconds ago, and not before the earliest event that is counted. */
const AGO = `case when $1::float8 is not null then greatest(now() - make_interval(secs => least($1::float8, 1e11)), '1000-01-01 00:00:00+00'::timestamptz) end`

/** A text of `timeText` as a time; without an offset it is in the time zone $4. */
function timeOf(parameter: number): string {
  const text = `$${parameter}::text`
  return `case when ${text} ~ '(Z|[+-][0-9]{2}:[0-9]{2})$' then ${text}::timestamptz else ${text}::timestamp at time zone $4::text end`
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?(Z|[+-]\d\d:\d\d)?$/

/** The text for the database, when it is a day or a time that exists. Throws USAGE. */
function timeText(text: string | undefined, option: string): string | null {
  if (text === undefined) return null
  const [, day = '', clock = '00:00', offset = ''] = TIME.exec(text.trim()) ?? []
  const time = readTime(`${day}T${clock}${offset === '' ? 'Z' : offset}`, { zone: 'required' })
  if (time !== undefined && time.getTime() >= EARLIEST_MS) return `${day} ${clock}${offset}`
  throw new SkillsError('USAGE', `invalid value "${text}" for ${option} (expected a day or time such as 2026-11-21 or 2026-11-21T09:30)`)
}

/** The name of a time zone as this program and the server know it. Throws USAGE. */
export function timeZoneName(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new SkillsError('USAGE', `invalid value "${text}" for --tz (expected a time zone such as Europe/Berlin)`)
  }
}
