import type { Db, Row } from '../db/db.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import type { Preparation } from './advance.ts'
import { advanceWhenBehind } from './advance.ts'
import { readComparison } from './compare.ts'
import type { Marks } from './marks.ts'
import { readMarks } from './marks.ts'
import { PERCENTILE_ERROR_PCT } from './percentiles.ts'
import type { Period } from './period.ts'
import { periodOf } from './period.ts'
import type { Question } from './question.ts'
import { readCooccurrence } from './read-cooccurrence.ts'
import { readDays } from './read-days.ts'
import { readFunnel } from './read-funnel.ts'
import { readGroups } from './read-groups.ts'
import { readPage } from './read-page.ts'
import { readSkills } from './read-skills.ts'
import { readTimeline } from './read-timeline.ts'
import { isPruned, readTotals } from './read-totals.ts'
import type { Dimension, StatsReport, StatsSource, StatsViewName } from './report.ts'
import { reportQueries } from './report-query.ts'

export interface StatsOptions {
  /** Folder of the report queries. */
  reports: string
  skill?: string | undefined
  /** Only events of the last `sinceMs` milliseconds, by the clock of the server. */
  sinceMs?: number | undefined
  /** The largest number of rows. */
  limit: number
  cooccurrence?: boolean | undefined
  by?: Dimension | undefined
  /** Compare the last `compareMs` milliseconds with the same time before. */
  compareMs?: number | undefined
  funnel?: boolean | undefined
  /** The timeline of this user. */
  user?: string | undefined
  /** Read the events instead of the rollups. */
  exact?: boolean | undefined
  /** Called during long steps. */
  onProgress?: ((what: string) => void) | undefined
}

/**
 * Answers one query from one snapshot of the database. When many events are not in the rollups, the rollups are updated
 * first, for up to two seconds, if the role can. Events that they do not contain are read too, so the numbers are always
 * complete.
 */
export async function readStats(db: Db, options: StatsOptions): Promise<StatsReport> {
  return withSkillsErrors(db, { action: 'read stats' }, async () => {
    const prepared = options.exact === true ? NOT_WANTED : await advanceWhenBehind(db, options.onProgress)
    return db.transaction({ readOnly: true, isolation: 'repeatable read' }, async () => {
      // TRUNCATE in a rebuild also empties the tables for older snapshots: the lock makes it wait for this report. The plans
      // are large and their work is small: compiling them would take longer than running them
      if (prepared.usable) await db.exec('LOCK TABLE skill_rollup_days IN ACCESS SHARE MODE; SET LOCAL jit = off')
      const question = await ask(db, options, prepared.usable ? await readMarks(db) : undefined)
      return answer(question, options, sourceOf(question, prepared))
    })
  })
}

const NOT_WANTED: Preparation = { usable: false, advanced: 0, note: null }

async function ask(db: Db, options: StatsOptions, marks: Marks | undefined): Promise<Question> {
  const lengthMs = options.compareMs ?? options.sinceMs
  const [row] = await db.query<Row & { now: Date; since: Date | null }>(
    'select now() as now, now() - make_interval(secs => $1::float8) as since',
    [lengthMs === undefined ? null : lengthMs / 1000],
  )
  const period = periodOf(row?.since ?? null, null)
  return {
    db,
    queries: reportQueries(options.reports),
    period,
    now: row?.now ?? new Date(),
    skill: options.skill ?? null,
    limit: options.limit,
    mode: marks === undefined || marks.foreign ? 'exact' : 'rollup',
    marks,
  }
}

async function answer(question: Question, options: StatsOptions, source: StatsSource): Promise<StatsReport> {
  const view = viewOf(options)
  const { skill, period, limit } = question
  const bounds = { since: iso(period.since), until: iso(period.until) }
  const totals = await readTotals(question, view === 'overview')
  const report = { view, ...bounds, skill, source, totals, skills: [], days: [], truncated: false }
  // one more row than the limit shows whether there are more
  const more = { ...question, limit: limit + 1 }
  const cut = <T>(rows: T[]): { rows: T[]; truncated: boolean } => ({ rows: rows.slice(0, limit), truncated: rows.length > limit })
  switch (view) {
    case 'cooccurrence': {
      const { rows, truncated } = cut(await readCooccurrence(more))
      return { ...report, cooccurrence: rows, truncated }
    }
    case 'groups': {
      const by = options.by ?? 'tier'
      const whole = by === 'day' || by === 'hour'
      const all = await readGroups({ ...more, limit: whole ? Number.MAX_SAFE_INTEGER : more.limit }, by)
      const { rows, truncated } = whole ? { rows: all, truncated: false } : cut(all)
      return { ...report, groups: { by, rows }, truncated }
    }
    case 'compare': {
      const { comparison, truncated } = await readComparison(question, options.compareMs ?? 0)
      return { ...report, compare: comparison, truncated }
    }
    case 'funnel': {
      const { rows, truncated } = cut(await readFunnel(more))
      return { ...report, funnel: rows, truncated }
    }
    case 'user': {
      const { rows, truncated } = cut(await readTimeline(more, options.user ?? ''))
      return { ...report, timeline: rows, truncated }
    }
    case 'skill':
    case 'overview': {
      const { rows, truncated } = cut(await readSkills(more))
      const days = await readDays(question)
      const page = view === 'skill' && rows.length > 0 ? { page: await readPage(question, rows[0]) } : {}
      return { ...report, skills: rows, days, ...page, truncated }
    }
  }
}

function viewOf({ cooccurrence, by, compareMs, funnel, user, skill }: StatsOptions): StatsViewName {
  if (user !== undefined) return 'user'
  if (cooccurrence === true) return 'cooccurrence'
  if (by !== undefined) return 'groups'
  if (compareMs !== undefined) return 'compare'
  if (funnel === true) return 'funnel'
  return skill === undefined ? 'overview' : 'skill'
}

function sourceOf({ mode, marks, period }: Question, { advanced, note }: Preparation): StatsSource {
  const rollup = mode === 'rollup' && marks !== undefined
  return {
    kind: rollup ? 'rollup' : 'raw',
    rolled: rollup ? marks.rolled : null,
    tail: rollup ? marks.tail : null,
    advanced,
    steppedAt: marks?.steppedAt ?? null,
    percentileErrorPct: rollup ? PERCENTILE_ERROR_PCT : 0,
    prunedBefore: iso(marks?.prunedBefore ?? null),
    note: note ?? prunedNote(marks, period),
  }
}

function prunedNote(marks: Marks | undefined, { since }: Period): string | null {
  if (since === null || !isPruned(since, marks?.prunedBefore ?? null)) return null
  return 'users and sessions cannot be counted: some events of the period are pruned'
}

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString()
}
