import { sha256 } from '../../core/digests.ts'
import { recalledContent, type RawSkill } from '../skill/raw-skill.ts'
import type { Diagnostic, Severity } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'
import { RULES, type RuleCode } from '../rules/rules.ts'

/** A skill as it was read, and the parts of its folder that must be unchanged for it to be valid. */
export interface CachedSkill {
  /** For a skill from a line, the content is readable as long as the bytes of the line are unchanged. */
  raw: RawSkill
  /** Name of the file that describes it. */
  file: string
  /** As in `SkillListing`. */
  folders: readonly string[]
  nested: readonly string[]
}

/** A skill in the cache. */
export interface SkillEntry {
  /** Path of its folder, relative to the root. */
  key: string
  /** See `Stamp.digest`. */
  stamp: string
  known: CachedSkill
}

/** The first part of a line after its check: the key, the stamp, and what every run needs to know about the skill. */
type Head = [string, string, Omit<CachedSkill, 'raw'> & { raw: PackedSkill }]

const TAB = 0x09
const CHECK_LENGTH = 16

/** One line without its line feed: a check, JSON, a tab (which JSON does not contain), and the content, if any, as JSON. */
export function lineOf({ key, stamp, known: { raw, ...rest } }: SkillEntry): string {
  const text = `${JSON.stringify([key, stamp, { ...rest, raw: packSkill(raw) }])}\t${raw.content?.text() ?? ''}`
  return checkOf(text) + text
}

/** The reverse of `lineOf`; undefined when the line is damaged. */
export function entryOf(line: Buffer): SkillEntry | undefined {
  if (checkOf(line.subarray(CHECK_LENGTH)) !== line.toString('latin1', 0, CHECK_LENGTH)) return undefined
  const middle = line.indexOf(TAB)
  const [key, stamp, { raw, ...rest }] = JSON.parse(line.toString('utf8', CHECK_LENGTH, middle)) as Head
  const text = (): string => line.toString('utf8', middle + 1)
  return { key, stamp, known: { ...rest, raw: unpackSkill(raw, text) } }
}

/** A line begins with a part of its own digest, so a damaged line is detected and ignored. */
function checkOf(text: string | Uint8Array): string {
  return sha256(text).slice(0, CHECK_LENGTH)
}

/** What every run needs to know about a skill, as JSON and without what the rules define. The rest is the text of its content. */
interface PackedSkill {
  id?: string
  idPlace?: Position
  files: readonly string[]
  enabled?: boolean
  fingerprint?: string
  diagnostics: PackedDiagnostic[]
}

function packSkill({ content, diagnostics, ...rest }: RawSkill): PackedSkill {
  const packed = { ...rest, diagnostics: diagnostics.map(packDiagnostic) }
  return content === undefined ? packed : { ...packed, enabled: content.enabled, fingerprint: content.fingerprint() }
}

/** The reverse of `packSkill`. `text` returns the text of the content; it is called only when needed. */
function unpackSkill({ enabled, fingerprint, diagnostics, ...rest }: PackedSkill, text: () => string): RawSkill {
  const raw: RawSkill = { ...rest, diagnostics: diagnostics.map(unpackDiagnostic) }
  const { id } = raw
  if (id !== undefined && enabled !== undefined && fingerprint !== undefined) raw.content = recalledContent(id, enabled, fingerprint, text)
  return raw
}

/** Code, message, file, line, column; then severity and hint if they differ from those of the rule. */
type PackedDiagnostic = [string, string, string | null, number | null, number | null, Severity?, (string | null)?]

function packDiagnostic({ code, message, file, line, column, severity, hint }: Diagnostic): PackedDiagnostic {
  const rule = RULES[code as RuleCode]
  const place = [file ?? null, line ?? null, column ?? null] as const
  if (rule.severity === severity && rule.fix === hint) return [code, message, ...place]
  return [code, message, ...place, severity, hint ?? null]
}

function unpackDiagnostic([code, message, file, line, column, severity, hint]: PackedDiagnostic): Diagnostic {
  const rule = RULES[code as RuleCode]
  const actualHint = severity === undefined ? rule.fix : hint
  return {
    severity: severity ?? rule.severity,
    code,
    message: shared(message),
    ...(file === null ? {} : { file }),
    ...(line === null ? {} : { line }),
    ...(column === null ? {} : { column }),
    ...(actualHint === null || actualHint === undefined ? {} : { hint: actualHint }),
  }
}

const MESSAGES = new Map<string, string>()
const MOST_MESSAGES = 1000

/** One copy of a message that many diagnostics have. */
function shared(message: string): string {
  const known = MESSAGES.get(message)
  if (known !== undefined) return known
  if (MESSAGES.size < MOST_MESSAGES) MESSAGES.set(message, message)
  return message
}
