import type { Severity } from '../core/diagnostics.ts'
import type { Rule } from '../registry/rules/rule.ts'
import { RULES, type RuleCode } from '../registry/rules/rules.ts'
import { readSeverities as read, severityOf, type RuleSeverity, type Severities } from '../registry/rules/severities.ts'

/** A rule of `skills lint`, with its severity in a project. */
export interface RuleEntry {
  code: RuleCode
  /** In this project. */
  severity: RuleSeverity
  defaultSeverity: Severity
  title: string
  /** How to fix a file that breaks the rule. */
  fix: string
  source: Rule['source']
  /** The severity cannot be changed. */
  fixed: boolean
  /** `lint --fix` corrects the file. */
  fixable: boolean
}

/**
 * Lists the rules of `skills lint`.
 *
 * @example
 * console.log(rules().map(({ code, severity, title }) => `${code} (${severity}): ${title}`))
 */
export function rules(severities: Severities = new Map()): RuleEntry[] {
  return (Object.entries(RULES) as [RuleCode, Rule][]).map(([code, { severity, title, fix, source, fixed, fixable }]) => ({
    code,
    severity: severityOf(code, severities),
    defaultSeverity: severity,
    title,
    fix,
    source,
    fixed: fixed === true,
    fixable: fixable === true,
  }))
}

/**
 * Reads severities by rule code, as the key `rules` of the configuration file has them. `origin` names the file in errors.
 * Throws CONFIG_INVALID for an unknown rule or severity, and for a rule whose severity cannot be changed.
 *
 * @example
 * const severities = readSeverities({ SKILL_VERSION_MISSING: 'error' }, 'skills.config.json')
 * const { errors } = await lint({ paths: ['skills'], cwd: process.cwd(), severities })
 * console.log(errors)
 */
export function readSeverities(severities: Readonly<Record<string, string>>, origin: string): Severities {
  return read(severities, origin)
}
