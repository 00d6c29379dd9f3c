import { showDuration } from '../../core/durations.ts'
import { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import { locateError } from '../../sqltext/locate/locate-error.ts'
import { mentionsIn, quotedNames } from '../../sqltext/locate/locate-names.ts'
import { settingChanges } from '../../sqltext/statements/settings.ts'
import type { ParsedMigration, ParsedStatement } from '../files/parse-migration.ts'
import { locateCopyRow } from './copy-row.ts'
import { failureDiagnostic, failureHint, failureMessage, type FailureFacts } from './failure-text.ts'
import type { RunSettings } from './run-settings.ts'
import type { SettingCause } from './setting-cause.ts'
import { suggestName } from './suggest-name.ts'

/** The failure of a migration, with its place in the file. */
export class MigrationFailure extends SkillsError {
  readonly facts: FailureFacts

  constructor(facts: FailureFacts) {
    super('MIGRATION_FAILED', failureMessage(facts), {
      hint: failureHint(facts),
      diagnostics: [failureDiagnostic(facts)],
      cause: facts.error,
    })
    this.facts = facts
  }
}

/** The failure of a statement. `prefix` is the text sent before it in the same message. */
export function statementFailure(
  migration: ParsedMigration,
  statement: ParsedStatement,
  error: DatabaseError,
  prefix: string,
): MigrationFailure {
  return new MigrationFailure({
    migration,
    statement,
    error,
    location: locateCopyRow(statement, error) ?? locateError(statement.text, error, prefix),
  })
}

/** The failure of a statement whose index exists but is INVALID. The context of the error is that of our own check, so it is dropped. */
export function indexFailure(migration: ParsedMigration, statement: ParsedStatement, { code, message }: DatabaseError): MigrationFailure {
  return statementFailure(migration, statement, new DatabaseError({ code, message }), '')
}

/**
 * A failure after the last statement of a file: a constraint that is checked at COMMIT, a ledger that the file dropped.
 * Position and context of such an error are about our SQL; the place shown is the last statement that names the table.
 */
export function endFailure(migration: ParsedMigration, error: DatabaseError, atEnd: 'ledger' | 'commit'): SkillsError | DatabaseError {
  const { message, code, constraint, table } = error
  const tables = new Set([table, ...quotedNames(message).map((name) => name.split('.').at(-1))])
  const names = (statement: ParsedStatement): boolean => [...mentionsIn(statement.text)].some(({ value }) => tables.has(value))
  const statement =
    migration.statements.findLast((entry) => CHANGES_ROWS.has(entry.kind.verb) && names(entry)) ??
    migration.statements.findLast(names) ??
    migration.statements.at(-1)
  if (statement === undefined) return error
  const { offset } = locateError(statement.text, { message, code, constraint, table })
  return new MigrationFailure({ migration, statement, error, atEnd, location: { offset, exact: false } })
}

const CHANGES_ROWS: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'WITH', 'COPY', 'TRUNCATE'])

/**
 * Adds to a failure a suggestion from the catalog, and the setting that caused it. Call it after its transaction has ended. Returns
 * other errors unchanged.
 */
export async function explainFailure(settings: RunSettings, error: unknown, appliedBefore: number): Promise<unknown> {
  if (!(error instanceof MigrationFailure)) return error
  const { facts } = error
  // the connection can be lost by now; report the failure without a suggestion
  const suggestion = await suggestName(settings.db, facts).catch(() => undefined)
  const cause = suggestion === undefined ? await causeOf(settings, facts) : undefined
  return new MigrationFailure({
    ...facts,
    appliedBefore,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(cause === undefined ? {} : { cause }),
  })
}

async function causeOf({ db, statementTimeoutMs }: RunSettings, { error, migration }: FailureFacts): Promise<SettingCause | undefined> {
  // by Ctrl-C, or by an operator; a server with another language says it in other words
  if (error.code === SQLSTATE.queryCanceled && error.message.includes('user request')) return undefined
  const set = new Set(migration.statements.flatMap(({ text }) => settingChanges(text).map(({ name }) => name)))
  const { directives } = migration
  const limitMs = directives.statementTimeoutMs ?? statementTimeoutMs
  if (limitMs !== undefined && !set.has('statement_timeout') && error.code === SQLSTATE.queryCanceled) {
    const name = directives.statementTimeoutMs === undefined ? '--statement-timeout' : 'the directive statement-timeout of the file'
    return limitMs === 0 ? undefined : { what: `${name} is ${showDuration(limitMs)}`, remedy: 'raise it', isCertain: true }
  }
  const { settingCause } = await import('./setting-cause.ts')
  return settingCause(db, error, set)
}
