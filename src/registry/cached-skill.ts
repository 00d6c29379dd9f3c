import type { Diagnostic, Severity } from '../core/diagnostics.ts'
import type { RawSkill } from './raw-skill.ts'
import type { RuleCode } from './rules.ts'
import { RULES } from './rules.ts'
import type { SkillFields, SkillMeta } from './skill.ts'

/** What was read of a skill as JSON, without what the rules and the defaults give anyway. */
export function packSkill({ fields, diagnostics, ...rest }: RawSkill): object {
  return { ...rest, ...(fields === undefined ? {} : { fields: packFields(fields) }), diagnostics: diagnostics.map(packDiagnostic) }
}

/** The reverse of `packSkill`. */
export function unpackSkill(packed: unknown): RawSkill {
  const { fields, diagnostics, ...rest } = packed as Packed
  return {
    ...rest,
    ...(fields === undefined ? {} : { fields: { ...fields, meta: { ...NOTHING_SAID, ...fields.meta } } }),
    diagnostics: diagnostics.map(unpackDiagnostic),
  }
}

interface Packed extends Omit<RawSkill, 'fields' | 'diagnostics'> {
  fields?: SkillFields
  diagnostics: PackedDiagnostic[]
}

/** Shared by all skills: there may be a hundred thousand of them, and most say nothing here. */
const NOTHING: readonly string[] = []
const NOTHING_SAID = { triggers: NOTHING, elements: NOTHING, realms: NOTHING, tags: NOTHING }

function packFields(fields: SkillFields): object {
  const meta = Object.entries(fields.meta as SkillMeta & Record<string, unknown>)
  return { ...fields, meta: Object.fromEntries(meta.filter(([key, value]) => !(key in NOTHING_SAID && (value as unknown[]).length === 0))) }
}

/** Code, message, file, line, column; and severity and hint where they are not those of the rule. */
type PackedDiagnostic = [string, string, string | null, number | null, number | null, Severity?, (string | null)?]

function packDiagnostic({ code, message, file, line, column, severity, hint }: Diagnostic): PackedDiagnostic {
  const rule = RULES[code as RuleCode]
  const place = [file ?? null, line ?? null, column ?? null] as const
  if (rule.severity === severity && rule.fix === hint) return [code, message, ...place]
  return [code, message, ...place, severity, hint ?? null]
}

function unpackDiagnostic([code, message, file, line, column, severity, hint]: PackedDiagnostic): Diagnostic {
  const rule = RULES[code as RuleCode]
  const told = severity === undefined ? rule.fix : hint
  return {
    severity: severity ?? rule.severity,
    code,
    message: shared(message),
    ...(file === null ? {} : { file }),
    ...(line === null ? {} : { line }),
    ...(column === null ? {} : { column }),
    ...(told === null || told === undefined ? {} : { hint: told }),
  }
}

const MESSAGES = new Map<string, string>()
const MOST_MESSAGES = 1000

/** One copy of a message that many findings have. */
function shared(message: string): string {
  const known = MESSAGES.get(message)
  if (known !== undefined) return known
  if (MESSAGES.size < MOST_MESSAGES) MESSAGES.set(message, message)
  return message
}
