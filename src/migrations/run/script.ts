import { findRunHazards, type HazardServer } from '../../sqltext/hazards/hazard-run.ts'
import { blockedBy, nameOf, oneLine, type Hazard } from '../../sqltext/hazards/hazard.ts'
import { tableKey } from '../../sqltext/hazards/run-memory.ts'
import { tableLocks } from '../../sqltext/hazards/table-locks.ts'
import { END_MARK } from '../../sqltext/statements/split.ts'
import { waitsByDesign } from '../../sqltext/statements/waiting.ts'
import { countStatements, type ParsedMigration, type ParsedStatement, writtenText } from '../files/parse-migration.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import { insertLedgerSql } from '../ledger/ledger.ts'
import { sessionSql } from './file-session.ts'
import { beginSql, resetRoleSql, roleSql, settleSql } from './file-transaction.ts'
import { isOnlyWaiting } from './run-in-transaction.ts'
import { longLockTimeout, settingsFor, type RunSettings } from './run-settings.ts'

export interface ScriptWork {
  pending: readonly ParsedMigration[]
  /** Files to record without running them. */
  recorded: readonly MigrationFile[]
  server: HazardServer
  /** SQL that creates the ledger; undefined when it is ready. */
  ledgerSql: string | undefined
}

/**
 * The SQL that a run would send, for psql or for a person who reads it: transactions, settings, lock and ledger rows included, and
 * above each statement its locks on tables that exist, and its hazards. It skips no existing object and tries no lock again. In parts
 * that end with a line; what is in large files is read for its part.
 */
export function migrationScript(settings: RunSettings, work: ScriptWork): Iterable<string> {
  return { [Symbol.iterator]: () => scriptParts(settings, work) }
}

function* scriptParts(settings: RunSettings, { pending, recorded, server, ledgerSql }: ScriptWork): Generator<string> {
  const { db, ledger } = settings
  const hazards = findRunHazards(pending, server)
  const existing = new Set(server.existing)
  const created = new Set<string>()
  const isOld = (key: string): boolean => !created.has(key) || existing.has(key)
  yield* ended([
    `-- The migrations pending in ${db.info.label}, schema ${db.info.schema}, as skills migrate would run them. Nothing was run.`,
    '-- skills migrate also skips objects that exist, waits for table locks in short attempts, and resumes.',
    `-- With psql: psql -X -v ON_ERROR_STOP=1${psqlVariables(pending)} -f FILE`,
  ])
  if (ledgerSql !== undefined) yield* ended(['', `-- the ledger`, 'BEGIN;', `${lockSql(settings)};`, `${ledgerSql};`, 'COMMIT;'])
  for (const [i, migration] of pending.entries()) {
    const own = limitsOf(settings, migration)
    yield* ended(['', ...(migration.noTransaction ? bareOpening(own, migration) : opening(own, migration)), ...checkLines(migration)])
    for (const [k, statement] of migration.statements.entries()) {
      const [before, after] = waitLines(own, migration, statement)
      yield* ended(['', ...before])
      yield* statementParts(statement, hazards[i]?.[k] ?? [], isOld)
      yield* ended(after)
      const { object, verb } = statement.kind
      if (verb.startsWith('CREATE ') && object !== undefined) created.add(tableKey(object))
    }
    const entry = { durationMs: 0, statements: countStatements(migration.statements), tolerated: [], tool: settings.tool }
    const row = `${insertLedgerSql(ledger, migration, entry)};`
    const end = migration.noTransaction ? [`${resetRoleSql(db.info)};`, row] : [`${settleSql(own)};`, row, 'COMMIT;']
    yield* ended(['', ...end, 'DISCARD ALL;'])
  }
  for (const file of recorded) yield* ended(['', ...recordedFile(settings, file)])
}

function ended(lines: readonly string[]): string[] {
  return lines.map((line) => `${line}\n`)
}

/** The limits of a file: its directives, and the whole wait when all its statements wait by design. */
function limitsOf(settings: RunSettings, migration: ParsedMigration): RunSettings {
  const own = settingsFor(settings, migration)
  const isLong = !migration.noTransaction && isOnlyWaiting(migration)
  return isLong ? { ...own, lockTimeoutMs: longLockTimeout(own, own.lockWaitMs) } : own
}

/** What is before and after a statement that waits by design: in a no-transaction file it has the whole wait, unless the file sets a limit. */
function waitLines(
  settings: RunSettings,
  { noTransaction, statements }: ParsedMigration,
  statement: ParsedStatement,
): [string[], string[]] {
  if (!noTransaction || !waitsByDesign(statement.text) || statements.some(({ text }) => /lock_timeout/i.test(text))) return [[], []]
  return [[setLockTimeout(longLockTimeout(settings, settings.lockWaitMs))], [setLockTimeout(settings.lockTimeoutMs)]]
}

function setLockTimeout(ms: number): string {
  return `SET lock_timeout = ${Math.round(ms)};`
}

function opening(settings: RunSettings, migration: ParsedMigration): string[] {
  const statements = [...beginSql(settings, migration), lockSql(settings), ...roleSql(migration)]
  return [`-- ${migration.file}: one transaction`, ...statements.map((sql) => `${sql};`)]
}

function bareOpening(settings: RunSettings, migration: ParsedMigration): string[] {
  const statements = [`SELECT pg_catalog.pg_advisory_lock(${settings.lockKey})`, ...sessionSql(settings, migration)]
  return [`-- ${migration.file}: without a transaction`, ...statements.map((sql) => `${sql};`)]
}

function recordedFile(settings: RunSettings, file: MigrationFile): string[] {
  const row = insertLedgerSql(settings.ledger, file, { durationMs: 0, statements: 0, tolerated: [], tool: settings.tool })
  return [
    `-- ${file.file}: what it replaces is applied, so it is recorded and does not run`,
    'BEGIN;',
    `${lockSql(settings)};`,
    `${row};`,
    'COMMIT;',
  ]
}

/** psql reads variables as this tool does, so the script shows no values. */
function psqlVariables(pending: readonly ParsedMigration[]): string {
  return [...new Set(pending.flatMap(({ variables }) => variables))].map((name) => ` -v ${name}=VALUE`).join('')
}

/** psql does not evaluate them. */
function checkLines({ checks }: ParsedMigration): string[] {
  return checks.map((check) => `-- line ${check.line}: skills migrate runs the file only when this is true: ${oneLine(writtenText(check))}`)
}

function lockSql({ lockKey }: RunSettings): string {
  return `SELECT pg_catalog.pg_advisory_xact_lock(${lockKey})`
}

/** A statement with its locks and hazards above it, and the rows of a COPY below it. */
function* statementParts(statement: ParsedStatement, hazards: readonly Hazard[], isOld: (key: string) => boolean): Generator<string> {
  const { text, kind, line, rows, block } = statement
  const locks = tableLocks(text, kind)
    .filter(({ table }) => isOld(tableKey(table)))
    .map(({ table, lock }) => `${lock} on ${oneLine(nameOf(table))} (blocks ${blockedBy(lock)})`)
  yield* ended([
    `-- line ${line}: ${locks.length === 0 ? 'no lock on an existing table that it names' : locks.join(', ')}`,
    ...hazards.flatMap(({ code, message, advice }) => [`--   hazard ${code}: ${oneLine(message)}`, `--     ${oneLine(advice)}`]),
  ])
  yield* block?.content ?? [writtenText(statement)]
  yield ';\n'
  if (rows === undefined) return
  yield* rows.parts
  yield* ended([END_MARK])
}
