import { onlyRow } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import { list } from '../config/values.ts'
import { plural } from '../core/text.ts'
import { EARLIEST_MS } from '../core/times.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { advanceIfNeeded, type Preparation } from './advance.ts'
import { readComparison } from './compare.ts'
import { comparisonGate, readGate } from './gate.ts'
import type { Condition } from './gate-condition.ts'
import { readMarks, readPrunedBefore, type Marks } from './marks.ts'
import { PERCENTILE_ERROR_PCT } from './percentiles.ts'
import { bindingsOf, dayOf, isPlain, isPruned, keptFrom, NO_FILTERS, periodOf, unsummed, type Question } from './question.ts'
import { isInRollups, readCooccurrence, readDays, readGroups, readTotals } from './read-groups.ts'
import { readMetrics } from './read-metrics.ts'
import { readPeriod, timeZoneName, type PeriodOptions } from './read-period.ts'
import { readSessions } from './read-sessions.ts'
import { readPage, readSkillStats } from './read-skill-stats.ts'
import { readFunnel, readTimeline } from './read-users.ts'
import type { Dimension, StatsFilters, StatsReport, StatsSource, StatsViewName } from './report.ts'
import { count, reportQueries } from './report-query.ts'

export interface StatsOptions extends PeriodOptions {
  /** Folder of the report queries. */
  reports: string
  skill?: string | undefined
  /** Only events with these values. */
  filters?: Partial<StatsFilters> | undefined
  /** List the sessions of the events. */
  sessions?: boolean | undefined
  /** Rows at most. */
  limit: number
  cooccurrence?: boolean | undefined
  by?: Dimension | undefined
  /** Compare the last `compareMs` milliseconds with the same time before. */
  compareMs?: number | undefined
  funnel?: boolean | undefined
  /** The timeline of this user. */
  user?: string | undefined
  /** Judge each skill by these conditions, in place of a table. */
  conditions?: readonly Condition[] | undefined
  /** Judge skills with so many uses; 1 unless given. */
  minUses?: number | undefined
  /** With `compareMs`: judge each skill by its change. */
  failOnWorse?: boolean | undefined
  /** Read the counters too. */
  metrics?: boolean | undefined
  /** Read the events, not the rollups. */
  exact?: boolean | undefined
  /** Called during long work. */
  onProgress?: ((what: string) => void) | undefined
}

/**
 * Reads the answer to one question from one snapshot of the database. When many events are not in the rollups, it adds
 * them first, for two seconds at most and if the role can; the rest is read from the events, so the numbers are current.
 */
export async function readStats(db: Db, options: StatsOptions): Promise<StatsReport> {
  return withSkillsErrors(db, { action: 'read stats' }, async () => {
    const prepared = options.exact === true ? NOT_WANTED : await advanceIfNeeded(db, options.onProgress)
    return db.transaction({ readOnly: true, isolation: 'repeatable read' }, async () => {
      // a rebuild empties tables also for older snapshots: the lock makes it wait for this report. The plans are large and
      // their work is small: JIT compilation would take longer than the rest
      if (prepared.usable)
        await db.exec(`LOCK TABLE ${quoteIdent(db.info.schema)}.skill_rollup_days IN ACCESS SHARE MODE; SET LOCAL jit = off`)
      const asked = await ask(db, options, prepared.usable ? await readMarks(db) : undefined)
      const question = keptPart(asked, options)
      const apart = { setAside: await readSetAside(question), future: await readFuture(question) }
      return answer(inPast(question, apart.future), options, sourceOf(question, prepared, apart, pruneNote(asked, question, options)))
    })
  })
}

const NOT_WANTED: Preparation = { usable: false, advanced: 0, note: null }

async function ask(db: Db, options: StatsOptions, marks: Marks | undefined): Promise<Question> {
  const timeZone = options.timeZone === undefined ? 'UTC' : timeZoneName(options.timeZone)
  const { period, now } = await readPeriod(db, { ...options, sinceMs: options.compareMs ?? options.sinceMs, timeZone })
  const filters = { ...NO_FILTERS, ...options.filters }
  return {
    db,
    queries: reportQueries(options.reports),
    period,
    now,
    skill: options.skill ?? null,
    filters,
    timeZone,
    limit: options.limit,
    mode: marks === undefined || marks.foreign || unsummed(filters).length > 0 ? 'exact' : 'rollup',
    marks,
    prunedBefore: marks === undefined ? await readPrunedBefore(db) : marks.prunedBefore,
  }
}

