import { entryLine } from './entry-line.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { LineIndex, type Position } from '../../core/positions.ts'
import { toDocumentValue, unsafeText, type DocumentMap, type SkillDocument } from '../skill/document.ts'
import { explainYaml, type YamlExplanation } from './explain-yaml.ts'
import { ruleDiagnostic } from '../rules/rules.ts'
import { splitFrontMatter } from './split-front-matter.ts'
import { YamlFault, type YamlParser } from './yaml.ts'

/** A file that was read. Without `document`, at least one of the diagnostics is an error. */
export interface ReadDocument {
  document?: SkillDocument
  diagnostics: Diagnostic[]
}

/**
 * Reads the front matter at the start of a SKILL.md. Never throws because of the content of the file. `truncated`: the file is
 * longer than `head`. `lenient`: one-line values with an unquoted `: ` are read as if they were quoted, with a warning.
 */
export function readFrontMatter(head: Uint8Array, truncated: boolean, file: string, parse: YamlParser, lenient = false): ReadDocument {
  const split = splitFrontMatter(head, truncated)
  if (!split.ok) return { diagnostics: [ruleDiagnostic(split.code, split.message, file, split.place, split.hint)] }
  const { text, offset } = split
  const yaml = text.slice(offset)
  const lines = new LineIndex(text)
  const at = (index: number): Position => lines.positionAt(offset + index)

  const raw = rawFault(yaml)
  if (raw !== undefined) return { diagnostics: [ruleDiagnostic(raw.code, raw.message, file, at(raw.offset))] }
  const result = lenient ? parseLeniently(yaml, parse) : tryToParse(yaml, parse)
  if (result.fault !== undefined) {
    const { code, message, offset: index, hint } = result.fault
    return { diagnostics: [ruleDiagnostic(code, message, file, at(index), hint)] }
  }

  const { value, unsafe } = toDocumentValue(result.parsed ?? {})
  if (!(value instanceof Map)) return { diagnostics: [ruleDiagnostic('YAML_NOT_A_MAP', 'front matter must be a mapping', file, at(0))] }
  const values: DocumentMap = value
  const place = (path: readonly string[]): Position => at(offsetOf(yaml, path))
  const quoted = (result.quoted ?? []).map((index) =>
    ruleDiagnostic('YAML_COLON_QUOTED', 'the value contains an unquoted `: ` and was read as if it were quoted', file, at(index)),
  )
  const diagnostics = unsafe.map(({ path, problem }) =>
    ruleDiagnostic('TEXT_UNSAFE', `${path.length === 0 ? 'a key' : path.join('.')} contains ${problem}`, file, place(path)),
  )
  diagnostics.unshift(...quoted)
  const comment = cutDescription(yaml)
  if (comment !== undefined) {
    diagnostics.push(ruleDiagnostic('SKILL_DESCRIPTION_CUT', 'the description ends before ` #`, which begins a comment', file, at(comment)))
  }
  return { document: { file, values, place }, diagnostics }
}

interface Parsed {
  parsed?: unknown
  fault?: YamlExplanation
  /** Offsets of the `: ` in values that were quoted first. */
  quoted?: number[]
}

function tryToParse(yaml: string, parse: YamlParser): Parsed {
  try {
    return { parsed: parse(yaml) }
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error
    return { fault: explainYaml(yaml, error) }
  }
}

/** The most values that are quoted in one file: a limit for the work. */
const MOST_QUOTED = 20

/** Quotes values with a `: ` until the YAML is valid; otherwise returns the first fault. */
function parseLeniently(yaml: string, parse: YamlParser): Parsed {
  const first = tryToParse(yaml, parse)
  const quoted: number[] = []
  let text = yaml
  let added = 0
  for (let result = first; quoted.length <= MOST_QUOTED; result = tryToParse(text, parse)) {
    if (result.fault === undefined) return { ...result, quoted }
    if (result.fault.code !== 'YAML_COLON') return first
    const next = quoteValue(text, result.fault.offset)
    if (next === undefined) return first
    // the offset in the original text: quotes that were added before it moved it
    quoted.push(result.fault.offset - added)
    added += next.length - text.length
    text = next
  }
  return first
}

