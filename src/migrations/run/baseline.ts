import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import { diffCatalogs } from '../../db/catalog-diff.ts'
import { readCatalog } from '../../db/catalog.ts'
import type { Db } from '../../db/db.ts'
import { readMigrations, type MigrationFile, type MigrationSource } from '../files/read-migrations.ts'
import { parseMigration } from '../files/parse-migration.ts'
import { refuseUnfilled } from '../files/refuse-unfilled.ts'
import { withoutReplaced } from '../files/replaced-files.ts'
import { readHistory } from '../ledger/history.ts'
import { createLedgerSql, insertLedgerSql, ledgerName } from '../ledger/ledger.ts'
import { lockedTransaction, lockOf } from '../ledger/lock.ts'
import { unknownVersion } from '../ledger/plan.ts'
import type { Rename } from '../ledger/renames.ts'
import { takeOverRenames } from '../ledger/take-over-renames.ts'
import { refuseLayouts } from '../layouts/refuse-layouts.ts'
import { refuseReplacements } from './record-replaced.ts'
import { describe, expectedCatalog, NOT_COMPARED } from './compare-existing.ts'

export interface BaselineOptions {
  sources: readonly MigrationSource[]
  ledger: string
  tool: string
  catalogQuery: string
  /** The last version to record. Default: all versions. */
  to?: string | undefined
  /** Record the migrations although the database differs from what they create. */
  acceptDrift?: boolean
  dryRun?: boolean
}

export interface BaselineReport {
  schema: string
  ledger: string
  /** The versions recorded as applied, or to be recorded. */
  versions: string[]
  /** Files that were applied under another name: their rows got the new one, or are to get it. */
  renamed: Rename[]
  /** How the database differs from what the migrations create; null when they could not be compared. */
  differences: string[] | null
  /** Statements whose objects were not compared, because they cannot run in a scratch schema: place and reason. */
  notCompared: string[]
  done: boolean
}

/**
 * Records migrations as applied in a database that already has their objects. Compares first: when an object is missing or
 * different, nothing is recorded and the result has an error.
 */
export async function baseline(db: Db, options: BaselineOptions): Promise<{ report: BaselineReport; error?: SkillsError }> {
  const files = readMigrations(options.sources)
  const { state, plan } = await readHistory(db, files, options.ledger)
  refuseLayouts(
    plan.pending.map(({ file }) => file),
    files,
  )
  const last = options.to === undefined ? files.length - 1 : files.findIndex(({ version }) => version === options.to?.normalize('NFC'))
  if (last === -1)
    throw unknownVersion(
      options.to ?? '',
      files.map(({ version }) => version),
    )
  refuseReplacements(files)
  const covered = files.slice(0, last + 1)
  const wanted = new Set(covered)
  const pending = plan.pending.map(({ file }) => file).filter((file) => wanted.has(file))
  refuseUnfilled(covered)
  const { differences, notCompared } = await compare(db, withoutReplaced(covered), options)
  const report: BaselineReport = {
    schema: db.info.schema,
    ledger: options.ledger,
    versions: pending.map(({ version }) => version),
    renamed: plan.renamed,
    differences,
    notCompared,
    done: false,
  }
  const isSame = differences !== null && differences.length + notCompared.length === 0
  if (options.acceptDrift !== true && !isSame) return { report, error: refusal(report) }
  if (options.dryRun === true || (pending.length === 0 && plan.renamed.length === 0)) return { report }
  const renamed = plan.renamed.length === 0 ? [] : await takeOverRenames(db, options.ledger, files, lockOf(db, options.ledger))
  if (pending.length > 0) await record(db, pending, state, options)
  return { report: { ...report, renamed, done: true } }
}

/** Compares only the objects that the migrations create. */
async function compare(
  db: Db,
  files: readonly MigrationFile[],
  { catalogQuery }: BaselineOptions,
): Promise<Pick<BaselineReport, 'differences' | 'notCompared'>> {
  return db.transaction({ rollback: true }, async () => {
    const expected = await expectedCatalog({ db, catalogQuery }, files)
    if (expected === undefined) return { differences: null, notCompared: [] }
    const defining = expected.objects.filter(({ kind }) => !NOT_COMPARED.has(kind))
    const actual = db.info.schemaExists ? await readCatalog(db, db.info.schema, catalogQuery) : []
    const missing = diffCatalogs(defining, actual).filter(({ expected: wanted }) => wanted !== undefined)
    const missingWholes = missing
      .filter(({ kind, actual: found }) => WITH_PARTS.has(kind) && found === undefined)
      .map(({ name }) => `${name}.`)
    // a missing table or view is one difference, without its parts
    return {
      differences: missing.filter(({ name }) => !missingWholes.some((whole) => name.startsWith(whole))).map(describe),
      notCompared: expected.failures.map(({ file, line, message }) => `${file}:${line}: ${message}`),
    }
  })
}

const WITH_PARTS: ReadonlySet<string> = new Set(['table', 'partitioned table', 'foreign table', 'view', 'materialized view'])

async function record(
  db: Db,
  files: readonly MigrationFile[],
  state: 'absent' | 'partial' | 'ready',
  options: BaselineOptions,
): Promise<void> {
  const name = ledgerName(db, options.ledger)
  await lockedTransaction(db, lockOf(db, options.ledger), async () => {
    const create = createLedgerSql(db, options.ledger, state)
    if (create !== undefined) await db.exec(create)
    const rows = files.map((file) =>
      insertLedgerSql(name, parseMigration(file), { durationMs: 0, statements: 0, tolerated: [], tool: `${options.tool} baseline` }),
    )
    await db.exec(rows.join(';\n'))
  })
}

function refusal({ differences, notCompared }: Pick<BaselineReport, 'differences' | 'notCompared'>): SkillsError {
  return new SkillsError('DRIFT', reasonFor(differences, notCompared), {
    hint: 'nothing was recorded; run skills migrate instead, which creates missing objects, or record the migrations anyway with --accept-drift',
  })
}

function reasonFor(differences: readonly string[] | null, notCompared: readonly string[]): string {
  if (differences === null) return 'cannot compare the database with the migrations: the role cannot create a scratch schema'
  const parts = [
    ...(differences.length > 0 ? [`the database differs from what the migrations create in ${plural(differences.length, 'place')}`] : []),
    ...(notCompared.length > 0 ? [`${plural(notCompared.length, 'statement')} cannot be compared with the database`] : []),
  ]
  return parts.join('; ')
}
