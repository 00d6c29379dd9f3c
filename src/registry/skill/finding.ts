import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'
import type { RuleCode } from './rules.ts'
import { RULES } from './rules.ts'

/** A diagnostic whose severity, and fix unless a better one is given, come from the rule. */
export function finding(code: RuleCode, message: string, file: string, place?: Position, hint?: string): Diagnostic {
  const { severity, fix } = RULES[code]
  return { severity, code, message, file, ...place, hint: hint ?? fix }
}
