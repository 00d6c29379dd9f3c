import type { Db } from '../db/db.ts'
import type { Marks } from './marks.ts'
import type { Period } from './period.ts'
import type { Bindings, ReportQueries } from './report-query.ts'

/** A query of `stats`, and the tables that can answer it. */
export interface Question {
  db: Db
  queries: ReportQueries
  period: Period
  /** Time of the server. */
  now: Date
  skill: string | null
  limit: number
  mode: 'rollup' | 'exact'
  marks: Marks | undefined
}

/** The parameters of the report queries. */
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

/** The same query on the events, for values that the rollups do not have. */
export function exactly(question: Question): Question {
  return { ...question, mode: 'exact' }
}