/** The question without the time of which a part is pruned: a sum of the rest would look like the sum of all. */
function keptPart(question: Question, options: StatsOptions): Question {
  const { prunedBefore, period } = question
  // of a user, feedback and unlocks are kept
  if (prunedBefore === null || options.user !== undefined) return question
  const readsEvents = question.mode === 'exact' || !isAnsweredByRollups(question, options)
  if (period.since === null && !readsEvents) return question
  const since = keptFrom(period.since ?? new Date(EARLIEST_MS), prunedBefore, readsEvents)
  // of the day of the end, only the whole is kept
  const until =
    period.until === null || period.until >= prunedBefore || readsEvents ? period.until : new Date(dayOf(period.until.getTime()))
  return { ...question, period: periodOf(since, until !== null && until < since ? since : until) }
}

/** Whether the rollups have the answer, apart from users, sessions and hours of a period. */
function isAnsweredByRollups(question: Question, options: StatsOptions): boolean {
  const view = viewOf(options)
  if (view === 'groups') return isInRollups(question, options.by ?? 'tier')
  if (view === 'cooccurrence' || view === 'funnel') return isPlain(question)
  if (view === 'overview' || view === 'skill') return isInRollups(question, 'day')
  return view !== 'sessions'
}

/** A period has no events after now; `until` is only set when there are some, because then the rollup of today cannot be used. */
function inPast(question: Question, future: number): Question {
  const { since, until } = question.period
  return since === null || until !== null || future === 0 ? question : { ...question, period: periodOf(since, question.now) }
}

async function answer(question: Question, options: StatsOptions, source: StatsSource): Promise<StatsReport> {
  const view = viewOf(options)
  const { skill, period, limit, filters, timeZone } = question
  const since = period.since !== null && period.since.getTime() <= EARLIEST_MS ? null : period.since
  const bounds = { since: iso(since), until: iso(period.until), filters, timeZone }
  const totals = await readTotals(question, { withUnlocks: view === 'overview', withPeople: view !== 'gate' })
  const report = { view, ...bounds, skill, source, totals, skills: [], days: [], otherDays: { before: 0, after: 0 }, truncated: false }
  // one more than the limit shows whether there are more
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
      const { comparison, all } = await readComparison(question, options.compareMs ?? 0)
      const gate = options.failOnWorse === true ? { gate: comparisonGate(comparison.total, all) } : {}
      return { ...report, compare: comparison, ...gate, truncated: all.length > limit }
    }
    case 'gate':
      return { ...report, gate: await readGate(question, { conditions: options.conditions ?? [], minUses: options.minUses ?? 1 }) }
    case 'funnel': {
      const { rows, truncated } = cut(await readFunnel(more))
      return { ...report, funnel: rows, truncated }
    }
    case 'user': {
      const { rows, truncated } = cut(await readTimeline(more, options.user ?? ''))
      return { ...report, timeline: rows, truncated }
    }
    case 'sessions': {
      const { rows, truncated } = cut(await readSessions(more))
      return { ...report, sessions: rows, truncated }
    }
    case 'skill':
    case 'overview': {
      const { rows, truncated } = cut(await readSkillStats(more))
      const page = view === 'skill' && rows.length > 0 ? { page: await readPage(question, rows[0]) } : {}
      const metrics = options.metrics === true ? { metrics: await readMetrics(question) } : {}
      return { ...report, skills: rows, ...(await readDays(question)), ...page, ...metrics, truncated }
    }
  }
}

const PRUNED = 'users and sessions cannot be counted: some events of the period are pruned'

