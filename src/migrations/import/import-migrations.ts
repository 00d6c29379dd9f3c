import type { Diagnostic } from '../../core/diagnostics.ts'
import { SkillsError } from '../../core/errors.ts'
import type { Count } from '../../core/report-types.ts'
import type { Db } from '../../db/db.ts'
import { withSkillsErrors } from '../../db/skills-error.ts'
import { readMigrations } from '../files/read-migrations.ts'
import { createLedgerSql, insertLedgerSql, ledgerName, readLedger, type Ledger } from '../ledger/ledger.ts'
import { lockedTransaction, lockOf } from '../ledger/lock.ts'
import type { LedgerEntry, TheirMigration, TheirState } from '../layouts/import-rules.ts'
import type { Tool } from '../layouts/tool.ts'
import { readImport, refusePrograms, writeImport, type ImportedFolder, type ImportedMigration } from './import-folder.ts'
import { findTheirLedger, readTheirLedger, refused, type LedgerName } from './their-ledger.ts'

export interface MigrationImportOptions {
  tool: Tool & Required<Pick<Tool, 'import'>>
  /** Their folder. */
  directory: string
  /** Our folder. */
  into: string
  /** Our ledger. */
  ledger: string
  /** Their ledger, where it is not where the tool creates it. */
  fromLedger?: LedgerName | undefined
  /** Who writes our rows. */
  writer: string
  dryRun: boolean
}

/** What an import did, or would do. */
export interface MigrationImportReport {
  /** The tool: `dbmate`. */
  from: string
  /** Its folder. */
  directory: string
  /** The folder that was written. */
  into: string
  /** Our ledger; null with `filesOnly`. */
  ledger: string | null
  /** The ledger of the tool; null with `filesOnly`. */
  fromLedger: string | null
  dryRun: boolean
  /** In the order of both tools. */
  migrations: {
    version: string
    file: string
    /** The file of the other tool, from its folder. */
    from: string
    /** Null with `filesOnly`. */
    state: 'applied' | 'pending' | null
    /** False: the file was there before, with the same text. */
    written: boolean
    /** Its row was written to our ledger now. */
    recorded: boolean
  }[]
  /** Migrations that the ledger of the tool has as applied, without a file. */
  missing: string[]
  /** Files that were there before. */
  unchanged: Count
  /** What was not translated or not imported. */
  diagnostics: Diagnostic[]
}

/**
 * Moves from another tool: writes our files, and records in our ledger what its ledger has as applied. Changes nothing of the
 * tool. Without a database only the files are written. Throws NOT_IMPORTED, FILE_EXISTS, MIGRATIONS_DIR_MISSING and LEDGER_FOREIGN.
 */
export async function importMigrations(db: Db | undefined, options: MigrationImportOptions): Promise<MigrationImportReport> {
  const { tool, directory, into } = options
  const folder = readImport({ title: tool.title, rules: tool.import, directory, into })
  if (db === undefined) {
    if (!options.dryRun) writeImport(folder)
    return reportOf(folder, options, undefined)
  }
  return withSkillsErrors(db, { action: `import the migrations of ${tool.title}` }, () => importWithLedger(db, folder, options))
}

async function importWithLedger(db: Db, folder: ImportedFolder, options: MigrationImportOptions): Promise<MigrationImportReport> {
  const { tool } = options
  const ours = await readOurLedger(db, options.ledger)
  const theirs = await findTheirLedger(db, tool.title, options.fromLedger ?? tool.import.ledger)
  const rows = await readTheirLedger(db, theirs)
  const plan = planImport(folder, rows, ours, options)
  if (options.dryRun) return reportOf(folder, options, { plan, ledger: theirs })
  writeImport(folder)
  const done = await lockedTransaction(db, lockOf(db, options.ledger), async () => {
    const create = createLedgerSql(db, options.ledger, ours.state)
    if (create !== undefined) await db.exec(create)
    // what both ledgers have under the lock
    const now = planImport(folder, await readTheirLedger(db, theirs), await readLedger(db, options.ledger), options)
    const wanted = new Set(now.toRecord.map(({ version }) => version))
    // as every other command reads them
    const files = readMigrations([{ directory: options.into, label: options.into, own: false }])
    const entry = { durationMs: 0, statements: 0, tolerated: [], tool: `${options.writer} import from ${tool.name}` }
    const name = ledgerName(db, options.ledger)
    const inserts = files.filter(({ version }) => wanted.has(version)).map((file) => insertLedgerSql(name, file, entry))
    if (inserts.length > 0) await db.exec(inserts.join(';\n'))
    return now
  })
  return reportOf(folder, options, { plan: done, ledger: theirs })
}

