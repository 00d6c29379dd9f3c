import { repair } from '../../../api/repair.ts'
import { printable } from '../../../core/text.ts'
import type { RepairReport } from '../../../migrations/ledger/repair.ts'
import type { Style } from '../../../render/style.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, databaseLine, type WithDatabase, type DatabaseReport } from '../../output/database-view.ts'
import { confirm } from '../../run/confirm.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'

export type Report = WithDatabase<RepairReport>

export const execute = executor(spec, async (context, flags, [version]): Promise<CommandResult<Report>> => {
  return withDatabase(
    context,
    flags,
    async (db, settings) => {
      const options = {
        version,
        forget: flags.forget === true,
        renamedFrom: flags.renamedFrom,
        migrations: settings.migrations.value,
        ledger: settings.ledger.value,
      }
      let done: RepairReport = await repair(db, { ...options, dryRun: true })
      if (done.action !== 'none') {
        context.progress.stop()
        await confirm(context.io, flags, repairSentence(done, db.info.label))
        done = await repair(db, options)
      }
      const report = { database: databaseReport(db.info), ...done }
      return { report, view: (style) => repairView(report, style) }
    },
    { purpose: 'migrate', mustExist: true },
  )
})

/** What a repair will do, for the question and for the refusal. */
function repairSentence({ version, ledger, action, renamedFrom, from, to }: RepairReport, database: string): string {
  const where = `${printable(ledger)} of ${printable(database)}`
  if (action === 'forget') return `this deletes the row ${printable(version)} from ${where}; its file, if it exists, becomes pending`
  if (action === 'forget-unfinished')
    return `this deletes from ${where} what ${printable(version)} completed before it was interrupted: its file, if it exists, runs from its first statement; no SQL of the file runs`
  if (action === 'rename')
    return `this renames the row ${printable(renamedFrom ?? '')} in ${where} to ${printable(version)}, with the digest of its file (${to ?? ''}, before ${from ?? 'none'}); no SQL of the file runs`
  return `this replaces the digest of ${printable(version)} in ${where} by that of the file (${to ?? ''}, before ${from ?? 'none'}); no SQL of the file runs`
}

function repairView(report: RepairReport & { database: DatabaseReport }, style: Style): string[] {
  const { version, ledger, action, renamedFrom, from, to } = report
  const text = {
    none: `nothing to do: the digest of ${printable(version)} matches the file`,
    forget: `deleted ${printable(version)} from ${printable(ledger)} (digest ${from ?? 'none'})`,
    'forget-unfinished': `deleted what was recorded about the interrupted file ${printable(version)}`,
    rename: `renamed ${printable(renamedFrom ?? '')} to ${printable(version)}: digest ${to ?? ''}, before ${from ?? 'none'}`,
    record: `recorded ${printable(version)}: digest ${to ?? ''}, before ${from ?? 'none'}`,
  }[action]
  return [`${databaseLine(report.database, style)}: ${text}`]
}