/** What is missing because events were pruned; null when nothing is. */
function pruneNote(asked: Question, kept: Question, { compareMs, user }: StatsOptions): string[] {
  const { prunedBefore } = kept
  if (prunedBefore === null) return []
  if (user !== undefined) return [`uses before ${minute(prunedBefore)} UTC are pruned`]
  const before = `events before ${minute(prunedBefore)} UTC are pruned`
  const { since } = kept.period
  if (compareMs !== undefined && since !== null) {
    const isCut = since.getTime() - compareMs < prunedBefore.getTime()
    return isCut ? [`${before}: of the days before, only whole ones are compared`] : []
  }
  const isCut = since !== null && since.getTime() !== asked.period.since?.getTime()
  return isCut ? [`${before}: this report begins at ${minute(since)} UTC`] : []
}

function minute(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ')
}

function viewOf({ conditions = [], sessions, cooccurrence, by, compareMs, funnel, user, skill }: StatsOptions): StatsViewName {
  if (conditions.length > 0) return 'gate'
  if (user !== undefined) return 'user'
  if (sessions === true) return 'sessions'
  if (cooccurrence === true) return 'cooccurrence'
  if (by !== undefined) return 'groups'
  if (compareMs !== undefined) return 'compare'
  if (funnel === true) return 'funnel'
  return skill === undefined ? 'overview' : 'skill'
}

async function readSetAside(question: Question): Promise<number> {
  const row = onlyRow(
    await question.queries.run(question.db, 'set-aside', question.mode, bindingsOf({ ...question, skill: null, filters: NO_FILTERS })),
  )
  return count(row['rows'])
}

/** How many events have a time after now: a clock was wrong, or somebody chose it. */
async function readFuture({ db, now }: Question): Promise<number> {
  const [row] = await db.run(
    `select count(*) as n from (select from :"schema".skill_usage_events where created_at > $1::timestamptz and created_at <= '9999-12-31'
      limit 1000000) as rows`,
    [now],
  )
  return count(row?.['n'])
}

function sourceOf(
  question: Question,
  { advanced, note }: Preparation,
  { setAside, future }: Apart,
  pruned: readonly string[],
): StatsSource {
  const { mode, marks, prunedBefore, period } = question
  const rollup = mode === 'rollup' && marks !== undefined
  const notes = [
    ...(note === null ? [] : [note]),
    ...filterNotes(question),
    ...pruned,
    ...(isPruned(question) ? [PRUNED] : []),
    ...(future === 0 ? [] : [futureNote(future, period.since === null)]),
    ...(setAside === 0
      ? []
      : [
          `${plural(setAside, 'row')} cannot be added up and ${setAside === 1 ? 'is' : 'are'} not counted: skills rollup lists ${setAside === 1 ? 'it' : 'them'}`,
        ]),
  ]
  return {
    kind: rollup ? 'rollup' : 'raw',
    rolled: rollup ? marks.rolled : null,
    tail: rollup ? marks.tail : null,
    advanced,
    steppedAt: marks?.steppedAt ?? null,
    percentileErrorPct: rollup ? PERCENTILE_ERROR_PCT : 0,
    prunedBefore: iso(prunedBefore),
    setAside,
    future,
    note: notes.length === 0 ? null : notes.join('; '),
  }
}

/** What the filters cost, and what they leave out. */
function filterNotes({ filters, mode, timeZone, period }: Question): string[] {
  const read = unsummed(filters)
  const isVersion = filters.version !== null && mode === 'rollup' && period.since === null
  return [
    ...(read.length === 0
      ? []
      : [`the rollups have no sums by ${list(read)}: the events were read; feedback has no ${list(read)} and is not counted`]),
    ...(isVersion ? ['the rollups have no users of one version: --exact counts them'] : []),
    ...(timeZone === 'UTC' ? [] : [`days and hours are those of ${timeZone}: for them the events were read`]),
  ]
}

interface Apart {
  setAside: number
  future: number
}

function futureNote(future: number, isAllTime: boolean): string {
  const events = `${plural(future, 'event')} ${future === 1 ? 'has a time' : 'have times'} in the future`
  return isAllTime ? `${events}: counted, but in no chart` : `${events} and ${future === 1 ? 'is' : 'are'} not counted`
}

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString()
}
