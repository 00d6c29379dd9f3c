import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db, Parameter, Row } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { Cooccurrence, SkillStats, StatsReport, Totals } from './report.ts'

export interface StatsOptions {
  /** Folder of the report queries. */
  reports: string
  skill?: string | undefined
  /** Only events of the last so many milliseconds, by the server's clock. */
  sinceMs?: number | undefined
  /** At most so many rows. */
  limit: number
  cooccurrence?: boolean
}

/** Reads totals and a row per skill from one snapshot of the database. Writes nothing. */
export async function readStats(db: Db, options: StatsOptions): Promise<StatsReport> {
  const report = async (name: string, parameters: readonly Parameter[]): Promise<Row[]> =>
    db.query(await readFile(path.join(options.reports, `${name}.sql`), 'utf8'), parameters)
  try {
    return await db.transaction({ readOnly: true, isolation: 'repeatable read' }, async () => {
      const since = options.sinceMs === undefined ? null : await serverTime(db, options.sinceMs)
      const [totals = {}] = await report('totals', [since])
      // one more than asked for tells whether there are more
      const skills = await report('effectiveness', [since, options.limit + 1, options.skill ?? null])
      const sets = options.cooccurrence === true ? await report('cooccurrence', [since, options.limit + 1]) : undefined
      return {
        since: time(since),
        skill: options.skill ?? null,
        totals: toTotals(totals),
        skills: skills.slice(0, options.limit).map(toSkillStats),
        ...(sets === undefined ? {} : { cooccurrence: sets.slice(0, options.limit).map(toCooccurrence) }),
        truncated: (sets ?? skills).length > options.limit,
      }
    })
  } catch (error) {
    if (error instanceof DatabaseError && (error.code === SQLSTATE.undefinedTable || error.code === SQLSTATE.undefinedColumn)) {
      throw new SkillsError('NOT_MIGRATED', `${db.info.label} has no skill tables in schema ${db.info.schema}: ${error.message}`, {
        hint: 'run skills migrate first, or name the schema with --schema',
        cause: error,
      })
    }
    throw error
  }
}

async function serverTime(db: Db, beforeMs: number): Promise<Date | null> {
  const [row] = await db.query<{ since: Date }>('select now() - make_interval(secs => $1::float8) as since', [beforeMs / 1000])
  return row?.since ?? null
}

// int8 and numeric come as text; the counts of a log fit a JS number
const count = (value: unknown): number => Number(value ?? 0)
const number = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value))
const time = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null)
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

function toTotals(row: Row): Totals {
  return {
    events: count(row['events']),
    users: count(row['users']),
    sessions: count(row['sessions']),
    skillsUsed: count(row['skills_used']),
    success: count(row['success']),
    softFail: count(row['soft_fail']),
    hardRefusal: count(row['hard_refusal']),
    otherOutcomes: count(row['other']),
    feedback: count(row['feedback']),
    avgRating: number(row['avg_rating']),
    unlocks: count(row['unlocks']),
    registered: count(row['registered']),
    enabled: count(row['enabled']),
    firstEvent: time(row['first_event']),
    lastEvent: time(row['last_event']),
  }
}

function toSkillStats(row: Row): SkillStats {
  return {
    skillId: String(row['skill_id']),
    totalUses: count(row['total_uses']),
    successCount: count(row['success_count']),
    successRatePct: number(row['success_rate_pct']),
    avgLatencyMs: number(row['avg_latency_ms']),
    avgRating: number(row['avg_rating']),
    uniqueUsers: count(row['unique_users']),
    firstUse: time(row['first_use']),
    lastUse: time(row['last_use']),
  }
}

function toCooccurrence(row: Row): Cooccurrence {
  return {
    skillSet: row['skill_set'] as string[],
    tier: text(row['tier']),
    element: text(row['element']),
    realm: text(row['realm']),
    cooccurrenceCount: count(row['cooccurrence_count']),
    distinctUsers: count(row['distinct_users']),
    avgSuccessRate: number(row['avg_success_rate']),
    firstObserved: time(row['first_observed']),
    lastObserved: time(row['last_observed']),
  }
}
