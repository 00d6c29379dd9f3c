import type { Diagnostic } from '../../core/diagnostics.ts'
import { redact } from '../../core/redaction.ts'
import { plural } from '../../core/text.ts'
import type { DatabaseError } from '../../db/database-error.ts'
import { quoteIdent } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { Location } from '../../sqltext/locate/locate-names.ts'
import { fileOffset, positionIn, type ParsedMigration, type ParsedStatement } from '../files/parse-migration.ts'
import { GUARD } from '../ledger/lock.ts'
import type { SettingCause } from './setting-cause.ts'

/** What is known of a failed file. */
export interface FailureFacts {
  migration: ParsedMigration
  statement: ParsedStatement
  /** In the statement. */
  location: Location
  error: DatabaseError
  /** Set when all statements succeeded, but the ledger row or the COMMIT failed. */
  atEnd?: 'ledger' | 'commit'
  /** `did you mean ...?` */
  suggestion?: string
  /** The setting that made it fail. */
  cause?: SettingCause
  /** The number of files that this run applied before. */
  appliedBefore?: number
}

/** One line: the file and the reason. */
export function failureMessage({ migration, error, atEnd }: FailureFacts): string {
  const when = atEnd === undefined ? '' : atEnd === 'commit' ? ' at COMMIT' : ' when its ledger row was written'
  return `${migration.file} failed${when}: ${error.message} (SQLSTATE ${error.code})`
}

/** The place of the error, the message of the server with its details, and hints of the server and from the catalog. */
export function failureDiagnostic({ migration, statement, location, error, atEnd, suggestion }: FailureFacts): Diagnostic {
  const lastLine = positionIn(migration, statement, statement.end).line
  const isSomewhere = !location.exact && atEnd === undefined && lastLine > statement.line
  const message = [
    error.message,
    ...labelled('DETAIL', error.detail),
    ...labelled('CONTEXT', error.where),
    ...(isSomewhere ? [`in the statement on lines ${statement.line} to ${lastLine}`] : []),
  ]
  const hint = [error.hint, suggestion].filter((part) => part !== undefined).join(' ')
  return {
    severity: 'error',
    code: error.code,
    message: message.join('\n'),
    file: migration.file,
    ...positionIn(migration, statement, fileOffset(statement, location.offset)),
    ...(hint === '' ? {} : { hint }),
  }
}

/** The state of the database, and what to do next. */
export function failureHint(facts: FailureFacts): string {
  const { cause } = facts
  return [stateOf(facts), ...filesBefore(facts), ...(cause === undefined ? [] : [cause.what]), remedy(facts)].join('; ')
}

/** What of the file is applied after the failure. */
export function stateOf({ migration, statement }: FailureFacts): string {
  const { file, noTransaction, statements } = migration
  if (!noTransaction) return 'its transaction was rolled back: the file was not applied'
  const previous = statements[statement.index - 1]
  const done =
    previous === undefined
      ? `${file} runs without a transaction; none of its statements is complete`
      : `${file} runs without a transaction: ${statement.index} of its ${plural(statements.length, 'statement')} (to line ${positionIn(migration, previous, previous.end).line}) stay applied, and the next run resumes at line ${statement.line}`
  const outside = statement.kind.outsideTransaction ?? ''
  if (LEAVES_INDEX.test(outside)) return `${done}; the next run drops an INVALID index that the failed statement may have left`
  return outside.includes('DETACH') ? `${done}; the next run completes a DETACH that is half done` : done
}

const LEAVES_INDEX = /^(?:CREATE INDEX|REINDEX .*) CONCURRENTLY$/

function filesBefore({ appliedBefore = 0 }: FailureFacts): string[] {
  if (appliedBefore === 0) return []
  return [appliedBefore === 1 ? 'the file before it stays applied' : `the ${appliedBefore} files before it stay applied`]
}

const AGAIN = 'run skills migrate again'

/** Not every failure is a fault of the file. */
function remedy(facts: FailureFacts): string {
  const { migration, error, cause } = facts
  if (cause?.isCertain === true) return `${cause.remedy}, and ${AGAIN}`
  const others = cause === undefined ? '' : `${cause.remedy}, or `
  if (RETRY.test(error.code)) return `${others}${AGAIN}`
  if (error.code === GUARD.invalidIndex) return `run REINDEX INDEX CONCURRENTLY on it or drop it, and ${AGAIN}`
  const apart = runsApart(facts)
  if (apart !== undefined) return `${apart}, and ${AGAIN}`
  const { role } = migration.directives
  if (role !== undefined && error.code === SQLSTATE.insufficientPrivilege) return `${grantFor(error, role)}, and ${AGAIN}`
  if (migration.repeatable && EXISTS.test(error.code))
    return `write CREATE OR REPLACE, or DROP ... IF EXISTS before it, because a repeatable file runs again, and ${AGAIN}`
  if (SURROUNDINGS.test(error.code)) return `${others}fix that on the server and ${AGAIN}`
  // users cannot change the files of the package
  return migration.source.own ? `${others}remove the cause in the database and ${AGAIN}` : `${others}fix ${migration.file} and ${AGAIN}`
}

/** What to do with a statement that cannot be in the transaction of the file; undefined when the transaction is not the reason. */
function runsApart({ migration: { file, noTransaction }, statement, error }: FailureFacts): string | undefined {
  if (noTransaction) return undefined
  if (error.code === SQLSTATE.unsafeNewEnumValue) return `move the statement that adds the value to a file of its own before ${file}`
  if (error.code === SQLSTATE.activeTransaction && statement.kind.verb.startsWith('SET')) return `make it the first statement of ${file}`
  return error.code === SQLSTATE.activeTransaction || error.code === SQLSTATE.invalidTransactionTermination
    ? 'move the statement to a file of its own that begins with the line `-- skills: no-transaction`'
    : undefined
}

/** The message of the server names the object, in the language of the server. */
function grantFor({ message }: DatabaseError, role: string): string {
  const schema = / schema (\S+)$/.exec(message)?.[1]
  const to = quoteIdent(role)
  return schema === undefined ? `grant ${to} the missing privilege` : `run as the owner: GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${to}`
}

/** An object of that name exists. */
const EXISTS = /^42(?:P0[67]|710|723|701)$/
/** Serialization failure, deadlock, statement cancelled. */
const RETRY = /^(?:40...|57014)$/
/** Missing privilege, out of resources, operator intervention, system error. */
const SURROUNDINGS = /^(?:42501|53...|57...|58...)$/

const MAX_LENGTH = 1000

/** `DETAIL: ...`, with further lines indented. A context can contain a whole INSERT. */
function labelled(label: string, field: string | undefined): string[] {
  if (field === undefined) return []
  // a secret that is cut cannot be found any more
  const text = redact(field)
  const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text
  return [`${label}: ${shown.replaceAll(/\r?\n/g, '\n  ')}`]
}
