import type { Diagnostic, Severity } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'
import type { RawSkill } from '../skill/raw-skill.ts'
import { recalledContent } from '../skill/raw-skill.ts'
import type { RuleCode } from '../skill/rules.ts'
import { RULES } from '../skill/rules.ts'

/** What every run needs to know of a skill, fit for JSON and without what the rules give anyway. The rest is the text of its content. */
export interface PackedSkill {
  id?: string
  idPlace?: Position
  files: readonly string[]
  enabled?: boolean
  fingerprint?: string
  diagnostics: PackedDiagnostic[]
}

export function packSkill({ content, diagnostics, ...rest }: RawSkill): PackedSkill {
  const packed = { ...rest, diagnostics: diagnostics.map(packDiagnostic) }
  return content === undefined ? packed : { ...packed, enabled: content.enabled, fingerprint: content.fingerprint() }
}

/** The reverse of `packSkill`; `text` is asked for the text of the content when that is needed. */
export function unpackSkill({ enabled, fingerprint, diagnostics, ...rest }: PackedSkill, text: () => string): RawSkill {
  const raw: RawSkill = { ...rest, diagnostics: diagnostics.map(unpackDiagnostic) }
  const { id } = raw
  if (id !== undefined && enabled !== undefined && fingerprint !== undefined) raw.content = recalledContent(id, enabled, fingerprint, text)
  return raw
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
