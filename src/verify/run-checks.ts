import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { isRowSecurity } from '../db/skills-error.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { Check, CheckInput } from './check.ts'
import type { CheckResult, Fault, VerifyReport } from './report.ts'
import { readSurroundings, unmetRequirement, type Surroundings } from './requirements.ts'
import { judge, runCheck, skipped } from './run-check.ts'
import { describeForeign, type ForeignCode } from './schema/foreign-code.ts'
import { readSchema, unreadable, type SchemaOptions, type SchemaReading } from './schema/read-schema.ts'

/** Inputs that the comparison of the schema makes. */
type ComparedInput = 'schema' | 'drift'

export interface VerifyOptions {
  checks: readonly Check[]
  /** A check whose input is neither here nor in `missing` is left out. */
  inputs: Readonly<Partial<Record<Exclude<CheckInput, ComparedInput>, object>>>
  /** Why an input is missing: its checks are skipped. */
  missing?: Readonly<Partial<Record<CheckInput, string>>>
  applied: { migrations: readonly string[]; packs: readonly string[] }
  schema: SchemaOptions
  /** Run the checks of drift; with `required`, one that cannot run is a failure. */
  drift: 'no' | 'if possible' | 'required'
  /** A check that cannot run is a failure. */
  strict: boolean
  /** For each statement of a check, in milliseconds. */
  timeoutMs: number
  onProgress?: (check: Check, number: number) => void
}

/** The report without what is not known from the database. */
type CheckedReport = Omit<VerifyReport, 'folderNotes'>

/** Runs the checks in one transaction that is rolled back, each under its own savepoint. */
export async function runChecks(db: Db, options: VerifyOptions): Promise<CheckedReport> {
  const wanted = options.checks.filter((check) => isWanted(check, options))
  const { results, notJudged } = await db.transaction({ rollback: true }, async () => {
    const around = await readSurroundings(db, options.applied)
    const schema = await readOrSkip(db, options.schema)
    try {
      const run = new Run(db, options, around, schema)
      for (const check of wanted.filter(isOfRealSchema)) await run.ask(check)
      const writing = wanted.filter((check) => !isOfRealSchema(check))
      if (writing.length > 0) await run.askWriting(writing)
      return { results: run.results, notJudged: [...schema.comparison.notJudged] }
    } finally {
      await schema.drop().catch(() => undefined)
    }
  })
  // in the order of the files, whatever the order they ran in
  const checks = wanted.flatMap(({ id }) => results.get(id) ?? [])
  return { ...summarise(checks, options), notJudged }
}

/** A schema that cannot be read hides no other check. */
async function readOrSkip(db: Db, options: SchemaOptions): Promise<SchemaReading> {
  try {
    const [, reading] = await Promise.all([db.exec(`SAVEPOINT ${READING}`), readSchema(db, options)])
    return reading
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code === SQLSTATE.queryCanceled || isRowSecurity(error)) throw error
    await db.exec(`ROLLBACK TO SAVEPOINT ${READING}; RELEASE SAVEPOINT ${READING}`)
    return unreadable(db, error.message)
  }
}

const READING = 'skills_reading'

function isWanted({ input }: Check, { inputs, missing, drift }: VerifyOptions): boolean {
  if (input === undefined || input === 'schema') return true
  if (input === 'drift') return drift !== 'no'
  return inputs[input] !== undefined || missing?.[input] !== undefined
}

function isOfRealSchema({ writes }: Check): boolean {
  return writes === 'no' || writes === 'real'
}

/** The results so far, and the gate that failed. */
class Run {
  readonly results = new Map<string, CheckResult>()
  readonly #db: Db
  readonly #options: VerifyOptions
  readonly #around: Surroundings
  readonly #schema: SchemaReading
  #failedGate: string | undefined

  constructor(db: Db, options: VerifyOptions, around: Surroundings, schema: SchemaReading) {
    this.#db = db
    this.#options = options
    this.#around = around
    this.#schema = schema
  }

  async ask(check: Check): Promise<void> {
    this.#options.onProgress?.(check, this.results.size + 1)
    const result = this.#skip(check) ?? (await this.#run(check))
    this.results.set(check.id, result)
    if (check.gate && result.status === 'failed') this.#failedGate = check.id
  }

