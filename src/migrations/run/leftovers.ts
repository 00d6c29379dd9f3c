import { lockTimedOut } from '../../core/common-errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import { describeHolder, indexBuilder } from '../../db/locks.ts'
import type { OutsideTarget } from '../../sqltext/statements/outside-target.ts'
import type { ParsedMigration, ParsedStatement } from '../files/parse-migration.ts'
import { Blocked } from '../ledger/attempts.ts'
import { statementFailure } from './failure.ts'
import type { RunSettings } from './run-settings.ts'
import { invalidIndexes } from './target-objects.ts'

/**
 * Before a statement runs: drops the INVALID indexes that a failed attempt left. Such an index blocks its name and serves no query. An
 * index is INVALID while it is built, too: returns what blocks when another connection builds it.
 */
export async function removeLeftovers(
  { settings, migration }: { settings: RunSettings; migration: ParsedMigration },
  statement: ParsedStatement,
  target: OutsideTarget,
  before: readonly string[],
  waitedMs: number,
): Promise<Blocked | undefined> {
  const { db, onEvent } = settings
  for (const { name, table } of await invalidIndexes(db, target, before)) {
    const builder = await indexBuilder(db, table)
    if (builder === undefined) continue
    const holder = describeHolder(builder)
    onEvent({ type: 'lock-wait', waitedMs, holder, index: name })
    return new Blocked(() =>
      Promise.resolve(
        lockTimedOut(
          `the index ${name} of ${migration.file}:${statement.line}, which another connection builds: ${holder}`,
          'wait for it and run again, or raise --lock-wait',
        ),
      ),
    )
  }
  // looked at after the builders: an index that was completed meanwhile is valid
  for (const { name } of await invalidIndexes(db, target, before)) {
    await db.exec(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`).catch((error: unknown) => {
      if (!(error instanceof DatabaseError)) throw error
      throw statementFailure(migration, statement, error, '')
    })
  }
  return undefined
}
