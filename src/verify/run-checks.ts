import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { Check, CheckInput } from './check.ts'
import type { CheckResult, Fault, VerifyReport } from './report.ts'

export interface VerifyOptions {
  checks: readonly Check[]
  /** A missing input skips its checks, for the reason given. */
  inputs: Readonly<Partial<Record<CheckInput, object>>>
  missing?: Readonly<Partial<Record<CheckInput, string>>>
  /** A check that cannot run is a failure. */
  strict?: boolean
  onProgress?: (check: Check, number: number) => void
}

/** Runs the checks in one transaction that is rolled back, each under a savepoint of its own. */
export async function runChecks(db: Db, options: VerifyOptions): Promise<VerifyReport> {
  const results: CheckResult[] = []
  await db.transaction({ rollback: true }, async () => {
    let shut: string | undefined
    for (const [i, check] of options.checks.entries()) {
      options.onProgress?.(check, i + 1)
      const result =
        shut === undefined || check.input === 'ledger'
          ? await runCheck(db, check, options)
          : skipped(check, `${shut} failed, and this rests on it`)
      results.push(result)
      if (check.gate && result.status === 'failed') shut = check.id
    }
  })
  const count = (status: CheckResult['status']): number => results.filter((result) => result.status === status).length
  const failed = count('failed')
  const skippedCount = count('skipped')
  return {
    ok: failed === 0 && (options.strict !== true || skippedCount === 0),
    passed: count('passed'),
    failed,
    warnings: count('warning'),
    skipped: skippedCount,
    checks: results,
  }
}

async function runCheck(db: Db, check: Check, { inputs, missing }: VerifyOptions): Promise<CheckResult> {
  const input = check.input === undefined ? undefined : inputs[check.input]
  if (check.input !== undefined && input === undefined) {
    return skipped(check, missing?.[check.input] ?? `there is no ${check.input} to compare with`)
  }
  await db.exec('SAVEPOINT skills_check')
  try {
    for (const statement of check.setup) await db.exec(statement)
    const rows = await db.query(check.query, input === undefined ? [] : [input])
    return judge(
      check,
      rows.map((row) => toFault(row, check)),
    )
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    const reason = cannotRun(error)
    if (reason !== undefined) return skipped(check, reason)
    return judge(check, [
      { object: check.id, expected: 'a check that runs', actual: `${error.message} (SQLSTATE ${error.code})`, remedy: check.remedy },
    ])
  } finally {
    // undoes the rows of the set-up, and an error; on a dead connection there is nothing to undo
    await db.exec('ROLLBACK TO SAVEPOINT skills_check; RELEASE SAVEPOINT skills_check').catch(() => undefined)
  }
}

function skipped({ id, title, severity }: Check, reason: string): CheckResult {
  return { id, title, severity, status: 'skipped', reason, faults: [] }
}

function judge({ id, title, severity }: Check, faults: Fault[]): CheckResult {
  const status = faults.length === 0 ? 'passed' : severity === 'error' ? 'failed' : 'warning'
  return { id, title, severity, status, faults }
}

/** A fault of the role or the server, not of the schema. */
function cannotRun(error: DatabaseError): string | undefined {
  if (error.code === SQLSTATE.insufficientPrivilege) return `the role lacks a right: ${error.message}`
  if (error.code === SQLSTATE.readOnlyTransaction) return `the database is read-only: ${error.message}`
  return undefined
}

function toFault(row: Record<string, unknown>, check: Check): Fault {
  const text = (key: string): string => String(row[key] ?? '')
  return {
    object: text('object'),
    expected: text('expected'),
    actual: text('actual'),
    remedy: text('remedy') === '' ? check.remedy : text('remedy'),
  }
}
