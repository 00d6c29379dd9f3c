import { sha256Of } from '../../core/digests.ts'
import type { RowOf } from '../../db/columns.ts'
import { DatabaseError } from '../../db/database-error.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { writtenText, type ParsedMigration, type ParsedStatement } from '../files/parse-migration.ts'
import { PROGRESS_COLUMNS, progressName } from '../ledger/ledger.ts'
import { forgetUnfinishedSql } from '../ledger/unfinished.ts'
import { GUARD, guardSql, isAppliedSql } from '../ledger/lock.ts'
import { asLoginSql } from './file-transaction.ts'
import type { RunSettings } from './run-settings.ts'
import { sendStatement } from './send-statement.ts'

/**
 * The progress of a no-transaction file: a row for each statement that is completed, or that runs outside a transaction and has begun.
 * The table exists only while such a file is unfinished.
 */
export class Progress {
  readonly #settings: RunSettings
  readonly #migration: ParsedMigration
  readonly #table: string
  readonly #finished = new Set<string>()
  /** The OIDs of the objects of a statement before it began, by its digest. */
  readonly #begun = new Map<string, readonly string[]>()

  private constructor(settings: RunSettings, migration: ParsedMigration) {
    this.#settings = settings
    this.#migration = migration
    this.#table = progressName(settings.ledger)
  }

