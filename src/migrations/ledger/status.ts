import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Count, FolderNote, Time } from '../../core/report-types.ts'
import type { Db } from '../../db/db.ts'
import { folderNotes } from '../files/folder-notes.ts'
import { readMigrations, type MigrationFile, type MigrationSource } from '../files/read-migrations.ts'
import { readHistory } from './history.ts'
import type { Rename } from './renames.ts'
import type { MigrationPlan, MigrationState } from './plan.ts'

export interface StatusReport {
  schema: string
  ledger: string
  migrations: {
    version: string
    file: string
    state: MigrationState
    /** Runs again when the file changes. Pending with a time: it changed since it was applied. */
    repeatable: boolean
    /** The next run records the file and does not run it, because what it replaces is applied. */
    recordOnly: boolean
    appliedAt: Time | null
    outOfOrder: boolean
  }[]
  /** Pending files that cannot run, because only some of the versions that they replace are applied. */
  conflicts: { version: string; applied: string[]; missing: string[] }[]
  /** Versions that this tool applied, without a file. */
  missing: string[]
  /** Files that were applied under another name; the next run gives their ledger rows the new one. */
  renamed: Rename[]
  /** The number of ledger rows that another tool wrote. */
  foreign: Count
  upToDate: boolean
  /** Folders of which something is not read. */
  folderNotes: FolderNote[]
  /** Applied files with the layout of another tool (FOREIGN_LAYOUT). */
  diagnostics: Diagnostic[]
}

/** Lists the files with their state. Writes nothing, also when the ledger does not exist yet. */
export async function migrationStatus(db: Db, options: { sources: readonly MigrationSource[]; ledger: string }): Promise<StatusReport> {
  const files = readMigrations(options.sources)
  const { plan } = await readHistory(db, files, options.ledger)
  const layouts = await layoutsOf(plan, files)
  return {
    schema: db.info.schema,
    ledger: options.ledger,
    migrations: plan.migrations.map(({ file, state, row, outOfOrder, recordAfter }) => ({
      version: file.version,
      file: file.file,
      state,
      repeatable: file.repeatable,
      recordOnly: recordAfter !== undefined,
      appliedAt: row?.appliedAt ?? null,
      outOfOrder,
    })),
    conflicts: plan.conflicts.map(({ file, applied, missing }) => ({ version: file.version, applied, missing })),
    missing: plan.missing.map(({ version }) => version),
    renamed: plan.renamed,
    foreign: plan.foreign.length,
    upToDate: plan.pending.length === 0 && plan.changed.length === 0 && plan.renamed.length === 0,
    folderNotes: folderNotes(options.sources),
    diagnostics: layouts,
  }
}

/** The applied files with the layout of another tool. Throws FOREIGN_LAYOUT when a pending file has one. */
async function layoutsOf({ migrations, pending }: MigrationPlan, files: readonly MigrationFile[]): Promise<Diagnostic[]> {
  if (files.every(({ source }) => source.own)) return []
  const { layoutDiagnostics, refuseLayouts } = await import('../layouts/refuse-layouts.ts')
  const { foreignFiles } = await import('../layouts/find-layout.ts')
  refuseLayouts(
    pending.map(({ file }) => file),
    files,
  )
  const applied = migrations.filter(({ row }) => row !== undefined).map(({ file }) => file)
  return layoutDiagnostics(foreignFiles(applied, files), 'note')
}
