import { dumpSchema, type DumpReport } from '../../../api/dump-schema.ts'
import { EXIT, SkillsError } from '../../../core/errors.ts'
import { printable } from '../../../core/text.ts'
import type { CommandResult } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { dumpView } from './view.ts'

export type Report = WithDatabase<DumpReport>

export const execute = executor(spec, async (context, flags, [file]): Promise<CommandResult<Report>> => {
  if (flags.check === true && file === undefined)
    throw new SkillsError('USAGE', '--check needs the file to compare', { hint: 'for example: skills migrate dump db/schema.sql --check' })
  return withDatabase(
    context,
    flags,
    async (db, settings) => {
      const dump = await dumpSchema(db, {
        file,
        check: flags.check === true,
        privileges: flags.privileges !== false,
        ledger: settings.ledger.value,
        cwd: context.cwd,
      })
      const report = { database: databaseReport(db.info), ...dump }
      context.progress.stop()
      if (flags.json !== true) for (const what of dump.notCovered) context.io.err(`warning: not in the dump: ${printable(what)}`)
      const exit = flags.check === true && dump.differs === true ? EXIT.no : EXIT.ok
      return { report, exit, ...(file === undefined ? { document: dump.sql.trimEnd() } : { view: (style) => dumpView(report, style) }) }
    },
    { mustExist: true },
  )
})
