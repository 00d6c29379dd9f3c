import { EXIT } from '../../../core/errors.ts'
import { importSkills } from '../../../registry/authoring/import-skills.ts'
import { readSeverities } from '../../../registry/rules/severities.ts'
import type { CommandResult, CommonFlags, Context } from '../../run/context.ts'
import { settingsOf } from '../../run/context.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { importView } from './view.ts'
import type { ImportReport } from '../../../registry/authoring/import-skills.ts'

export interface ImportFlags extends CommonFlags {
  to?: string
  dryRun?: boolean
  config?: string
}

export type Report = ImportReport

export const execute: Executor = executor('import', importCommand)

/** Needs no database: it reads and writes files. */
async function importCommand(context: Context, flags: ImportFlags, [from = '']: readonly string[]): Promise<CommandResult<Report>> {
  const { to, dryRun, config } = flags
  const settings = await settingsOf(context, {
    ...(config === undefined ? {} : { config }),
    embedded: 'memory',
    skills: to === undefined ? [] : [to],
  })
  const report = await importSkills({
    from,
    to: settings.skills.value[0] ?? 'skills',
    cwd: context.cwd,
    severities: readSeverities(settings.rules.value, settings.rules.origin),
    dryRun: dryRun === true,
  })
  return { report, view: (style) => importView(report, style), exit: report.invalid.length > 0 ? EXIT.no : EXIT.ok }
}