interface RawFault {
  code: 'TEXT_UNSAFE' | 'YAML_TAB'
  message: string
  offset: number
}

/** Problems that the parser accepts or reports badly: control characters, and tabs as indentation (which it ignores). */
function rawFault(yaml: string): RawFault | undefined {
  for (let i = 0; i < yaml.length; i++) {
    const unit = yaml.charCodeAt(i)
    // tab, LF and CR are allowed: split-front-matter rejects lone CRs, and UTF-8 has no lone surrogates
    const isControl = unit < 0x20 ? unit !== 0x09 && unit !== 0x0a && unit !== 0x0d : unit >= 0x7f && unit <= 0x9f
    if (isControl) return { code: 'TEXT_UNSAFE', message: `the front matter contains ${unsafeText(yaml.charAt(i)) ?? ''}`, offset: i }
  }
  const tab = /^\t+(?:- |[^\s:#]+:(?:\s|$))/m.exec(yaml)
  return tab === null ? undefined : { code: 'YAML_TAB', message: 'the line is indented with a tab', offset: tab.index }
}

/** Offset of the value of a key; of the key if the value is on a later line; else of the nearest key above. */
function offsetOf(yaml: string, path: readonly string[]): number {
  const [top, inner] = path
  if (top === undefined) return 0
  const outer = findKey(yaml, 0, yaml.length, '', top)
  if (outer === undefined || inner === undefined) return outer?.offset ?? 0
  const from = outer.lineEnd
  const next = /^[^\s#]/m.exec(yaml.slice(from))
  const to = next === null ? yaml.length : from + next.index
  const indent = /^[ \t]+(?=[^\s#])/m.exec(yaml.slice(from, to))?.[0]
  return (indent === undefined ? undefined : findKey(yaml, from, to, indent, inner)?.offset) ?? outer.offset
}

function findKey(yaml: string, from: number, to: number, indent: string, key: string): { offset: number; lineEnd: number } | undefined {
  for (let start = from; start < to;) {
    const next = yaml.indexOf('\n', start) + 1 || yaml.length
    const at = start + indent.length
    const quote = '"\''.includes(yaml.charAt(at)) ? yaml.charAt(at) : ''
    const written = `${quote}${key}${quote}`
    if (yaml.startsWith(indent, start) && yaml.startsWith(written, at)) {
      const value = VALUE.exec(yaml.slice(at + written.length, next))
      if (value !== null) return { offset: value[1] === undefined ? at : at + written.length + value[0].length, lineEnd: next }
    }
    start = next
  }
  return undefined
}

/** The colon after a key, and the white space before its value if that is on the line. */
const VALUE = /^[ \t]*:(?:([ \t]+)(?=[^\s#])|(?=\s|$))/

/** Offset of a ` #` that ends an unquoted description. */
function cutDescription(yaml: string): number | undefined {
  const match = /^description:[ \t]+([^\s"'|>#].*)$/m.exec(yaml)
  const hash = match?.[1]?.search(/[ \t]#/) ?? -1
  return match === null || hash === -1 ? undefined : match.index + match[0].length - (match[1]?.length ?? 0) + hash + 1
}

/**
 * Puts the one-line value around an offset in single quotes. A comment after it becomes part of the value. Undefined if there
 * is no `key: value` on the line.
 */
function quoteValue(yaml: string, offset: number): string | undefined {
  const start = yaml.lastIndexOf('\n', offset - 1) + 1
  const end = yaml.indexOf('\n', offset)
  const line = yaml.slice(start, end === -1 ? yaml.length : end)
  const entry = entryLine(line)
  if (entry === undefined) return undefined
  const { head, value, rest } = entry
  return `${yaml.slice(0, start)}${head}'${value.replaceAll("'", "''")}'${rest}${yaml.slice(start + line.length)}`
}
