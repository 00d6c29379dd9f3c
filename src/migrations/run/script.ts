import { findRunHazards, type HazardServer } from '../../sqltext/hazards/hazard-run.ts'
import { blockedBy, nameOf, oneLine, type Hazard } from '../../sqltext/hazards/hazard.ts'
import { tableKey } from '../../sqltext/hazards/run-memory.ts'
import { tableLocks } from '../../sqltext/hazards/table-locks.ts'
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
 * above each statement its locks on tables that exist, and its hazards. It skips no existing object and tries no lock again.
 */
export function migrationScript(settings: RunSettings, { pending, recorded, server, ledgerSql }: ScriptWork): string {
  const { db, ledger } = settings
  const hazards = findRunHazards(pending, server)
  const existing = new Set(server.existing)
  const created = new Set<string>()
  const isOld = (key: string): boolean => !created.has(key) || existing.has(key)
  const lines = [
    `-- The migrations pending in ${db.info.label}, schema ${db.info.schema}, as skills migrate would run them. Nothing was run.`,
    '-- skills migrate also skips objects that exist, waits for table locks in short attempts, and resumes.',
    `-- With psql: psql -X -v ON_ERROR_STOP=1${psqlVariables(pending)} -f FILE`,
  ]
  if (ledgerSql !== undefined) lines.push('', `-- the ledger`, 'BEGIN;', `${lockSql(settings)};`, `${ledgerSql};`, 'COMMIT;')
  for (const [i, migration] of pending.entries()) {
    const own = limitsOf(settings, migration)
    const body = migration.statements.flatMap((statement, k) => {
      const found = withWait(own, migration, statement, statementLines(statement, hazards[i]?.[k] ?? [], isOld))
      const { object, verb } = statement.kind
      if (verb.startsWith('CREATE ') && object !== undefined) created.add(tableKey(object))
      return ['', ...found]
    })
    const row = `${insertLedgerSql(ledger, migration, { durationMs: 0, statements: countStatements(migration.statements), tolerated: [], tool: settings.tool })};`
    lines.push('', ...(migration.noTransaction ? bareFile(own, migration, body, row) : oneTransaction(own, migration, body, row)))
  }
  for (const file of recorded) lines.push('', ...recordedFile(settings, file))
  return lines.join('\n')
}

/** The limits of a file: its directives, and the whole wait when all its statements wait by design. */
function limitsOf(settings: RunSettings, migration: ParsedMigration): RunSettings {
  const own = settingsFor(settings, migration)
  const isLong = !migration.noTransaction && isOnlyWaiting(migration)
  return isLong ? { ...own, lockTimeoutMs: longLockTimeout(own, own.lockWaitMs) } : own
}

/** In a no-transaction file, a statement that waits by design has the whole wait, unless the file sets a limit. */
function withWait(settings: RunSettings, { noTransaction, text }: ParsedMigration, statement: ParsedStatement, lines: string[]): string[] {
  if (!noTransaction || !waitsByDesign(statement.text) || /lock_timeout/i.test(text)) return lines
  return [setLockTimeout(longLockTimeout(settings, settings.lockWaitMs)), ...lines, setLockTimeout(settings.lockTimeoutMs)]
}

function setLockTimeout(ms: number): string {
  return `SET lock_timeout = ${Math.round(ms)};`
}

function oneTransaction(settings: RunSettings, migration: ParsedMigration, body: readonly string[], row: string): string[] {
  const opening = [...beginSql(settings, migration), lockSql(settings), ...roleSql(migration)]
  return [
    `-- ${migration.file}: one transaction`,
    ...opening.map(ended),
    ...checkLines(migration),
    ...body,
    '',
    ended(settleSql(settings)),
    row,
    'COMMIT;',
    'DISCARD ALL;',
  ]
}

function bareFile(settings: RunSettings, migration: ParsedMigration, body: readonly string[], row: string): string[] {
  const opening = [`SELECT pg_catalog.pg_advisory_lock(${settings.lockKey})`, ...sessionSql(settings, migration)]
  const reset = resetRoleSql(settings.db.info)
  return [
    `-- ${migration.file}: without a transaction`,
    ...opening.map(ended),
    ...checkLines(migration),
    ...body,
    '',
    ended(reset),
    row,
    'DISCARD ALL;',
  ]
}

function recordedFile(settings: RunSettings, file: MigrationFile): string[] {
  const row = insertLedgerSql(settings.ledger, file, { durationMs: 0, statements: 0, tolerated: [], tool: settings.tool })
  return [
    `-- ${file.file}: what it replaces is applied, so it is recorded and does not run`,
    'BEGIN;',
    ...[lockSql(settings), row].map(ended),
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
function statementLines(statement: ParsedStatement, hazards: readonly Hazard[], isOld: (key: string) => boolean): string[] {
  const { text, kind, line, rows, block } = statement
  const locks = tableLocks(text, kind)
    .filter(({ table }) => isOld(tableKey(table)))
    .map(({ table, lock }) => `${lock} on ${oneLine(nameOf(table))} (blocks ${blockedBy(lock)})`)
  return [
    `-- line ${line}: ${locks.length === 0 ? 'no lock on an existing table that it names' : locks.join(', ')}`,
    ...hazards.flatMap(({ code, message, advice }) => [`--   hazard ${code}: ${oneLine(message)}`, `--     ${oneLine(advice)}`]),
    `${block?.text() ?? writtenText(statement)};`,
    ...(rows === undefined ? [] : [`${rows.text}\\.`]),
  ]
}

function ended(sql: string): string {
  return `${sql};`
}
