import { squashIn, type SquashReport } from '../../../api/squash-migrations.ts'
import type { CommandResult } from '../../output/context.ts'
import { settingsOf } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { squashView } from './view.ts'

export type Report = SquashReport

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  const { database, schema, migrations, ledger } = await settingsOf(context, flags)
  const report = await squashIn(
    { target: database.value, schema: schema.value, waitMs: flags.wait ?? 0 },
    {
      migrations: migrations.value,
      to: flags.to,
      name: flags.name,
      keepRows: flags.keepRows === true,
      deleteOld: flags.delete === true,
      dryRun: flags.dryRun === true,
      ledger: ledger.value,
      cwd: context.cwd,
      onStep: (text) => context.progress.update(text),
    },
  )
  if (flags.dryRun === true && flags.quiet !== true && flags.json !== true) {
    context.progress.stop()
    context.io.err(squashView(report, flags.delete === true).join('\n'))
  }
  return {
    report,
    ...(flags.dryRun === true ? { document: report.sql.trimEnd() } : { view: (style) => squashView(report, flags.delete === true, style) }),
  }
})
