import { randomBytes } from 'node:crypto'
import { SkillsError } from '../core/errors.ts'
import { codePointOffset, LineIndex } from '../core/positions.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db, Row } from '../db/db.ts'
import { OWN_SETTINGS, withSchema } from '../db/own-statement.ts'
import { quoteLiteral } from '../db/quote.ts'
import { isPassing, retried } from '../db/retry.ts'
import { isRowSecurity, toSkillsError } from '../db/skills-error.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { Check, CheckStatement } from './check.ts'
import type { CheckResult, Fault } from './report.ts'

export interface CheckRun {
  check: Check
  query: CheckStatement
  /** The schema that the check examines: the real one, or a scratch schema. */
  schema: string
  /** The search_path of a check of the user. */
  path: string
  /** `$1` of the query; undefined when the check takes none. */
  input: object | undefined
  /** For each statement, in milliseconds. */
  timeoutMs: number
  /** A check has failed already: what this one needs may be missing. */
  isBroken: boolean
  /** Why functions and views are missing that a check needs, when they were left out. */
  leftOut: string | undefined
}

/**
 * Runs one check under a savepoint and rolls back to it, which restores every setting and role that the check changed. Must be
 * called in a transaction. Throws CHECK_FILE_INVALID when the check has ended the transaction.
 */
export async function runCheck(db: Db, run: CheckRun): Promise<CheckResult> {
  return retried((isLast) => runOnce(db, run, isLast))
}

async function runOnce(db: Db, run: CheckRun, isLast: boolean): Promise<CheckResult> {
  const { check, timeoutMs } = run
  const began = performance.now()
  // a check cannot know the name
  const savepoint = `skills_check_${randomBytes(4).toString('hex')}`
  try {
    return await answerOf(db, run, savepoint)
  } catch (error) {
    const { cause } = error instanceof Refusal ? error : { cause: error }
    if (!(cause instanceof DatabaseError)) throw cause
    if (isPassing(cause) && !isLast) throw cause
    // over a part of the rows a check proves nothing
    if (isRowSecurity(cause)) throw toSkillsError(db.info, cause, { action: `run the check ${check.id}` })
    const tookMs = performance.now() - began
    const reason = cannotRun(cause, run, tookMs >= timeoutMs * 0.9 ? timeoutMs : undefined)
    if (reason !== undefined) return skipped(check, reason)
    if (cause.code === SQLSTATE.queryCanceled) throw cause
    // the check gave no answer, which is an error whatever its severity
    return judge({ ...check, severity: 'error' }, [refused(check, error instanceof Refusal ? error.statement : run.query, cause)])
  } finally {
    await rollBack(db, check, savepoint)
  }
}

/** The server refused a statement. */
class Refusal extends Error {
  readonly statement: CheckStatement

  constructor(statement: CheckStatement, cause: unknown) {
    super('', { cause })
    this.statement = statement
  }
}

async function answerOf(db: Db, { check, query, schema, path, input, timeoutMs }: CheckRun, savepoint: string): Promise<CheckResult> {
  const settings = settingsFor(check, timeoutMs, path)
  const opening = `SAVEPOINT ${savepoint}; ${settings}${check.own && check.setup.length > 0 ? givenInput(input) : ''}`
  const textOf = ({ text }: CheckStatement): string => (check.own ? withSchema(text, schema) : text)
  if (check.own) await prepareAtOnce(db, check.setup, [opening, ...check.setup.map(textOf)])
  else await prepare(db, check.setup, opening, settings)
  const rows = await db.query(textOf(query), input === undefined ? [] : [input])
  return judgeRows(check, rows)
}

/** The statements before the query have no parameters. */
function givenInput(input: object | undefined): string {
  return input === undefined ? '' : `; SELECT pg_catalog.set_config('skills_verify.input', ${quoteLiteral(JSON.stringify(input))}, true)`
}

/** A row of ours with `skipped` is no fault: it says what was not looked at. Unless `gap` is false, the check counts as skipped. */
function judgeRows(check: Check, rows: readonly Row[]): CheckResult {
  const isLeftOut = (row: Row): boolean => check.own && typeof row['skipped'] === 'string'
  const leftOut = rows.filter(isLeftOut)
  const reason = [...new Set(leftOut.map((row) => String(row['skipped'])))].join('; ')
  const faults = rows.filter((row) => !isLeftOut(row)).map((row) => toFault(row, check))
  if (faults.length === 0 && leftOut.some(({ gap }) => gap !== false)) return skipped(check, reason)
  return { ...judge(check, faults), ...(reason === '' ? {} : { reason }) }
}