  /** Creates the table when it does not exist, and reads the rows of the file. */
  static async open(settings: RunSettings, migration: ParsedMigration): Promise<Progress> {
    const progress = new Progress(settings, migration)
    const { db } = settings
    await db.run(`CREATE TABLE IF NOT EXISTS ${progress.#table} (${COLUMNS_SQL}, PRIMARY KEY (version, statement))`)
    const all = await db.run(`SELECT version, statement, before, finished_at IS NOT NULL AS finished FROM ${progress.#table}`, [], ROW)
    const rows = all.filter(({ version }) => version === migration.version)
    if (rows.length === 0) rows.push(...(await progress.#takeOver(all)))
    for (const { statement, before, finished } of rows) {
      if (finished) progress.#finished.add(statement)
      else progress.#begun.set(statement, before ?? [])
    }
    return progress
  }

  /**
   * The rows of an unfinished file that has this name now. They have no digest of the whole file: it is the one without a file whose
   * completed statements this file has.
   */
  async #takeOver(rows: readonly ProgressRow[]): Promise<ProgressRow[]> {
    const { db, allFiles } = this.#settings
    const versions = new Set(allFiles.map(({ version }) => version))
    const digests = new Set(withDigests(this.#migration).map(([, digest]) => digest))
    for (const before of new Set(rows.map(({ version }) => version))) {
      if (versions.has(before)) continue
      const own = rows.filter(({ version }) => version === before)
      const completed = own.filter(({ finished }) => finished)
      if (!(completed.length > 0 ? completed : own).every(({ statement }) => digests.has(statement))) continue
      await db.run(`UPDATE ${this.#table} SET version = $1 WHERE version = $2`, [this.#migration.version, before])
      return own
    }
    return []
  }

  /** No statement of the file has begun. */
  get isNew(): boolean {
    return this.#finished.size === 0 && this.#begun.size === 0
  }

  isFinished(digest: string): boolean {
    return this.#finished.has(digest)
  }

  /** What was there before the statement began for the first time; undefined when it has not begun. */
  begunWith(digest: string): readonly string[] | undefined {
    return this.#begun.get(digest)
  }

  /**
   * Before a statement runs outside a transaction: writes what is there now, and takes the session lock again, which the file can have
   * released (DISCARD ALL). Returns the code of a guard when another run prevents it.
   */
  async begin(digest: string, before: readonly string[] | undefined): Promise<string | undefined> {
    const insert = `INSERT INTO ${this.#table} (version, statement, before) VALUES (${this.#key(digest)}, ${quoteLiteral(JSON.stringify(before ?? []))}::pg_catalog.jsonb)
      ON CONFLICT (version, statement) DO NOTHING`
    const messages = ['BEGIN', `${this.#guard(digest)}; SELECT pg_catalog.pg_advisory_lock((${this.#settings.lockKey})::pg_catalog.int8)`]
    const failed = await this.#send([...messages, ...(before === undefined ? [] : [insert]), 'COMMIT'])
    if (failed !== undefined && !isGuard(failed.error)) throw failed.error
    if (failed === undefined && before !== undefined) this.#begun.set(digest, before)
    return failed?.error.code
  }

  /**
   * Runs a statement in one transaction with its row; without a statement, only writes the row. Returns what failed: nothing of the
   * transaction is kept then.
   */
  async record(digest: string, statement?: ParsedStatement): Promise<{ at: 'statement' | 'row'; error: DatabaseError } | undefined> {
    const insert = `INSERT INTO ${this.#table} (version, statement, finished_at) VALUES (${this.#key(digest)}, pg_catalog.now())
      ON CONFLICT (version, statement) DO UPDATE SET finished_at = excluded.finished_at`
    // deferred constraints are part of the statement, and checked under the role of the file
    const own = statement === undefined ? [] : [statement.text, 'SET CONSTRAINTS ALL IMMEDIATE']
    const messages = ['BEGIN', ...own, `${this.#guard(digest)}; ${insert}`, 'COMMIT']
    const failed = statement?.rows === undefined ? await this.#send(messages) : await this.#sendRows(statement, messages)
    if (failed === undefined) {
      this.#finished.add(digest)
      return undefined
    }
    return { at: failed.index <= own.length ? 'statement' : 'row', error: failed.error }
  }

  /** For the transaction that writes the row of the ledger. */
  get cleanUpSql(): string {
    return forgetUnfinishedSql(this.#settings.ledger, this.#migration.version)
  }

  /** In one round trip: the process can end at any moment, and the server has all or nothing of the transaction. */
  async #send(messages: readonly string[]): Promise<{ index: number; error: DatabaseError } | undefined> {
    // after a failure, COMMIT rolls back
    const outcomes = await this.#settings.db.pipeline(messages)
    const index = outcomes.findIndex((outcome) => !outcome.ok)
    const failed = outcomes[index]
    return failed?.ok === false ? { index, error: failed.error } : undefined
  }

  /** Nothing can be sent behind the rows of a COPY before the server has them. */
  async #sendRows(statement: ParsedStatement, messages: readonly string[]): Promise<{ index: number; error: DatabaseError } | undefined> {
    const { db } = this.#settings
    await db.exec('BEGIN')
    try {
      await sendStatement(db, statement)
    } catch (error) {
      // this fails only when the connection is lost, and then the server rolls back
      await db.exec('ROLLBACK').catch(() => undefined)
      if (!(error instanceof DatabaseError)) throw error
      return { index: 1, error }
    }
    const failed = await this.#send(messages.slice(2))
    return failed && { ...failed, index: failed.index + 2 }
  }

  /** As the role of the login, which owns the table: the role that the file has set comes back with the end of the transaction. */
  #guard(digest: string): string {
    const { db, lockKey, ledger } = this.#settings
    const recorded = `EXISTS (SELECT FROM ${this.#table} WHERE version OPERATOR(pg_catalog.=) ${quoteLiteral(this.#migration.version)}::pg_catalog.text
      AND statement OPERATOR(pg_catalog.=) ${quoteLiteral(digest)}::pg_catalog.text AND finished_at IS NOT NULL)`
    const obstacles = [isAppliedSql(ledger, this.#migration), recorded].map((condition) => ({ condition, code: GUARD.alreadyApplied }))
    return `${asLoginSql(db.info)}; ${guardSql(lockKey, obstacles)}`
  }

  #key(digest: string): string {
    return `${quoteLiteral(this.#migration.version)}, ${quoteLiteral(digest)}`
  }
}

const COLUMNS_SQL = PROGRESS_COLUMNS.map(
  (column) =>
    `${column.name} ${column.type}${column.notNull ? ' NOT NULL' : ''}${column.default === null ? '' : ` DEFAULT ${column.default}`}`,
).join(', ')

const ROW = { version: 'text', statement: 'text', before: 'texts?', finished: 'boolean' } as const
type ProgressRow = RowOf<typeof ROW>

export function isGuard({ code }: DatabaseError): boolean {
  return code === GUARD.locked || code === GUARD.alreadyApplied
}

/**
 * Each statement with the digest of its text; equal statements also get a number. When a repeatable file changes, all of it runs again: a
 * statement that was completed before another version of the file replaced its object is not complete now.
 */
export function withDigests({ statements, repeatable, checksum }: ParsedMigration): [ParsedStatement, string][] {
  const seen = new Map<string, number>()
  const file = repeatable ? checksum : ''
  return statements.map((statement) => {
    // as written: with another value of a variable, a completed statement still counts
    const digest = sha256Of(partsOf(file, statement))
    const count = (seen.get(digest) ?? 0) + 1
    seen.set(digest, count)
    return [statement, count === 1 ? digest : `${digest}#${count}`]
  })
}

function* partsOf(file: string, statement: ParsedStatement): Generator<string> {
  yield file
  yield writtenText(statement)
  if (statement.rows !== undefined) yield* statement.rows.parts
}
