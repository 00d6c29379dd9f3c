import { codePointOffset, LineIndex } from '../core/positions.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db, Row } from '../db/db.ts'
import { OWN_SETTINGS, withSchema } from '../db/own-statement.ts'
import { searchPath } from '../db/quote.ts'
import { isRowSecurity, toSkillsError } from '../db/skills-error.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { Check, CheckStatement } from './check.ts'
import type { CheckResult, Fault } from './report.ts'

const SAVEPOINT = 'skills_check'

export interface CheckRun {
  check: Check
  query: CheckStatement
  /** The schema that the check examines: the real one, or a scratch schema. */
  schema: string
  /** `$1` of the query; undefined when the check takes none. */
  input: object | undefined
  /** For each statement, in milliseconds. */
  timeoutMs: number
  /** A check has failed already: what this one needs may be missing. */
  isBroken: boolean
}

/** Runs one check under a savepoint and rolls back to it. Must be called in a transaction. */
export async function runCheck(db: Db, { check, query, schema, input, timeoutMs, isBroken }: CheckRun): Promise<CheckResult> {
  const began = performance.now()
  const textOf = ({ text }: CheckStatement): string => (check.own ? withSchema(text, schema) : text)
  const names = check.own
    ? OWN_SETTINGS
    : `SET LOCAL search_path TO ${searchPath(schema, db.info.otherSchemas)}; SET LOCAL row_security TO off`
  const messages = [`${opening(check, timeoutMs)}; ${names}`, ...check.setup.map(textOf)]
  const outcomes = await db.pipeline(messages)
  let statement = query
  try {
    const failed = outcomes.findIndex((outcome) => !outcome.ok)
    const outcome = outcomes[failed]
    if (outcome !== undefined && !outcome.ok) {
      statement = check.setup[failed - 1] ?? query
      throw outcome.error
    }
    const rows = await db.query(textOf(query), input === undefined ? [] : [input])
    return judge(
      check,
      rows.map((row) => toFault(row, check)),
    )
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    // over a part of the rows a check proves nothing
    if (isRowSecurity(error)) throw toSkillsError(db.info, error, { action: `run the check ${check.id}` })
    const tookMs = performance.now() - began
    const reason = cannotRun(error, check, tookMs >= timeoutMs * 0.9 ? timeoutMs : undefined, isBroken)
    if (reason !== undefined) return skipped(check, reason)
    if (error.code === SQLSTATE.queryCanceled) throw error
    // the check gave no answer, which is an error whatever its severity
    return judge({ ...check, severity: 'error' }, [refused(check, statement, error)])
  } finally {
    // undoes the rows of the setup, and an error; on a lost connection there is nothing to undo
    await db.exec(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; RELEASE SAVEPOINT ${SAVEPOINT}`).catch(() => undefined)
  }
}

/** The result of a check that did not run. */
export function skipped({ id, title, severity, file, line }: Check, reason: string, applies = true): CheckResult {
  return { id, title, severity, status: 'skipped', reason, ...(applies ? {} : { applies }), file, line, faults: [] }
}

/** A check without `writes` cannot write, whatever the privileges of the role. */
function opening({ writes }: Check, timeoutMs: number): string {
  const limits = `SAVEPOINT ${SAVEPOINT}; SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)}; SET LOCAL lock_timeout = ${Math.ceil(timeoutMs)}`
  return writes === 'no' ? `${limits}; SET LOCAL transaction_read_only = on` : limits
}

const STATUS = { error: 'failed', warning: 'warning', info: 'note' } as const

/** The result of a check that ran. */
export function judge({ id, title, severity, file, line }: Check, faults: Fault[]): CheckResult {
  return { id, title, severity, status: faults.length === 0 ? 'passed' : STATUS[severity], file, line, faults }
}

const NOT_THERE: ReadonlySet<string> = new Set([SQLSTATE.undefinedTable, SQLSTATE.undefinedColumn, SQLSTATE.undefinedFunction])

/** Why the check cannot run: the role, the server, or an object that an earlier check reports as missing. */
function cannotRun(error: DatabaseError, { writes }: Check, timeoutMs: number | undefined, isBroken: boolean): string | undefined {
  if (error.code === SQLSTATE.insufficientPrivilege) return `the role lacks a privilege: ${error.message}`
  if (error.code === SQLSTATE.readOnlyTransaction && writes !== 'no') return `the database is read-only: ${error.message}`
  if ((error.code === SQLSTATE.queryCanceled || error.code === SQLSTATE.lockNotAvailable) && timeoutMs !== undefined)
    return `it took longer than ${timeoutMs >= 1_000 ? `${timeoutMs / 1_000} s` : `${timeoutMs} ms`}`
  if (isBroken && NOT_THERE.has(error.code)) return `it needs a missing object: ${error.message}`
  return undefined
}

/** The server refuses a statement of the check. */
function refused(check: Check, statement: CheckStatement, error: DatabaseError): Fault {
  const isForbidden = error.code === SQLSTATE.readOnlyTransaction
  const where = placeIn(statement, error.position ?? 1)
  return {
    object: `check ${check.id}`,
    expected: 'a check that runs',
    actual: `${check.file}:${where}: ${error.message} (SQLSTATE ${error.code})`,
    remedy: isForbidden ? 'add `-- writes: rows` to the header if the check needs its own rows; they are rolled back' : check.remedy,
  }
}

/** `line:column` in the file of a place in the statement. */
function placeIn({ text, line, column }: CheckStatement, position: number): string {
  const at = new LineIndex(text).positionAt(codePointOffset(text, position))
  return `${line + at.line - 1}:${at.line === 1 ? column + at.column - 1 : at.column}`
}

/** A row of a query with other columns is shown whole. */
function toFault(row: Row, check: Check): Fault {
  const text = (key: string): string => (row[key] === null || row[key] === undefined ? '' : String(row[key]))
  const isShaped = 'object' in row
  return {
    object: isShaped ? text('object') : `check ${check.id}`,
    expected: 'expected' in row ? text('expected') : isShaped ? '' : 'no row',
    actual: 'actual' in row ? text('actual') : isShaped ? '' : JSON.stringify(row),
    remedy: text('remedy') === '' ? check.remedy : text('remedy'),
  }
}