/** Everything in one round trip. */
async function prepareAtOnce(db: Db, setup: readonly CheckStatement[], messages: readonly string[]): Promise<void> {
  const outcomes = await db.pipeline(messages)
  for (const [i, outcome] of outcomes.entries()) if (!outcome.ok) throw new Refusal(setup[i - 1] ?? NOWHERE, outcome.error)
}

const NOWHERE: CheckStatement = { text: '', line: 1, column: 1 }

/** One statement after the other, each with the settings of the check: the statement before can have changed them. */
async function prepare(db: Db, setup: readonly CheckStatement[], opening: string, settings: string): Promise<void> {
  await db.exec(opening)
  for (const statement of setup) {
    try {
      await db.query(statement.text)
    } catch (error) {
      throw new Refusal(statement, error)
    }
    await db.exec(settings)
  }
}

/**
 * A check without `writes` cannot write, whatever the privileges of the role. With `standard_conforming_strings` off, the server would
 * read commands where this program reads a string.
 */
function settingsFor({ own, writes }: Check, timeoutMs: number, path: string): string {
  const limit = Math.ceil(timeoutMs)
  return [
    own ? OWN_SETTINGS : `SET LOCAL search_path TO ${path}; SET LOCAL row_security TO off`,
    `SET LOCAL statement_timeout = ${limit}; SET LOCAL lock_timeout = ${limit}`,
    'SET LOCAL standard_conforming_strings = on',
    ...(writes === 'no' ? ['SET LOCAL transaction_read_only = on'] : []),
  ].join('; ')
}

/** What a rollback does not release. */
const RELEASE = 'SELECT pg_catalog.pg_advisory_unlock_all(); DEALLOCATE ALL'

async function rollBack(db: Db, { own, file, line }: Check, savepoint: string): Promise<void> {
  try {
    await db.exec(`ROLLBACK TO SAVEPOINT ${savepoint}; RELEASE SAVEPOINT ${savepoint}${own ? '' : `; ${RELEASE}`}`)
  } catch (error) {
    // on a lost connection there is nothing to undo, and the error of the check says why
    if (!(error instanceof DatabaseError)) return
    const message = 'the check ended the transaction in which all checks run; what it wrote before may remain in the database'
    throw new SkillsError('CHECK_FILE_INVALID', `${file}:${line}: ${message}`, {
      hint: 'remove the statement that commits or rolls back, also in functions that the check calls',
      diagnostics: [{ severity: 'error', code: 'CHECK_FILE_INVALID', message, file, line }],
      cause: error,
    })
  }
}

/** The result of a check that did not run. */
export function skipped({ id, title, severity, file, line }: Check, reason: string, applies = true): CheckResult {
  return { id, title, severity, status: 'skipped', reason, ...(applies ? {} : { applies }), file, line, faults: [] }
}

const STATUS = { error: 'failed', warning: 'warning', info: 'note' } as const

/** The result of a check that ran. */
export function judge({ id, title, severity, file, line }: Check, faults: Fault[]): CheckResult {
  return { id, title, severity, status: faults.length === 0 ? 'passed' : STATUS[severity], file, line, faults }
}

const NOT_THERE: ReadonlySet<string> = new Set([SQLSTATE.undefinedTable, SQLSTATE.undefinedColumn, SQLSTATE.undefinedFunction])

/** Why the check cannot run: the role, the server, or an object that an earlier check reports as missing. */
function cannotRun(
  error: DatabaseError,
  { check: { writes }, isBroken, leftOut }: CheckRun,
  timeoutMs: number | undefined,
): string | undefined {
  if (error.code === SQLSTATE.insufficientPrivilege) return `the role lacks a privilege: ${error.message}`
  if (error.code === SQLSTATE.readOnlyTransaction && writes !== 'no') return `the database is read-only: ${error.message}`
  if ((error.code === SQLSTATE.queryCanceled || error.code === SQLSTATE.lockNotAvailable) && timeoutMs !== undefined)
    return `it took longer than ${timeoutMs >= 1_000 ? `${timeoutMs / 1_000} s` : `${timeoutMs} ms`}`
  if (leftOut !== undefined && NOT_THERE.has(error.code)) return leftOut
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
    remedy: [text('remedy'), text('sql'), check.remedy].find((words) => words !== '') ?? '',
    ...(text('sql') === '' ? {} : { sql: text('sql') }),
    ...(row['destructive'] === true ? { destructive: true } : {}),
  }
}
