import { sha256 } from '../../core/digests.ts'
import { DatabaseError } from '../../db/database-error.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import type { ParsedMigration, ParsedStatement } from '../files/parse-migration.ts'
import { insertLedgerSql, progressName } from '../ledger/ledger.ts'
import { isAppliedSql, pause, waitForLock } from '../ledger/lock.ts'
import { compareExisting } from './compare-existing.ts'
import { existingObject, objectExists, oidOf } from './existing-objects.ts'
import { asLoginSql, fileSettings, resetRoleSql } from './file-transaction.ts'
import { appliedMigration, type AppliedMigration, type ExistingObject } from './report.ts'
import type { RunSettings } from './run-settings.ts'
import { sendStatement } from './send-statement.ts'
import { existingInsteadOf } from './skip-existing.ts'

/**
 * Runs a `-- skills: no-transaction` file statement by statement under a session lock. Records each completed statement by
 * its digest, so the next run resumes after it, also when statements were added before it. Needs a direct connection, not a
 * transaction pooler.
 */
export async function runWithoutTransaction(
  settings: RunSettings,
  migration: ParsedMigration,
): Promise<AppliedMigration | 'applied by another run'> {
  const { db } = settings
  await takeSessionLock(settings)
  try {
    const [ledger] = await db.run(`SELECT ${isAppliedSql(settings.ledger, migration)} AS done`, [], { done: 'boolean' })
    if (ledger?.done === true) return 'applied by another run'
    return await runStatements(settings, migration)
  } finally {
    // this also releases the lock; it fails only when the connection, and so the lock, is lost
    await db.exec('DISCARD ALL').catch(() => undefined)
    await db.exec(resetRoleSql(db.info)).catch(() => undefined)
  }
}

async function takeSessionLock(settings: RunSettings): Promise<void> {
  const { db, lockKey, lockWaitMs, onEvent } = settings
  const deadline = Date.now() + lockWaitMs
  for (;;) {
    const [row] = await db.run(`SELECT pg_try_advisory_lock((${lockKey})::bigint) AS taken`, [], { taken: 'boolean' })
    if (row?.taken === true) return
    await waitForLock(db, { key: lockKey, onEvent }, deadline)
    await pause()
  }
}

async function runStatements(settings: RunSettings, migration: ParsedMigration): Promise<AppliedMigration> {
  const { db } = settings
  const began = performance.now()
  const progress = progressName(settings.ledger)
  await db.run(
    `CREATE TABLE IF NOT EXISTS ${progress} (version text, statement text, finished_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (version, statement))`,
  )
  const rows = await db.run(`SELECT statement FROM ${progress} WHERE version = $1`, [migration.version], { statement: 'text' })
  const finished = new Set(rows.map(({ statement }) => statement))
  const existing: ExistingObject[] = []
  await db.exec(
    [
      ...fileSettings(settings, migration.source).map((pair) => `SET ${pair}`),
      ...(migration.directives.role === undefined ? [] : [`SET ROLE ${quoteIdent(migration.directives.role)}`]),
    ].join('; '),
  )
  for (const [statement, digest] of withDigests(migration.statements)) {
    if (finished.has(digest)) continue
    const found = await runOne(settings, migration, statement)
    if (found !== undefined) existing.push(found)
    // what belongs to the session is lost with it: the next run sets it again
    if (isOfSession(statement)) continue
    // the role that the file has set by now stays that of its next statement
    await db.transaction({}, () =>
      db.exec(
        `${asLoginSql(db.info)}; INSERT INTO ${progress} (version, statement) VALUES (${quoteLiteral(migration.version)}, ${quoteLiteral(digest)})`,
      ),
    )
  }
  await db.exec(resetRoleSql(db.info))
  if (existing.length > 0) await db.transaction({ rollback: true }, () => compareExisting(settings, migration, existing))
  const { version, statements } = migration
  const durationMs = performance.now() - began
  const entry = insertLedgerSql(settings.ledger, migration, {
    durationMs,
    statements: statements.length,
    tolerated: existing,
    tool: settings.tool,
  })
  // drop the table with its last row, so it does not stay in the schema
  const cleanUp = `DELETE FROM ${progress} WHERE version = ${quoteLiteral(version)};
    DO $skills$ BEGIN IF NOT EXISTS (SELECT FROM ${progress}) THEN DROP TABLE ${progress}; END IF; END $skills$`
  await db.transaction({}, () => db.exec(`${entry}; ${cleanUp}`))
  return appliedMigration(migration, durationMs, existing)
}

function isOfSession({ kind: { verb }, text }: ParsedStatement): boolean {
  return verb === 'SET' || verb === 'RESET' || (verb === 'SELECT' && text.toLowerCase().includes('set_config'))
}

async function runOne(settings: RunSettings, migration: ParsedMigration, statement: ParsedStatement): Promise<ExistingObject | undefined> {
  const { db } = settings
  const { object, ifNotExists } = statement.kind
  if (object?.kind === 'index') await dropInvalidIndex(settings, object)
  const before = ifNotExists && object !== undefined && (await objectExists(db, object)) === true
  try {
    await sendStatement(db, statement)
    return before && object !== undefined ? existingObject(statement, object, 'if not exists') : undefined
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return db.transaction({ rollback: true }, () => existingInsteadOf(settings, { migration, statement, error, prefix: '' }))
  }
}

/** A failed CREATE INDEX CONCURRENTLY leaves an INVALID index, which blocks the name and serves no query. */
async function dropInvalidIndex({ db }: RunSettings, { schema, name }: { schema?: string; name: string }): Promise<void> {
  const qualified = schema === undefined ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`
  const rows = await db.query(
    `SELECT FROM pg_catalog.pg_index WHERE indexrelid OPERATOR(pg_catalog.=) ${oidOf(qualified)} AND NOT indisvalid`,
  )
  if (rows.length > 0) await db.exec(`DROP INDEX CONCURRENTLY ${qualified}`)
}

/** Each statement with the digest of its text; equal statements also get a number. */
function withDigests(statements: readonly ParsedStatement[]): [ParsedStatement, string][] {
  const seen = new Map<string, number>()
  return statements.map((statement) => {
    const digest = sha256(statement.text + (statement.rows?.text ?? ''))
    const count = (seen.get(digest) ?? 0) + 1
    seen.set(digest, count)
    return [statement, count === 1 ? digest : `${digest}#${count}`]
  })
}