/** The ledger of the tool can have the name of ours. */
async function readOurLedger(db: Db, table: string): Promise<Ledger> {
  try {
    return await readLedger(db, table)
  } catch (error) {
    if (!(error instanceof SkillsError) || error.code !== 'LEDGER_FOREIGN') throw error
    const hint = 'nothing changed; run the same command with --ledger skills_migrations'
    throw new SkillsError('LEDGER_FOREIGN', error.message, { hint, cause: error })
  }
}

interface Plan {
  applied: ReadonlySet<TheirMigration>
  /** Applied, without a row of ours. */
  toRecord: ImportedMigration[]
  missing: string[]
  diagnostics: Diagnostic[]
}

/** Compares the three: the files, their rows and ours. Throws NOT_IMPORTED when the rows do not show what is applied. */
function planImport(folder: ImportedFolder, rows: readonly LedgerEntry[], ours: Ledger, { tool }: MigrationImportOptions): Plan {
  const theirs = folder.migrations.map((one) => one.theirs)
  const state = tool.import.applied(rows, theirs)
  if (state.unclear !== undefined)
    throw refused(`the ledger of ${tool.title} does not say what is applied: ${state.unclear.reason}`, state.unclear.hint)
  const programs = new Set(folder.others.map(({ key }) => key))
  const unknown = new Set(state.unknown)
  const diagnostics = refusePrograms(tool.title, folder.others, (key) => unknown.has(key))
  const recorded = new Set(ours.rows.map(({ version }) => version))
  return {
    applied: state.applied,
    toRecord: folder.migrations.filter((one) => state.applied.has(one.theirs) && !recorded.has(one.version)),
    missing: state.unknown.filter((key) => !programs.has(key)),
    diagnostics: [...diagnostics, ...changedSince(folder, state, tool.title)],
  }
}

function changedSince({ migrations }: ImportedFolder, { changed = [] }: TheirState, title: string): Diagnostic[] {
  const found = new Set(changed)
  return migrations
    .filter((one) => found.has(one.theirs))
    .map(({ file }) => ({
      severity: 'warning',
      code: 'HISTORY_CHANGED',
      message: `changed since ${title} applied it; recorded as it is now`,
      file,
    }))
}

function reportOf(
  folder: ImportedFolder,
  { tool, directory, into, ledger, dryRun }: MigrationImportOptions,
  known: { plan: Plan; ledger: string } | undefined,
): MigrationImportReport {
  const toRecord = new Set(known?.plan.toRecord)
  return {
    from: tool.name,
    directory,
    into,
    ledger: known === undefined ? null : ledger,
    fromLedger: known?.ledger ?? null,
    dryRun,
    migrations: folder.migrations.map((one) => ({
      version: one.version,
      file: one.file,
      from: one.theirs.file,
      state: known === undefined ? null : known.plan.applied.has(one.theirs) ? 'applied' : 'pending',
      written: !one.exists,
      recorded: toRecord.has(one),
    })),
    missing: known?.plan.missing ?? [],
    unchanged: folder.migrations.filter(({ exists }) => exists).length,
    diagnostics: [...folder.diagnostics, ...(known?.plan.diagnostics ?? [])],
  }
}
