import type { RuleEntry } from '../../../api/rules.ts'
import { readSeverities, rules } from '../../../api/rules.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import type { FlagsOf } from '../../parse/spec.ts'
import { settingsWithoutDatabase } from '../../run/database.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { rulesView } from './view.ts'

export type Report = { rules: RuleEntry[] }

export const execute: Executor = executor(spec, rulesCommand)

async function rulesCommand(context: Context, flags: FlagsOf<typeof spec>): Promise<CommandResult<Report>> {
  const settings = await settingsWithoutDatabase(context, flags)
  const report = { rules: rules(readSeverities(settings.rules.value, settings.rules.origin)) }
  return { report, view: (style, width) => rulesView(report.rules, style, width) }
}
