import type { Diagnostic } from '../../core/diagnostics.ts'
import { oneLine } from '../skill/paths.ts'
import type { DocumentMap, DocumentValue, SkillDocument } from '../skill/document.ts'
import { ruleDiagnostic, type RuleCode } from '../rules/rules.ts'

/** A value in a document, with its keys. */
export interface FieldValue {
  value: Exclude<DocumentValue, null>
  path: readonly string[]
}

/**
 * Reads the keys of a document with their expected types, and collects diagnostics. Keys are passed as in front matter
 * (`trust-level`); `trust_level` and `trustLevel` are read too. An empty value, `~` and `null` count as missing.
 */
export class TypedReader {
  readonly diagnostics: Diagnostic[] = []
  readonly #document: SkillDocument
  readonly #metadata: DocumentMap | undefined

  constructor(document: SkillDocument) {
    this.#document = document
    const metadata = this.top('metadata')
    this.#metadata = metadata?.value instanceof Map ? metadata.value : undefined
  }

  /** The value of a key at the top level only. */
  top(key: string): FieldValue | undefined {
    return lookUp(this.#document.values, [], key)
  }

  /** The value of a key, under `metadata` or else at the top level. */
  find(key: string): FieldValue | undefined {
    return (this.#metadata === undefined ? undefined : lookUp(this.#metadata, ['metadata'], key)) ?? this.top(key)
  }

  /** One text, trimmed. */
  text(found: FieldValue | undefined): string | undefined {
    if (found === undefined) return undefined
    if (typeof found.value === 'string') return found.value.trim()
    this.#wrongType(found, 'text')
    return undefined
  }

  /** A list of texts, or one text with commas between the items. Trimmed, without empty and repeated items. */
  list(found: FieldValue | undefined, separator: (text: string) => readonly string[] = splitAtCommas): string[] {
    if (found === undefined) return []
    if (typeof found.value === 'string') return unique(separator(found.value))
    if (found.value instanceof Map) {
      this.#wrongType(found, 'a list, or text with commas between the items')
      return []
    }
    const items = found.value as readonly DocumentValue[]
    const texts = items.filter((item) => typeof item === 'string')
    if (items.some((item) => item !== null && typeof item !== 'string')) this.#wrongType(found, 'a list of texts')
    return unique(texts)
  }

  /** One of some words, case-sensitive. */
  oneOf<T extends string>(found: FieldValue | undefined, words: readonly T[], code: RuleCode): T | undefined {
    if (found === undefined) return undefined
    const text = typeof found.value === 'string' ? found.value.trim() : ''
    const word = words.find((candidate) => candidate === text)
    if (word !== undefined) return word
    const meant = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase())
    this.report(code, invalidValue(found, words.join(', ')), found, meant === undefined ? undefined : `write ${meant}`)
    return undefined
  }

  /** Adds a diagnostic at the value of a key, or at the first key. */
  report(code: RuleCode, message: string, found?: Pick<FieldValue, 'path'>, hint?: string): void {
    this.diagnostics.push(ruleDiagnostic(code, message, this.#document.file, this.#document.place(found?.path ?? []), hint))
  }

  #wrongType(found: FieldValue, expected: string): void {
    this.report('SKILL_FIELD_TYPE', invalidValue(found, expected), found, `write ${expected}`)
  }
}

/** The spellings of a key: `trust-level`, `trust_level`, `trustLevel`. */
export function spellings(key: string): readonly string[] {
  const known = SPELLINGS.get(key)
  if (known !== undefined) return known
  const all = spell(key)
  SPELLINGS.set(key, all)
  return all
}

/** There are about twenty keys, and each is read in every file. */
const SPELLINGS = new Map<string, readonly string[]>()

function spell(key: string): readonly string[] {
  return key.includes('-') ? [key, key.replaceAll('-', '_'), key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())] : [key]
}

/** A value for a message: short, safe to print. */
export function show(value: DocumentValue): string {
  if (value === null) return 'empty'
  if (typeof value !== 'string') return value instanceof Map ? 'a mapping' : 'a list'
  return `"${oneLine(value.length > 40 ? `${value.slice(0, 40)}...` : value)}"`
}

/** The message for a value: `invalid metadata.tier "quick" (expected FAST, CORE, DEEP)`. */
export function invalidValue(found: FieldValue, expected: string): string {
  return `invalid ${keyOf(found)}${typeof found.value === 'string' ? '' : ':'} ${show(found.value)} (expected ${expected})`
}

/** `metadata.tier` as the author wrote it. */
export function keyOf(found: FieldValue): string {
  return oneLine(found.path.join('.'))
}

function lookUp(map: DocumentMap, above: readonly string[], key: string): FieldValue | undefined {
  for (const spelling of spellings(key)) {
    const value = map.get(spelling)
    if (value === undefined || value === null || (typeof value === 'string' && /^(?:|~|null|Null|NULL)$/.test(value.trim()))) continue
    return { value, path: [...above, spelling] }
  }
  return undefined
}

function splitAtCommas(text: string): string[] {
  return text.split(',')
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))]
}
