import { readSeverities } from '../../../api/rules.ts'
import { importSkills } from '../../../api/write-skills.ts'
import { EXIT } from '../../../core/errors.ts'
import type { ImportReport } from '../../../registry/authoring/import-skills.ts'
import type { CommandResult } from '../../output/context.ts'
import { settingsWithoutDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { importView } from './view.ts'

export type Report = ImportReport

export const execute = executor(spec, async (context, { skills, dryRun, config, envFile }, [from]): Promise<CommandResult<Report>> => {
  const settings = await settingsWithoutDatabase(context, { config, envFile, skills: skills === undefined ? [] : [skills] })
  const report = await importSkills({
    from,
    to: settings.skills.value[0] ?? 'skills',
    cwd: context.cwd,
    severities: readSeverities(settings.rules.value, settings.rules.origin),
    dryRun: dryRun === true,
  })
  return { report, view: (style) => importView(report, style), exit: report.invalid.length > 0 ? EXIT.no : EXIT.ok }
})
