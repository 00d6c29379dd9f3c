import type { Diagnostic } from '../../core/diagnostics.ts'
import { nearest } from '../../core/text.ts'
import { oneLine } from '../skill/paths.ts'
import type { SkillDocument } from '../skill/document.ts'
import { isName, MAX_NAME, slug, CATEGORIES, KINDS, NO_VERSION, TIERS, type SkillFields, type SkillMeta } from '../skill/skill.ts'
import { invalidValue, keyOf, show, spellings, TypedReader, type FieldValue } from './typed.ts'

export interface Validated {
  /** As far as it is known, also if something else is wrong. */
  id?: string
  /** Absent without an id. If one of the diagnostics is an error, the fields without the invalid value. */
  fields?: SkillFields
  diagnostics: Diagnostic[]
}

/** The keys of the Agent Skills specification, and the keys of this project. */
const SPECIFIED = ['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools'] as const
const OURS = ['version', 'tier', 'category', 'kind', 'triggers', 'elements', 'realms', 'tags', 'trust-level', 'enabled', 'author'] as const
/** All of them, in every spelling. */
export const KNOWN_KEYS: ReadonlySet<string> = new Set([...SPECIFIED, ...OURS].flatMap(spellings))

// in code points
const MAX_DESCRIPTION = 1024
/** The specification recommends about 100 tokens for name and description. */
const LONG_DESCRIPTION = 500
const MAX_COMPATIBILITY = 500
const MAX_VERSION = 64

/** Checks the front matter of a SKILL.md against the specification and the columns of the registry. */
export function validateSkill(document: SkillDocument, folderName: string): Validated {
  const reader = new TypedReader(document)
  const id = readName(reader, folderName)
  checkKeys(reader, document)
  checkToolsForm(reader)
  return finish(reader, id, id, readDescription(reader))
}

/** The same for the `meta.json` of the older layout, to which the specification does not apply. */
export function validateOlderSkill(document: SkillDocument, folderName: string): Validated {
  const reader = new TypedReader(document)
  const found = reader.top('id') ?? reader.top('skill_id')
  const id = found === undefined ? folderName : reader.text(found)
  if (id !== undefined && !OLDER_ID.test(id)) {
    reader.report(
      'SKILL_NAME_INVALID',
      `invalid skill ID ${show(id)}`,
      found,
      'use at most 128 letters, digits, hyphens, underscores and dots',
    )
  }
  const name = reader.text(reader.top('name') ?? reader.top('title'))
  return finish(reader, id, name ?? id, readDescription(reader))
}

const OLDER_ID = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,127}$/u

function finish(reader: TypedReader, id: string | undefined, name: string | undefined, description: string): Validated {
  const version = readVersion(reader)
  const enabled = readEnabled(reader)
  const trustLevel = readTrustLevel(reader)
  const meta = readMeta(reader, name ?? '')
  const { diagnostics } = reader
  if (id === undefined) return { diagnostics }
  return { id, fields: { id, version, description, enabled, trustLevel, meta }, diagnostics }
}

function readName(reader: TypedReader, folderName: string): string | undefined {
  const found = reader.top('name')
  if (found === undefined) {
    reader.report('SKILL_NAME_MISSING', 'the skill has no name', undefined, `add \`name: ${slug(folderName)}\``)
    return undefined
  }
  // NFC: the same name may be typed composed or decomposed (macOS stores file names decomposed)
  const name = reader.text(found)?.normalize('NFC')
  if (name === undefined) return undefined
  if (length(name) > MAX_NAME) reader.report('SKILL_NAME_LENGTH', `the name has ${length(name)} characters (at most ${MAX_NAME})`, found)
  else if (!isName(name)) {
    reader.report(
      'SKILL_NAME_INVALID',
      `invalid name ${show(name)} (expected lowercase letters, digits and single hyphens)`,
      found,
      `write \`name: ${slug(name)}\``,
    )
  } else if (name !== folderName.normalize('NFC')) {
    reader.report('SKILL_NAME_FOLDER', `the name ${name} differs from the folder ${oneLine(folderName)}`, found)
  }
  return name
}

function readDescription(reader: TypedReader): string {
  const found = reader.top('description')
  const description = reader.text(found) ?? ''
  if (found === undefined) reader.report('SKILL_DESCRIPTION_MISSING', 'the skill has no description')
  if (length(description) > MAX_DESCRIPTION) {
    reader.report('SKILL_DESCRIPTION_LENGTH', `the description has ${length(description)} characters (at most ${MAX_DESCRIPTION})`, found)
  } else if (length(description) > LONG_DESCRIPTION) {
    reader.report(
      'SKILL_DESCRIPTION_LONG',
      `the description has ${length(description)} characters (recommended: at most ${LONG_DESCRIPTION})`,
      found,
    )
  }
  const invisible = INVISIBLE.exec(description)
  if (invisible !== null) {
    const code = (invisible[0].codePointAt(0) ?? 0).toString(16).toUpperCase()
    reader.report('TEXT_INVISIBLE', `the description contains an invisible character (U+${code.padStart(4, '0')})`, found)
  }
  return description
}

