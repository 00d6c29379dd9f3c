import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { parseDuration } from '../../../core/durations.ts'
import { migrate, readMigrationFiles } from '../../../api/migrate.ts'
import type { MigrationFile } from '../../../migrations/files/read-migrations.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseReport } from '../../output/database-view.ts'
import { migrateView } from './view.ts'
import { watchMigration } from './watch.ts'
import type { MigrateReport } from '../../../migrations/run/report.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface MigrateFlags extends CommonFlags, DatabaseFlags {
  dir?: string[]
  dryRun?: boolean
  to?: string
  strict?: boolean
  strictOrder?: boolean
  keepGoing?: boolean
  ledger?: string
  lockWait?: string
  lockTimeout?: string
  statementTimeout?: string
}

export type Report = WithDatabase<MigrateReport>

export const execute: Executor = executor('migrate', migrateCommand)

async function migrateCommand(context: Context, flags: MigrateFlags): Promise<CommandResult<Report>> {
  const times = {
    ...(flags.lockWait === undefined ? {} : { lockWaitMs: parseDuration(flags.lockWait, '--lock-wait') }),
    ...(flags.lockTimeout === undefined ? {} : { lockTimeoutMs: parseDuration(flags.lockTimeout, '--lock-timeout') }),
    ...(flags.statementTimeout === undefined ? {} : { statementTimeoutMs: parseDuration(flags.statementTimeout, '--statement-timeout') }),
  }
  let files: MigrationFile[] = []
  return withDatabase(
    context,
    flags,
    async (db, settings) => {
      const watch = watchMigration(context, db, settings.database.value, flags.quiet === true)
      const { report, error } = await migrate(db, {
        files,
        ledger: settings.ledger.value,
        dryRun: flags.dryRun === true,
        to: flags.to,
        strict: flags.strict === true,
        strictOrder: flags.strictOrder === true,
        keepGoing: flags.keepGoing === true,
        ...times,
        onEvent: watch.onEvent,
      }).finally(() => watch.stop())
      const full = { database: databaseReport(db.info), ...report }
      return { report: full, view: (style) => migrateView(full, style, error !== undefined), ...(error === undefined ? {} : { error }) }
    },
    {
      purpose: 'migrate',
      meanwhile: (settings) => {
        files = readMigrationFiles(settings.migrations.value)
      },
    },
  )
}
