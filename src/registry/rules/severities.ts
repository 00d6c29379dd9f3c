import type { Diagnostic, Severity } from '../../core/diagnostics.ts'
import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'
import type { RuleCode } from './rules.ts'
import { isRuleCode, RULES } from './rules.ts'

/** What a rule counts as; `off` is not told at all. */
export type RuleSeverity = Severity | 'off'

export const RULE_SEVERITIES: readonly RuleSeverity[] = ['off', 'note', 'warning', 'error']

/** The rules whose severity a project has changed. */
export type Severities = ReadonlyMap<RuleCode, RuleSeverity>

/**
 * Reads the key `rules` of the configuration file: a severity for each code of a rule. Throws CONFIG_INVALID for a code or
 * a severity that does not exist, and for a rule without which a skill could not be used, or not safely. `origin` is the file.
 *
 * @example
 * const severities = readSeverities({ SKILL_VERSION_MISSING: 'error' }, 'skills.config.json')
 * const { errors } = await lint({ paths: ['skills'], cwd: process.cwd(), severities })
 * console.log(errors)
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
      return refuse(`unknown rule "${code}"${near === undefined ? '' : `; did you mean "${near}"?`}`, '`skills rules` lists them all')
    }
    const severity = RULE_SEVERITIES.find((word) => word === wanted)
    if (severity === undefined) return refuse(`"rules": ${code} is "${wanted}"`, `use one of ${RULE_SEVERITIES.join(', ')}`)
    const rule = RULES[code]
    if (rule.fixed === true && severity !== rule.severity)
      return refuse(`the rule ${code} is always ${article(rule.severity)}`, 'what it finds cannot be used, or not safely: leave it out')
    severities.set(code, severity)
  }
  return severities
}

/** Findings with the severities of a project; those that are off are left out. */
export function withSeverities(diagnostics: readonly Diagnostic[], severities: Severities): Diagnostic[] {
  if (severities.size === 0) return [...diagnostics]
  return diagnostics.flatMap((diagnostic) => {
    const severity = isRuleCode(diagnostic.code) ? severities.get(diagnostic.code) : undefined
    if (severity === 'off') return []
    return severity === undefined ? [diagnostic] : [{ ...diagnostic, severity }]
  })
}

/** What a rule counts as in a project. */
export function severityOf(code: RuleCode, severities: Severities): RuleSeverity {
  return severities.get(code) ?? RULES[code].severity
}

function article(severity: Severity): string {
  return severity === 'error' ? 'an error' : `a ${severity}`
}
