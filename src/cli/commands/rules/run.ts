import { readSeverities, severityOf } from '../../../registry/rules/severities.ts'
import { RULES } from '../../../registry/rules/rules.ts'
import type { Rule } from '../../../registry/rules/rule.ts'
import type { RuleCode } from '../../../registry/rules/rules.ts'
import type { CommandResult, CommonFlags, Context } from '../../run/context.ts'
import { settingsOf } from '../../run/context.ts'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { rulesView } from './view.ts'
import type { Severity } from '../../../core/diagnostics.ts'
import type { RuleSource } from '../../../registry/rules/rule.ts'
import type { RuleSeverity } from '../../../registry/rules/severities.ts'

export interface RulesFlags extends CommonFlags {
  config?: string
}

export interface RuleReport {
  code: RuleCode
  /** In this project. */
  severity: RuleSeverity
  defaultSeverity: Severity
  title: string
  fix: string
  source: RuleSource
  /** The severity cannot be changed. */
  fixed: boolean
  /** `skills lint --fix` can fix it. */
  fixable: boolean
}

export type Report = { rules: RuleReport[] }

export const execute: Executor = executor('rules', rulesCommand)

async function rulesCommand(context: Context, flags: RulesFlags): Promise<CommandResult<Report>> {
  const settings = await settingsOf(context, { ...flags, embedded: 'memory' })
  const severities = readSeverities(settings.rules.value, settings.rules.origin)
  const rules = (Object.entries(RULES) as [RuleCode, Rule][]).map(([code, { severity, title, fix, source, fixed, fixable }]) => ({
    code,
    severity: severityOf(code, severities),
    defaultSeverity: severity,
    title,
    fix,
    source,
    fixed: fixed === true,
    fixable: fixable === true,
  }))
  return { report: { rules }, view: (style, width) => rulesView(rules, style, width) }
}