/** Zero-width space, word joiner, byte order mark, bidirectional controls, tags. Not the joiners U+200C and U+200D: words and emoji need them. */
const INVISIBLE = /[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u

/** Semantic Versioning 2.0.0: the expression of semver.org without its groups. */
const SEMVER =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/
/** Common other forms: `1.0` (in the example of the specification), `v2`, `2025.01.15`. */
const ALMOST_SEMVER = /^v?\d+(?:\.\d+){0,3}(?:[-+][0-9a-zA-Z.+-]+)?$/

function readVersion(reader: TypedReader): string {
  const found = reader.find('version')
  if (found === undefined) {
    reader.report('SKILL_VERSION_MISSING', `the skill has no version: ${NO_VERSION} is assumed`)
    return NO_VERSION
  }
  const version = reader.text(found) ?? ''
  if (version.length > MAX_VERSION || !(SEMVER.test(version) || ALMOST_SEMVER.test(version))) {
    if (typeof found.value === 'string') reader.report('SKILL_VERSION_INVALID', invalidValue(found, 'a semantic version'), found)
  } else if (!SEMVER.test(version)) {
    reader.report(
      'SKILL_VERSION_PARTIAL',
      `${keyOf(found)} ${show(version)} is not a full semantic version; it is stored as written`,
      found,
    )
  }
  return version
}

function readEnabled(reader: TypedReader): boolean {
  const found = reader.find('enabled')
  if (found === undefined) return true
  const text = typeof found.value === 'string' ? found.value.trim().toLowerCase() : ''
  if (text !== 'true' && text !== 'false') reader.report('SKILL_ENABLED_INVALID', invalidValue(found, 'true or false'), found)
  return text !== 'false'
}

function readTrustLevel(reader: TypedReader): number {
  const found = reader.find('trust-level')
  if (found === undefined) return 1
  const text = typeof found.value === 'string' ? found.value.trim() : ''
  if (/^[1-5]$/.test(text)) return Number(text)
  reader.report('SKILL_TRUST_LEVEL_INVALID', invalidValue(found, '1 to 5'), found)
  return 1
}

function readMeta(reader: TypedReader, name: string): SkillMeta {
  const compatibility = reader.top('compatibility')
  const optional = {
    tier: reader.oneOf(reader.find('tier'), TIERS, 'SKILL_TIER_INVALID'),
    category: reader.oneOf(reader.find('category'), CATEGORIES, 'SKILL_CATEGORY_INVALID'),
    kind: reader.oneOf(reader.find('kind'), KINDS, 'SKILL_KIND_INVALID'),
    license: reader.text(reader.top('license')),
    compatibility: reader.text(compatibility),
    allowedTools: readTools(reader, reader.top('allowed-tools')),
    author: readAuthor(reader, reader.find('author')),
  }
  if (length(optional.compatibility ?? '') > MAX_COMPATIBILITY) {
    reader.report(
      'SKILL_COMPATIBILITY_LENGTH',
      `the compatibility has ${length(optional.compatibility ?? '')} characters (at most ${MAX_COMPATIBILITY})`,
      compatibility,
    )
  }
  const lists = {
    triggers: reader.list(reader.find('triggers')),
    elements: reader.list(reader.find('elements')),
    realms: reader.list(reader.find('realms')),
    tags: reader.list(reader.find('tags')),
  }
  return { name, ...lists, ...withoutUndefined(optional) }
}

/** The specification has spaces between the tools, most authors use commas. Both separate tools outside parentheses only: `Bash(git add *), Read`. */
function readTools(reader: TypedReader, found: FieldValue | undefined): readonly string[] | undefined {
  return found === undefined ? undefined : reader.list(found, splitTools)
}

/** The specification requires one text with spaces between the tools. */
function checkToolsForm(reader: TypedReader): void {
  const found = reader.top('allowed-tools')
  if (found === undefined || found.value instanceof Map) return
  const text = typeof found.value === 'string' ? found.value.trim().replace(/\s+/g, ' ') : undefined
  if (text !== undefined && splitTools(text).join(' ') === text) return
  const form = text === undefined ? 'is a list' : 'has commas'
  reader.report('SKILL_TOOLS_FORM', `${keyOf(found)} ${form}: the specification requires one text with spaces between the tools`, found)
}

/** The tools in a text with spaces or commas between them. */
export function splitTools(text: string): string[] {
  const tools = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(') depth++
    if (char === ')') depth--
    if (depth <= 0 && /[\s,]/.test(char)) tools.push('')
    else tools.push((tools.pop() ?? '') + char)
  }
  return tools
}

/** A text, or a mapping with a name, as in package.json. */
function readAuthor(reader: TypedReader, found: FieldValue | undefined): string | undefined {
  if (!(found?.value instanceof Map)) return reader.text(found)
  const name: unknown = found.value.get('name')
  return typeof name === 'string' ? name.trim() : undefined
}

function checkKeys(reader: TypedReader, document: SkillDocument): void {
  const metadata = reader.top('metadata')
  if (metadata !== undefined && !(metadata.value instanceof Map)) {
    reader.report('SKILL_METADATA_TYPE', invalidValue(metadata, 'a mapping'), metadata)
  }
  const inner = metadata?.value instanceof Map ? metadata.value : new Map<string, unknown>()
  for (const [key, value] of inner) {
    if (typeof value !== 'string' && value !== null && !KNOWN_KEYS.has(key)) {
      reader.report('SKILL_METADATA_VALUE', `metadata.${oneLine(key)} is not text`, { path: ['metadata', key] })
    }
  }
  for (const key of document.values.keys()) {
    if (KNOWN_KEYS.has(key)) continue
    const meant = nearest(key, KNOWN_KEYS)
    const hint = meant === undefined || document.values.has(meant) ? undefined : `did you mean \`${meant}\`?`
    reader.report('SKILL_FIELD_UNKNOWN', `unknown key ${show(key)}`, { path: [key] }, hint)
  }
}

/** In code points, as the specification counts. */
function length(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) count--
  return count
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const rest: Partial<Record<string, unknown>> = {}
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) rest[key] = value
  return rest as { [K in keyof T]?: Exclude<T[K], undefined> }
}
