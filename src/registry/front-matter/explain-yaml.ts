import { oneLine } from '../skill/paths.ts'
import type { RuleCode } from '../rules/rules.ts'
import type { YamlFault } from './yaml.ts'

/** A fault of YAML, described by its cause. `offset` is the UTF-16 offset in the YAML. */
export interface YamlExplanation {
  code: RuleCode
  message: string
  offset: number
  hint?: string
}

/**
 * Finds the cause of invalid YAML. The parser stops where it cannot continue, often a line below the fault, with a message such
 * as "a multiline key may not be an implicit key". The cause is almost always an unquoted one-line value above that place, so
 * the values are checked first.
 */
export function explainYaml(yaml: string, fault: YamlFault): YamlExplanation {
  if (fault.kind === 'depth') return { code: 'YAML_DEPTH', message: fault.message, offset: fault.offset }
  const value = faultyValue(yaml, fault.offset)
  if (value !== undefined) return value
  if (fault.kind === 'anchor') return { code: 'YAML_ANCHOR', message: `${oneLine(fault.message)} is not allowed`, offset: fault.offset }
  return byReason(yaml, fault)
}

interface Entry {
  key: string
  /** The rest of the line after `key:` and white space, not empty. */
  value: string
  valueOffset: number
  indent: number
}

const ENTRY = /^([ \t]*(?:- +)?)("[^"]*"|'[^']*'|[^\s"'#:{}[\],&*!|>%@`-][^:]*):[ \t]+(\S.*)$/

