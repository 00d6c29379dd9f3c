import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'
import { REGISTRY_FIELD_RULES, SPECIFIED_FIELD_RULES } from './field-rules.ts'
import { FILE_RULES, META_JSON_RULES } from './file-rules.ts'
import type { Rule } from './rule.ts'
import { BODY_RULES, FRONT_MATTER_RULES } from './text-rules.ts'
import { YAML_RULES } from './yaml-rules.ts'

const TABLE = {
  ...FILE_RULES,
  ...FRONT_MATTER_RULES,
  ...YAML_RULES,
  ...SPECIFIED_FIELD_RULES,
  ...REGISTRY_FIELD_RULES,
  ...BODY_RULES,
  ...META_JSON_RULES,
} as const

export type RuleCode = keyof typeof TABLE

/** All rules by code, in the order in which a skill is read: files, front matter, keys, text. */
export const RULES: Readonly<Record<RuleCode, Rule>> = TABLE

/** Whether a text is the code of a rule. */
export function isRuleCode(text: string): text is RuleCode {
  return Object.hasOwn(TABLE, text)
}

/** A diagnostic with the severity of the rule, and its fix as the hint unless another hint is given. */
export function ruleDiagnostic(code: RuleCode, message: string, file: string, place?: Position, hint?: string): Diagnostic {
  const { severity, fix } = RULES[code]
  return { severity, code, message, file, ...place, hint: hint ?? fix }
}
