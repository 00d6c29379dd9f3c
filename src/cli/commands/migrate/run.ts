import { earlyStatements, migrate, readMigrationFiles } from '../../../api/migrate.ts'
import { readVariables } from '../../../config/variables.ts'
import type { MigrationFile } from '../../../migrations/files/read-migrations.ts'
import type { MigrateReport } from '../../../migrations/run/report.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { migrateView } from './view.ts'
import { watchMigration } from './watch.ts'

export type Report = WithDatabase<MigrateReport>

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  const { dryRun, sql, to, strict, strictOrder, keepGoing, revokePublicCreate, lockWait, lockTimeout, statementTimeout } = flags
  let files: MigrationFile[] = []
  return withDatabase(
    context,
    flags,
    async (db, settings) => {
      const watch = watchMigration(context, db, settings.database.value, flags.quiet === true)
      const { report, error, script } = await migrate(db, {
        files,
        migrations: settings.migrations.value,
        ledger: settings.ledger.value,
        role: settings.role.value,
        dryRun: dryRun === true,
        script: sql === true,
        to,
        strict: strict === true,
        acceptExisting: flags.acceptExisting === true,
        strictOrder: strictOrder === true,
        keepGoing: keepGoing === true,
        revokePublicCreate: revokePublicCreate === true,
        lockWaitMs: lockWait,
        lockTimeoutMs: lockTimeout,
        ...(statementTimeout === undefined ? {} : { statementTimeoutMs: statementTimeout }),
        onEvent: watch.onEvent,
      }).finally(() => watch.stop())
      const full = { database: databaseReport(db.info), ...report }
      return {
        report: full,
        ...(script === undefined ? {} : { document: script }),
        view: (style) => migrateView(full, style, error !== undefined),
        ...(error === undefined ? {} : { error }),
      }
    },
    {
      purpose: 'migrate',
      creates: dryRun !== true,
      early: ({ ledger }) => earlyStatements(ledger.value),
      meanwhile: (settings) => {
        files = readMigrationFiles(settings.migrations.value, readVariables(flags.var, settings.variables.value))
      },
    },
  )
})