  /** Runs checks that write, in the scratch schema; without one, on the real tables those that use up no numbers of a sequence. */
  async askWriting(checks: readonly Check[]): Promise<void> {
    const { noScratch } = this.#schema
    if (this.#failedGate === undefined) await this.#schema.enterScratch()
    for (const check of checks) {
      if (noScratch !== undefined && check.writes === 'sequences' && this.#failedGate === undefined)
        this.results.set(check.id, skipped(check, noScratch))
      else await this.ask(check)
    }
  }

  async #run(check: Check): Promise<CheckResult> {
    const { faults, failures } = this.#schema.comparison
    const { unreadable: cause } = this.#schema
    if (check.query === undefined && cause !== undefined)
      return judge({ ...check, severity: 'error' }, [
        { object: `schema ${this.#db.info.schema}`, expected: 'definitions that can be read', actual: cause, remedy: check.remedy },
      ])
    if (check.id === FOREIGN_CODE) return judge(check, this.#schema.foreign.filter(runs).map(foreignFault))
    if (check.query === undefined) {
      const own = faults.filter((fault) => fault.check === check.id)
      // what could not be built was not looked at
      const isGap = check.id === 'drift.build' && this.#options.strict
      return judge(
        isGap ? { ...check, severity: 'error' } : check,
        own.map(({ check: _check, violations: _violations, rows: _rows, ...fault }) => fault),
      )
    }
    const isBroken = [...this.results.values()].some(({ status }) => status === 'failed')
    const input = isCompared(check.input) ? { differences: faults, failures } : this.#inputOf(check.input)
    const { schema, path } = this.#schema
    return runCheck(this.#db, {
      schema,
      path,
      check,
      query: check.query,
      input,
      timeoutMs: this.#options.timeoutMs,
      isBroken,
      leftOut: this.#notRun(this.#schema.foreign),
    })
  }

  #inputOf(input: Exclude<CheckInput, ComparedInput> | undefined): object | undefined {
    if (input === undefined) return undefined
    const given = this.#options.inputs[input]
    if (input !== 'objects' || given === undefined) return given
    const { comparison, own, otherFunctions } = this.#schema
    const { schema, otherSchemas } = this.#db.info
    const reported = comparison.faults.map(({ object }) => object)
    return { ...given, comparedIndexes: comparison.indexes, reported, own, otherFunctions, path: [schema, ...otherSchemas] }
  }

  /**
   * Code of other roles that the check could run. A query of the package reads tables; in the scratch schema there is no such
   * code. A check of a user, and one that uses the real functions, can call anything.
   */
  #reachable({ own, writes }: Check): ForeignCode[] {
    const { foreign, foreignOfTables, noScratch } = this.#schema
    if (!own || writes === 'real') return writes === 'no' ? foreign.filter(runs) : foreign
    if (writes === 'no') return foreignOfTables
    return noScratch === undefined ? [] : foreign
  }

  #notRun(codes: readonly ForeignCode[]): string | undefined {
    return codes.length === 0 ? undefined : `not run, because that would run the code of another role: ${describeForeign(codes)}`
  }

  /** Why a check is not run. */
  #skip(check: Check): CheckResult | undefined {
    const { missing } = this.#options
    const unmet = unmetRequirement(check.requires, this.#around)
    if (unmet !== undefined) return skipped(check, unmet.reason, unmet.applies)
    if (this.#failedGate !== undefined && check.input !== 'ledger' && check.id !== FOREIGN_CODE)
      return skipped(check, `${this.#failedGate} failed, and this check depends on it`)
    const { unreadable: cause } = this.#schema
    // whose code it would run is not known then
    if (cause !== undefined && check.query !== undefined && check.input !== 'ledger')
      return skipped(check, `the schema cannot be read: ${cause}`)
    if (check.id === 'drift.build' && cause === undefined && this.#schema.noScratch !== undefined)
      return skipped(check, `${this.#schema.noScratch}; only the objects of the package were compared`)
    const notRun = check.query === undefined ? undefined : this.#notRun(this.#reachable(check))
    if (notRun !== undefined) return skipped(check, notRun)
    if (isCompared(check.input) || this.#inputOf(check.input) !== undefined || check.input === undefined) return undefined
    return skipped(check, missing?.[check.input] ?? `there is no ${check.input} to compare with`)
  }
}

/** The check that names what was not run. It depends on no other check. */
const FOREIGN_CODE = 'safety.foreign-code'

/** Whether this connection could run it now. A privilege to write can be granted meanwhile: checks that write leave all of it out. */
function runs({ onWrites }: ForeignCode): boolean {
  return onWrites !== true
}

/** One object of another role, as the check `safety.foreign-code` reports it. */
function foreignFault({ kind, name, owner }: ForeignCode): Fault {
  return {
    object: `${kind} ${name}`,
    expected: 'code of the migrations, or of a trusted role',
    actual: `code of the role ${owner}, which was not run`,
    remedy: `run skills verify as ${owner}, or restore the object to its definition in the migrations`,
  }
}

function isCompared(input: CheckInput | undefined): input is ComparedInput {
  return input === 'schema' || input === 'drift'
}

function summarise(checks: CheckResult[], { strict, drift, checks: all }: VerifyOptions): Omit<CheckedReport, 'notJudged'> {
  const count = (status: CheckResult['status']): number => checks.filter((result) => result.status === status).length
  const ofDrift = new Set(all.filter(({ input }) => input === 'drift').map(({ id }) => id))
  const isGap = ({ id, status, applies }: CheckResult): boolean =>
    status === 'skipped' && applies !== false && (strict || (drift === 'required' && ofDrift.has(id)))
  const failed = count('failed')
  return {
    ok: failed === 0 && !checks.some(isGap),
    passed: count('passed'),
    failed,
    warnings: count('warning'),
    notes: count('note'),
    skipped: checks.filter(({ status, applies }) => status === 'skipped' && applies !== false).length,
    checks,
  }
}
