import { importMigrations } from '../../../api/import-migrations.ts'
import { SkillsError } from '../../../core/errors.ts'
import type { Db } from '../../../db/db.ts'
import type { MigrationImportReport } from '../../../migrations/import/import-migrations.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, type DatabaseReport } from '../../output/database-view.ts'
import { settingsWithoutDatabase, withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { migrateImportView } from './view.ts'

export type Report = MigrationImportReport & {
  /** Null with `--files-only`. */
  database: DatabaseReport | null
}

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  const { from, migrations: folders = [], into, fromLedger, dryRun } = flags
  if (folders.length > 1)
    throw new SkillsError('USAGE', 'there are several folders to import', { hint: 'import one folder after the other' })
  const read = async (db: Db | null, ledger: string): Promise<CommandResult<Report>> => {
    const imported = await importMigrations(db, { from, directory: folders[0], into, fromLedger, ledger, dryRun: dryRun === true })
    const report = { database: db === null ? null : databaseReport(db.info), ...imported }
    return { report, view: (style) => migrateImportView(report, style) }
  }
  if (flags.filesOnly === true) return read(null, (await settingsWithoutDatabase(context, flags)).ledger.value)
  return withDatabase(context, flags, (db, { ledger }) => read(db, ledger.value), { purpose: 'migrate', creates: false })
})
