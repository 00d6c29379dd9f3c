import { randomBytes } from 'node:crypto'
import { DatabaseError } from './database-error.ts'
import type { Db } from './db.ts'
import { quoteIdent, searchPath } from './quote.ts'

const SAVEPOINT = 'skills_scratch'

export interface ScratchOptions {
  /** The statements to run in the schema of that name, in order; one that fails is rolled back and skipped. */
  statements: (schema: string) => readonly string[]
  /** Schemas after the scratch schema in the search_path. */
  others: readonly string[]
  /** For each statement; a tenth of it for a lock. */
  timeoutMs: number
  /** Another text for a statement that failed; undefined when there is none. Called once for each. */
  instead?: ((text: string) => Promise<string | undefined>) | undefined
  /** The role that the statements run under, and that owns the schema. Default: that of the connection. */
  role?: string | undefined
}

/** A schema in the transaction of the caller, with what the statements created. It is first in the search_path until it is dropped. */
export interface ScratchSchema {
  name: string
  /** The statements that ran. */
  statements: readonly string[]
  /** Those that failed. */
  failures: { index: number; error: DatabaseError }[]
  /** Undoes everything since it was made. */
  drop(): Promise<void>
}

/**
 * Creates a scratch schema and runs the statements in it. Call it, and drop the schema, in one transaction. Throws the
 * `DatabaseError` of a server that refuses (42501: the role cannot create a schema; 25006: the database is read-only); the
 * transaction is then as before.
 */
export async function makeScratchSchema(db: Db, { statements, others, timeoutMs, instead, role }: ScratchOptions): Promise<ScratchSchema> {
  // concurrent runs must not wait for each other
  const name = `skills_scratch_${randomBytes(4).toString('hex')}`
  await db.exec(`SAVEPOINT ${SAVEPOINT}`)
  const drop = (): Promise<void> => db.exec(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; RELEASE SAVEPOINT ${SAVEPOINT}`)
  try {
    const [owner, under] = role === undefined ? ['', ''] : [` AUTHORIZATION ${quoteIdent(role)}`, `SET LOCAL ROLE ${quoteIdent(role)};`]
    await db.exec(`CREATE SCHEMA ${quoteIdent(name)}${owner}; ${under} SET LOCAL search_path TO ${searchPath(name, others)};
      SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL lock_timeout = ${Math.ceil(timeoutMs / 10)}`)
    const texts = statements(name)
    const failures = await runAll(db, texts, instead)
    await db.exec('SET LOCAL statement_timeout = 0')
    return { name, statements: texts, failures, drop }
  } catch (error) {
    if (error instanceof DatabaseError) await drop()
    throw error
  }
}

/** One round trip as long as no statement fails. */
async function runAll(db: Db, statements: readonly string[], instead: ScratchOptions['instead']): Promise<ScratchSchema['failures']> {
  const failures: ScratchSchema['failures'] = []
  for (let next = 0; next < statements.length;) {
    const outcomes = await db.pipeline(statements.slice(next).map(asStep))
    const failed = outcomes.findIndex((outcome) => !outcome.ok)
    const outcome = outcomes[failed]
    if (outcome === undefined || outcome.ok) return failures
    await db.exec(UNDO_STEP)
    const other = await instead?.(statements[next + failed] ?? '')
    if (other === undefined || !(await runStep(db, other))) failures.push({ index: next + failed, error: outcome.error })
    next += failed + 1
  }
  return failures
}

async function runStep(db: Db, text: string): Promise<boolean> {
  const [outcome] = await db.pipeline([asStep(text)])
  if (outcome?.ok !== false) return true
  await db.exec(UNDO_STEP)
  return false
}

const UNDO_STEP = 'ROLLBACK TO SAVEPOINT skills_step; RELEASE SAVEPOINT skills_step'

function asStep(text: string): string {
  return `SAVEPOINT skills_step;\n${text}\n;RELEASE SAVEPOINT skills_step`
}