/** The first `key: value` line, up to where the parser stopped, with an invalid value. */
function faultyValue(yaml: string, stopped: number): YamlExplanation | undefined {
  let start = 0
  /** Lines indented more than this belong to a block of text or a list above; undefined outside one. */
  let insideOf: number | undefined
  for (const line of yaml.split('\n')) {
    if (start > stopped) return undefined
    const text = line.replace(/\r$/, '')
    const indent = /^[ ]*/.exec(text)?.[0].length ?? 0
    if (insideOf !== undefined && indent <= insideOf && text.trim() !== '') insideOf = undefined
    const entry = insideOf === undefined ? entryAt(text, start, indent) : undefined
    if (entry !== undefined) {
      const found = judge(entry)
      if (found !== undefined) return found
      if (/^[|>]/.test(entry.value) || /^["'](?:.*[^"'])?$/.test(entry.value)) insideOf = entry.indent
    }
    start += line.length + 1
  }
  return undefined
}

function entryAt(text: string, start: number, indent: number): Entry | undefined {
  const match = ENTRY.exec(text)
  if (match?.[2] === undefined || match[3] === undefined) return undefined
  return { key: match[2].trimEnd(), value: match[3].trimEnd(), valueOffset: start + text.length - match[3].length, indent }
}

function judge({ key, value, valueOffset }: Entry): YamlExplanation | undefined {
  const shown = oneLine(key)
  const at = (code: RuleCode, index: number, message: string, hint?: string): YamlExplanation => ({
    code,
    message,
    offset: valueOffset + index,
    ...(hint === undefined ? {} : { hint }),
  })
  const first = value.charAt(0)
  if (/^[|>][^\s]*[ \t]+[^\s#]/.test(value)) {
    return at(
      'YAML_BLOCK',
      0,
      `${shown}: text follows \`${first}\` on the same line`,
      `put the text on the next line, indented by two spaces, or remove the \`${first}\` and quote the text`,
    )
  }
  if (first === '"' || first === "'") return judgeQuotes(value, shown, at)
  if (first === '[' || first === '{') return judgeBrackets(value, shown, at)
  if ('*&!@`%'.includes(first) || /^[-?][ \t]/.test(value)) {
    return at(SPECIAL[first] ?? 'YAML_RESERVED', 0, `quote the ${shown}: it begins with \`${first}\``)
  }
  const comment = value.search(/[ \t]#/)
  const colon = (comment === -1 ? value : value.slice(0, comment)).search(/:(?=[ \t]|$)/)
  if (colon === -1 || first === '|' || first === '>') return undefined
  const how = value.slice(colon).trim() === ':' ? 'ends with `:`' : 'contains `: `'
  return at(
    'YAML_COLON',
    colon,
    `quote the ${shown}: it ${how}`,
    `put the value in quotes, or write \`${shown}: >-\` and the text on the next line, indented`,
  )
}

/** Rules for unquoted values by their first character, other than YAML_RESERVED. */
const SPECIAL: Readonly<Record<string, RuleCode>> = { '*': 'YAML_ANCHOR', '&': 'YAML_ANCHOR', '!': 'YAML_TAG' }

type At = (code: RuleCode, index: number, message: string, hint?: string) => YamlExplanation

/** A quoted value must end with its closing quote. One that does not close on its line may continue below. */
function judgeQuotes(value: string, key: string, at: At): YamlExplanation | undefined {
  const quoted = (value.startsWith('"') ? /^"(?:[^"\\]|\\.)*"/ : /^'(?:[^']|'')*'/).exec(value)?.[0]
  if (quoted === undefined) return undefined
  const rest = value.slice(quoted.length)
  if (rest === '' || /^[ \t]+#/.test(rest) || /^[ \t]*:/.test(rest)) return undefined
  return at('YAML_QUOTES', quoted.length, `${key}: text follows the closing quote`)
}

/** `[Tag] text` is meant as text, but YAML reads a list. */
function judgeBrackets(value: string, key: string, at: At): YamlExplanation | undefined {
  const close = value.startsWith('[') ? ']' : '}'
  const rest = value.slice(value.lastIndexOf(close) + 1)
  if (!value.includes(close) || rest.trim() === '' || /^[ \t]+#/.test(rest)) return undefined
  return at('YAML_RESERVED', 0, `quote the ${key}: it begins with \`${value.charAt(0)}\``)
}

/** Messages of js-yaml 3 and better texts for them. */
const REASONS: readonly [pattern: RegExp, code: RuleCode, message: string, hint?: string][] = [
  [/duplicated mapping key/, 'YAML_DUPLICATE_KEY', 'the key occurs twice'],
  [/unidentified alias|alias/, 'YAML_ANCHOR', '`*` begins an alias'],
  [/tag/, 'YAML_TAG', 'tags are not allowed'],
  [/single quoted|double quoted/, 'YAML_QUOTES', 'a quote is not closed'],
  [
    /escape sequence|hexadecimal/,
    'YAML_QUOTES',
    'unknown escape after a backslash in double quotes',
    'write two backslashes, or use single quotes',
  ],
  [
    /flow collection/,
    'YAML_SYNTAX',
    'a list `[...]` or mapping `{...}` is not closed, or a comma is missing',
    'close it, or put the value in quotes if it is text',
  ],
  [
    /single document|end of the stream or a document separator/,
    'YAML_SYNTAX',
    'unexpected text',
    'write one `key: value` on each line; quote a value that begins with a special character',
  ],
  [
    /bad indentation/,
    'YAML_SYNTAX',
    'the indentation does not match the lines above',
    'indent the keys of a mapping equally; quote a value that spans several lines',
  ],
  [
    /key/,
    'YAML_SYNTAX',
    'the line is not `key: value`',
    'write `key: value` with a space after the colon; indent the other lines of a text',
  ],
]

function byReason(yaml: string, { message, offset }: YamlFault): YamlExplanation {
  const known = REASONS.find(([pattern]) => pattern.test(message))
  const at = cause(yaml.slice(0, offset), message)
  if (known === undefined) return { code: 'YAML_SYNTAX', message: oneLine(message), offset: at }
  const [, code, words, hint] = known
  return { code, message: words, offset: at, ...(hint === undefined ? {} : { hint }) }
}

/** Offset of the bracket in the last line `key: [` or `key: {`. */
function lastBracket(yaml: string): number | undefined {
  let last: number | undefined
  let start = 0
  for (const line of yaml.split('\n')) {
    const head = /^[^:]*:[ \t]+(?=[[{])/.exec(line)?.[0]
    if (head !== undefined) last = start + head.length
    start += line.length + 1
  }
  return last
}

/** Offset of the cause, for faults that the parser detects on a later line. `before` is the YAML that it has read. */
function cause(before: string, message: string): number {
  // the line before the one that could not be joined to it
  if (message.includes('multiline key')) return before.trimEnd().lastIndexOf('\n') + 1
  if (message.includes('flow collection')) {
    const at = lastBracket(before)
    if (at !== undefined && before.includes('\n', at)) return at
  }
  return before.length
}
