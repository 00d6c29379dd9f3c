import { DEFAULTS } from '../config/defaults.ts'
import { SkillsError } from '../core/errors.ts'
import { onlyRow } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { adopt, repair } from './adopt.ts'
import { count } from './report-query.ts'
import { readSetAside, type SetAside } from './set-aside.ts'
import type { Count } from '../core/report-types.ts'

export interface RollupOptions {
  /** Rows in one step, which is one transaction; 100,000 unless given. */
  batch?: number | undefined
  /** Start no step after this many milliseconds. */
  maxMs?: number | undefined
  /** Discard the rollups and rebuild them from the events. */
  rebuild?: boolean | undefined
  /** Rebuild also when events are pruned, and lose their counts. */
  loseHistory?: boolean | undefined
  /** Called after each step. */
  onStep?: ((done: RollupProgress) => void) | undefined
}

export interface RollupProgress {
  events: Count
  feedback: Count
  steps: Count
}

/** The result of a run. */
export interface RollupReport extends RollupProgress {
  rebuilt: boolean
  /** The rollups were of another server, or their state was missing: this run took them over, with the sums of pruned events. */
  adopted: boolean
  /** Rows that carried the transaction ID of another server and were not counted; this run and the next ones count them. */
  foreignRows: Count
  /** Rows that cannot be added up, of this run and earlier ones. */
  setAside: SetAside
  /** Missing indexes that were created. */
  indexes: string[]
  /** All events are in the rollups; false when `maxMs` ended the run. */
  finished: boolean
  durationMs: number
}

/**
 * Takes everything new into the rollups, step by step. Several runs may be at work at once: steps follow one another.
 */
export async function rollUp(db: Db, options: RollupOptions = {}): Promise<RollupReport> {
  return withSkillsErrors(db, { action: 'update the rollups' }, () => runSteps(db, options))
}

async function runSteps(db: Db, options: RollupOptions): Promise<RollupReport> {
  const began = Date.now()
  const { batch = DEFAULTS.rollupBatch, maxMs = Infinity } = options
  const indexes = await buildMissingIndexes(db)
  const rebuilt = options.rebuild === true
  if (rebuilt) await reset(db, options)
  const { adopted, rows } = await adopt(db)
  const foreignRows = rows + (await repair(db))
  const done: RollupProgress = { events: 0, feedback: 0, steps: 0 }
  let finished = false
  while (!finished && Date.now() - began < maxMs) {
    const events = await step(db, 'events', batch)
    const feedback = await step(db, 'feedback', batch)
    done.events += events.rows
    done.feedback += feedback.rows
    done.steps++
    finished = !events.more && !feedback.more
    options.onStep?.({ ...done })
  }
  const setAside = await readSetAside(db)
  return { ...done, rebuilt, adopted, foreignRows, setAside, indexes, finished, durationMs: Date.now() - began }
}

export interface StepResult {
  rows: number
  more: boolean
  /** Another step is running, and this one did not wait. */
  busy: boolean
}

/** One step, in its own transaction. */
export async function step(db: Db, source: 'events' | 'feedback', rows: number, wait = true): Promise<StepResult> {
  const { done } = await db.transaction({ isolation: 'read committed' }, async () =>
    onlyRow(await db.run(`select :"schema".skill_rollup_${source}($1::int, $2::boolean) as done`, [rows, wait], { done: 'object' })),
  )
  if (done['state'] === 'foreign') {
    await adopt(db)
    return step(db, source, rows, wait)
  }
  return {
    rows: count(done['rows'] ?? (done['state'] === undefined ? Number.NaN : 0)),
    more: done['more'] === true,
    busy: done['state'] === 'busy',
  }
}

const INDEXES = [
  ['idx_skill_usage_txid', 'skill_usage_events'],
  ['idx_skill_feedback_txid', 'skill_feedback'],
] as const

/** The migration does not create an index that would block the writers of a large table; here it is created concurrently. */
async function buildMissingIndexes(db: Db): Promise<string[]> {
  const built: string[] = []
  for (const [index, table] of INDEXES) {
    const [found] = await db.transaction({ readOnly: true }, () =>
      db.run(
        `select i.indisvalid as valid from pg_class c
           left join pg_index i on i.indexrelid = (select x.oid from pg_class x where x.relname = $2 and x.relnamespace = c.relnamespace)
          where c.relname = $1 and c.relnamespace = (select oid from pg_namespace where nspname = :'schema')`,
        [table, index],
      ),
    )
    if (found === undefined || found['valid'] === true) continue
    const schema = quoteIdent(db.info.schema)
    // an interrupted CREATE INDEX CONCURRENTLY leaves an invalid index
    if (found['valid'] === false) await db.exec(`DROP INDEX CONCURRENTLY IF EXISTS ${schema}.${index}`)
    await db.exec(`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${index} ON ${schema}.${table} (txid)`)
    built.push(index)
  }
  return built
}

async function reset(db: Db, { loseHistory = false }: RollupOptions): Promise<void> {
  const [state] = await db.transaction({ readOnly: true }, () =>
    db.run('select max(pruned_before) as pruned from :"schema".skill_rollup_state'),
  )
  if (state?.['pruned'] instanceof Date && !loseHistory) {
    throw new SkillsError(
      'ROLLUP_KEPT',
      `the events before ${state['pruned'].toISOString()} are pruned: a rebuild would lose their counts`,
      {
        hint: 'nothing was changed; pass --yes to rebuild anyway',
      },
    )
  }
  await db.transaction({}, () => db.run('select :"schema".skill_rollup_reset()'))
}
