import type { CatalogObject } from './catalog.ts'
import { readCatalog } from './catalog.ts'
import { DatabaseError } from './database-error.ts'
import type { Db } from './db.ts'
import { quoteIdent, searchPath } from './quote.ts'

const SCHEMA = 'skills_scratch'
const SAVEPOINT = 'skills_scratch'

export interface ScratchOptions {
  /** The statements to run, in order; one that fails is skipped, as its object may be there already. */
  statements: readonly string[]
  /** Schemas behind the scratch one in the search_path. */
  others: readonly string[]
  /** `sql/catalog/objects.sql` of the package. */
  catalogQuery: string
  /** For each statement, so that a heavy one cannot hold the run up. */
  timeoutMs: number
}

/**
 * What the statements would make in an empty schema: runs them in a scratch schema, reads its catalog and
 * undoes everything. Must be called inside a transaction. Undefined when the role may not create a schema.
 */
export async function catalogOf(db: Db, options: ScratchOptions): Promise<CatalogObject[] | undefined> {
  await db.exec(`SAVEPOINT ${SAVEPOINT}`)
  try {
    await db.exec(`CREATE SCHEMA ${quoteIdent(SCHEMA)}`)
    await db.exec(`SET LOCAL search_path TO ${searchPath(SCHEMA, options.others)}; SET LOCAL statement_timeout = ${options.timeoutMs}`)
    await runAll(db, options.statements)
    await db.exec('SET LOCAL statement_timeout = 0')
    return await readCatalog(db, SCHEMA, options.catalogQuery)
  } catch (error) {
    if (error instanceof DatabaseError) return undefined
    throw error
  } finally {
    await db.exec(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; RELEASE SAVEPOINT ${SAVEPOINT}`)
  }
}

/** Everything in one round trip as long as nothing fails. */
async function runAll(db: Db, statements: readonly string[]): Promise<void> {
  for (let next = 0; next < statements.length;) {
    const outcomes = await db.pipeline(
      statements.slice(next).map((text) => `SAVEPOINT skills_step;\n${text}\n;RELEASE SAVEPOINT skills_step`),
    )
    const failed = outcomes.findIndex((outcome) => !outcome.ok)
    if (failed === -1) return
    await db.exec('ROLLBACK TO SAVEPOINT skills_step; RELEASE SAVEPOINT skills_step')
    next += failed + 1
  }
}
