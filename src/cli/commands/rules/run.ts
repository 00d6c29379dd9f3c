import { readSeverities, rules, type RuleEntry } from '../../../api/rules.ts'
import type { CommandResult } from '../../output/context.ts'
import { settingsWithoutDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { rulesView } from './view.ts'

export type Report = { rules: RuleEntry[] }

export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  const settings = await settingsWithoutDatabase(context, flags)
  const report = { rules: rules(readSeverities(settings.rules.value, settings.rules.origin)) }
  return { report, view: (style, width) => rulesView(report.rules, style, width) }
})
