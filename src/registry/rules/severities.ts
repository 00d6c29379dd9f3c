import type { Diagnostic, Severity } from '../../core/diagnostics.ts'
import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'
import { isRuleCode, RULES, type RuleCode } from './rules.ts'

/** The severity of a rule; a rule that is `off` reports nothing. */
export type RuleSeverity = Severity | 'off'

const RULE_SEVERITIES: readonly RuleSeverity[] = ['off', 'note', 'warning', 'error']

/** The rules whose severity a project changes. */
export type Severities = ReadonlyMap<RuleCode, RuleSeverity>

/**
 * Reads the key `rules` of the configuration file: a severity for each rule code. `origin` is the file, for messages. Throws
 * CONFIG_INVALID for an unknown code or severity, and for a rule whose severity cannot be changed.
 */
export function readSeverities(rules: Readonly<Record<string, string>>, origin: string): Severities {
  const severities = new Map<RuleCode, RuleSeverity>()
  const refuse = (reason: string, hint: string): never => {
    throw new SkillsError('CONFIG_INVALID', `${origin}: ${reason}`, {
      hint,
      diagnostics: [{ severity: 'error', code: 'CONFIG_INVALID', message: reason, file: origin }],
    })
  }
  for (const [code, wanted] of Object.entries(rules)) {
    if (!isRuleCode(code)) {
      const near = nearest(code, Object.keys(RULES))
      return refuse(`unknown rule "${code}"${near === undefined ? '' : `; did you mean "${near}"?`}`, 'run `skills rules` to see all rules')
    }
    const severity = RULE_SEVERITIES.find((word) => word === wanted)
    if (severity === undefined)
      return refuse(`invalid severity "${wanted}" for ${code} (expected ${RULE_SEVERITIES.join(', ')})`, 'correct the key "rules"')
    const rule = RULES[code]
    if (rule.fixed === true && severity !== rule.severity)
      return refuse(
        `the severity of ${code} cannot be changed`,
        'remove the code from "rules": a skill that breaks this rule is unusable or unsafe',
      )
    severities.set(code, severity)
  }
  return severities
}

/** Diagnostics with the severities of a project, without those of rules that are `off`. */
export function withSeverities(diagnostics: readonly Diagnostic[], severities: Severities): Diagnostic[] {
  if (severities.size === 0) return [...diagnostics]
  return diagnostics.flatMap((diagnostic) => {
    const severity = isRuleCode(diagnostic.code) ? severities.get(diagnostic.code) : undefined
    if (severity === 'off') return []
    return severity === undefined ? [diagnostic] : [{ ...diagnostic, severity }]
  })
}

/** The severity of a rule in a project. */
export function severityOf(code: RuleCode, severities: Severities): RuleSeverity {
  return severities.get(code) ?? RULES[code].severity
}
