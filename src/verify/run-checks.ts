import type { CatalogObject } from '../db/catalog.ts'
import { readCatalog } from '../db/catalog.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { searchPath } from '../db/quote.ts'
import type { ScratchSchema } from '../db/scratch-schema.ts'
import { makeScratchSchema } from '../db/scratch-schema.ts'
import type { Check, CheckInput } from './check.ts'
import { copyCode } from './copy-code.ts'
import type { DriftContext } from './drift-context.ts'
import { findDrift } from './drift.ts'
import type { Surroundings } from './requirements.ts'
import { readSurroundings, unmetRequirement } from './requirements.ts'
import type { CheckResult, VerifyReport } from './report.ts'
import { runCheck, skipped } from './run-check.ts'

export interface VerifyOptions {
  checks: readonly Check[]
  /** Checks of an input that is neither here nor in `missing` are not asked for, and left out. `drift` is found here. */
  inputs: Readonly<Partial<Record<Exclude<CheckInput, 'drift'>, object>>>
  /** Why an input is missing: its checks are skipped. */
  missing?: Readonly<Partial<Record<CheckInput, string>>>
  applied: { migrations: readonly string[]; packs: readonly string[] }
  /** How to make what the applied files make, in a schema of the given name. */
  copy: CopyOptions
  /** Compare the schema with that copy; `required`: not being able to is a failure. */
  drift: 'no' | 'if possible' | 'required'
  /** A check that cannot run is a failure. */
  strict: boolean
  /** For each statement of a check, in milliseconds. */
  timeoutMs: number
  onProgress?: (check: Check, number: number) => void
}

export interface CopyOptions extends Omit<DriftContext, 'failures' | 'user' | 'told'> {
  statements: (schema: string) => readonly string[]
  /** `file:line` of each statement. */
  places: readonly string[]
  /** `sql/catalog/objects.sql` of the package. */
  catalogQuery: string
}

/** Runs the checks in one transaction that is rolled back, each under a savepoint of its own. */
export async function runChecks(db: Db, options: VerifyOptions): Promise<VerifyReport> {
  const asked = options.checks.filter((check) => isAsked(check, options))
  const results = await db.transaction({ rollback: true }, async () => {
    const run = new Run(db, options, await readSurroundings(db, options.applied))
    for (const check of asked.filter((one) => !needsCopy(one))) await run.ask(check)
    const later = asked.filter(needsCopy)
    if (later.length > 0) await run.askInCopy(later)
    return run.results
  })
  // in the order of the files, whatever the order they ran in
  return summarise(
    asked.flatMap(({ id }) => results.get(id) ?? []),
    options,
  )
}

function isAsked({ input }: Check, { inputs, missing, drift }: VerifyOptions): boolean {
  if (input === undefined) return true
  if (input === 'drift') return drift !== 'no'
  return inputs[input] !== undefined || missing?.[input] !== undefined
}

function needsCopy({ input, writes }: Check): boolean {
  return input === 'drift' || writes !== 'no'
}

class Run {
  readonly results = new Map<string, CheckResult>()
  readonly #db: Db
  readonly #options: VerifyOptions
  readonly #around: Surroundings
  /** The gate that failed. */
  #shut: string | undefined

  constructor(db: Db, options: VerifyOptions, around: Surroundings) {
    this.#db = db
    this.#options = options
    this.#around = around
  }

  async ask(check: Check, drift?: object): Promise<void> {
    const { inputs, timeoutMs, onProgress } = this.#options
    onProgress?.(check, this.results.size + 1)
    const input = check.input === 'drift' ? drift : check.input === undefined ? undefined : inputs[check.input]
    const isBroken = [...this.results.values()].some(({ status }) => status === 'failed')
    const result = this.#reasonNotTo(check, input) ?? (await runCheck(this.#db, { check, input, timeoutMs, isBroken }))
    this.results.set(check.id, result)
    if (check.gate && result.status === 'failed') this.#shut = check.id
  }

  /** Runs checks in a copy of the schema; without the right to make one, those that can on the real tables. */
  async askInCopy(checks: readonly Check[]): Promise<void> {
    const copy = this.#shut === undefined ? await this.#makeCopy() : 'unused'
    if (typeof copy === 'string') {
      for (const check of checks) {
        const needsIt = check.input === 'drift' || check.writes === 'sequences'
        if (needsIt && this.#shut === undefined) this.results.set(check.id, skipped(check, copy))
        else await this.ask(check)
      }
      return
    }
    try {
      const drift = checks.some(({ input }) => input === 'drift') ? await this.#compare(copy) : undefined
      for (const check of checks) await this.ask(check, drift)
    } finally {
      await copy.drop().catch(() => undefined)
    }
  }

  #reasonNotTo(check: Check, input: object | undefined): CheckResult | undefined {
    const unmet = unmetRequirement(check.requires, this.#around)
    if (unmet !== undefined) return skipped(check, unmet.reason, unmet.applies)
    if (check.input !== undefined && input === undefined && this.#shut === undefined)
      return skipped(check, this.#options.missing?.[check.input] ?? `there is no ${check.input} to compare with`)
    if (this.#shut !== undefined && check.input !== 'ledger') return skipped(check, `${this.#shut} failed, and this rests on it`)
    return undefined
  }

  async #makeCopy(): Promise<ScratchSchema | string> {
    const { missing, copy } = this.#options
    if (missing?.ledger !== undefined) return missing.ledger
    const { otherSchemas } = this.#db.info
    try {
      return await makeScratchSchema(this.#db, { statements: copy.statements, others: otherSchemas, timeoutMs: this.#options.timeoutMs })
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return `a schema to compare with cannot be made: ${error.message}`
    }
  }

  async #compare(copy: ScratchSchema): Promise<object> {
    const { schema, otherSchemas, user } = this.#db.info
    const { catalogQuery, places, ...context } = this.#options.copy
    const expected = await readCatalog(this.#db, copy.name, catalogQuery, [schema])
    const actual = await this.#readActual(schema, otherSchemas, catalogQuery)
    await this.#db.exec(`SET LOCAL search_path TO ${searchPath(copy.name, otherSchemas)}`)
    const failures = copy.failures.map(({ index, error }) => ({
      place: places[index] ?? '',
      text: copy.statements[index] ?? '',
      code: error.code,
      message: error.message,
    }))
    const told = new Set(
      [...this.results.values()].flatMap(({ status, faults }) => (status === 'failed' ? faults.map(({ object }) => object) : [])),
    )
    const drift = findDrift(expected, actual, { ...context, failures, user, told })
    await copyCode(this.#db, { from: schema, to: copy.name, expected, actual })
    return drift
  }

  /** Under a search_path of the same shape, so that names of other schemas are printed alike. */
  async #readActual(schema: string, otherSchemas: readonly string[], catalogQuery: string): Promise<CatalogObject[]> {
    await this.#db.exec(`SET LOCAL search_path TO ${searchPath(schema, otherSchemas)}`)
    return readCatalog(this.#db, schema, catalogQuery)
  }
}

function summarise(checks: CheckResult[], { strict, drift, checks: all }: VerifyOptions): VerifyReport {
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
