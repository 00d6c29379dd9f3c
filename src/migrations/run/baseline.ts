import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import { readCatalog } from '../../db/catalog.ts'
import { diffCatalogs } from '../../db/catalog-diff.ts'
import type { Db } from '../../db/db.ts'
import { ASIDE, describe, expectedCatalog } from './compare-existing.ts'
import { createLedgerSql, insertLedgerSql, ledgerName, readLedger } from '../ledger/ledger.ts'
import { lockOf } from '../ledger/lock.ts'
import { lockedTransaction } from '../ledger/locked-transaction.ts'
import type { MigrationFile, MigrationSource } from '../files/migration-file.ts'
import { planMigrations, unknownVersion } from '../ledger/plan.ts'
import { readMigrations } from '../files/read-migrations.ts'

export interface BaselineOptions {
  sources: readonly MigrationSource[]
  ledger: string
  tool: string
  catalogQuery: string
  /** The last version to record; all of them unless given. */
  to?: string | undefined
  /** Record them although the database differs from what they would have made. */
  acceptDrift?: boolean
  dryRun?: boolean
}

export interface BaselineReport {
  schema: string
  ledger: string
  /** Recorded as applied without being run, or to be recorded. */
  versions: string[]
  /** How the database differs from what the files make; null when it could not be compared. */
  differences: string[] | null
  done: boolean
}

/**
 * Records files as applied in a database that has their objects already. Compares first, and refuses
 * (the error is in the result) where something is missing or different.
 */
export async function baseline(db: Db, options: BaselineOptions): Promise<{ report: BaselineReport; error?: SkillsError }> {
  const files = readMigrations(options.sources)
  const ledger = await readLedger(db, options.ledger)
  const plan = planMigrations(files, ledger.rows)
  const last = options.to === undefined ? files.length - 1 : files.findIndex(({ version }) => version === options.to)
  if (last === -1)
    throw unknownVersion(
      options.to ?? '',
      files.map(({ version }) => version),
    )
  const covered = files.slice(0, last + 1)
  const wanted = new Set(covered)
  const pending = plan.pending.map(({ file }) => file).filter((file) => wanted.has(file))
  const differences = await differencesOf(db, covered, options)
  const report: BaselineReport = {
    schema: db.info.schema,
    ledger: options.ledger,
    versions: pending.map(({ version }) => version),
    differences,
    done: false,
  }
  if (options.acceptDrift !== true && (differences === null || differences.length > 0)) return { report, error: refusal(differences) }
  if (options.dryRun === true || pending.length === 0) return { report }
  await record(db, pending, ledger.state, options)
  return { report: { ...report, done: true } }
}

/** Only what the files make is compared: the rest of the schema is not theirs. */
async function differencesOf(db: Db, files: readonly MigrationFile[], { catalogQuery }: BaselineOptions): Promise<string[] | null> {
  return db.transaction({ rollback: true }, async () => {
    const expected = await expectedCatalog({ db, catalogQuery }, files)
    if (expected === undefined) return null
    const defining = expected.filter(({ kind }) => !ASIDE.has(kind))
    const actual = db.info.schemaExists ? await readCatalog(db, db.info.schema, catalogQuery) : []
    const missing = diffCatalogs(defining, actual).filter(({ expected: wanted }) => wanted !== undefined)
    const goneTables = missing.filter(({ kind, actual: found }) => WHOLES.has(kind) && found === undefined).map(({ name }) => `${name}.`)
    // of what is missing altogether its parts need not be told
    return missing.filter(({ name }) => !goneTables.some((whole) => name.startsWith(whole))).map(describe)
  })
}

const WHOLES: ReadonlySet<string> = new Set(['table', 'partitioned table', 'foreign table', 'view', 'materialized view'])

async function record(
  db: Db,
  files: readonly MigrationFile[],
  state: 'absent' | 'partial' | 'ready',
  options: BaselineOptions,
): Promise<void> {
  const name = ledgerName(db, options.ledger)
  await lockedTransaction(db, lockOf(db, options.ledger), async () => {
    if (state !== 'ready') await db.exec(createLedgerSql(db, options.ledger, state))
    const rows = files.map(({ version, checksum }) =>
      insertLedgerSql(name, { version, checksum, durationMs: 0, statements: 0, tolerated: [], tool: `${options.tool} baseline` }),
    )
    await db.exec(rows.join(';\n'))
  })
}

function refusal(differences: readonly string[] | null): SkillsError {
  const what =
    differences === null
      ? 'the database could not be compared with the files: the role may not create a scratch schema'
      : `the database differs from what the files would have made in ${plural(differences.length, 'place')}`
  return new SkillsError('DRIFT', what, {
    hint: 'nothing was recorded; run skills migrate instead, which adds what is missing, or record it all the same with --accept-drift',
  })
}
