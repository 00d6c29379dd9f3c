import type { Db } from '../db/db.ts'
import type { Marks } from './marks.ts'
import type { Period } from './period.ts'
import type { Bindings, ReportQueries } from './report-query.ts'

/** What is asked, of what, and from where the answer may be read. */
export interface Question {
  db: Db
  queries: ReportQueries
  period: Period
  /** The server's. */
  now: Date
  skill: string | null
  limit: number
  mode: 'rollup' | 'exact'
  marks: Marks | undefined
}

/** What the report queries need to know of a question. */
export function bindingsOf({ period, skill, limit, marks }: Question): Bindings {
  return {
    ...marks?.bindings,
    since: period.since,
    until: period.until,
    first_day: period.firstDay,
    end_day: period.endDay,
    skill,
    limit,
  }
}

/** The same question of the events themselves, for what the rollups do not keep. */
export function exactly(question: Question): Question {
  return { ...question, mode: 'exact' }
}
