import { readSeverities } from '../../../api/rules.ts'
import { importSkills } from '../../../api/write-skills.ts'
import { EXIT } from '../../../core/errors.ts'
import type { ImportReport } from '../../../registry/authoring/import-skills.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import type { ArgumentsOf, FlagsOf } from '../../parse/spec.ts'
import { settingsWithoutDatabase } from '../../run/database.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { importView } from './view.ts'

export type Report = ImportReport

export const execute: Executor = executor(spec, importCommand)

async function importCommand(
  context: Context,
  { skills, dryRun, config }: FlagsOf<typeof spec>,
  [from]: ArgumentsOf<typeof spec>,
): Promise<CommandResult<Report>> {
  const settings = await settingsWithoutDatabase(context, { config, skills: skills === undefined ? [] : [skills] })
  const report = await importSkills({
    from,
    to: settings.skills.value[0] ?? 'skills',
    cwd: context.cwd,
    severities: readSeverities(settings.rules.value, settings.rules.origin),
    dryRun: dryRun === true,
  })
  return { report, view: (style) => importView(report, style), exit: report.invalid.length > 0 ? EXIT.no : EXIT.ok }
}
