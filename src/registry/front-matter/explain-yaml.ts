import { oneLine } from '../skill/paths.ts'
import type { RuleCode } from '../rules/rules.ts'
import type { YamlFault } from './yaml.ts'

/** A fault of YAML in words that lead to its repair. `offset` is the UTF-16 offset in the YAML. */
export interface YamlExplanation {
  code: RuleCode
  message: string
  offset: number
  hint?: string
}

/**
 * Finds out what is really wrong with YAML that could not be parsed. The parser stops where it can go no further, often
 * a line below the fault, and says things like "a multiline key may not be an implicit key"; almost always the cause is
 * an unquoted one-line value above that place, so the values are looked at first.
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

/** The first `key: value` line, up to where the parser stopped, whose value cannot be right. */
function faultyValue(yaml: string, stopped: number): YamlExplanation | undefined {
  let start = 0
  /** Lines indented more than this belong to a block of text or a list above; undefined when there is none. */
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
      if (/^[|>]|^["'](?!.*["']\s*$)/.test(entry.value)) insideOf = entry.indent
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
  const colon = value.replace(/[ \t]#.*$/, '').search(/:(?=[ \t]|$)/)
  if (colon === -1 || first === '|' || first === '>') return undefined
  const how = value.slice(colon).trim() === ':' ? 'ends with `:`' : 'contains `: `'
  return at(
    'YAML_COLON',
    colon,
    `quote the ${shown}: it ${how}`,
    `put the value in quotes, or write \`${shown}: >-\` and the text on the next line, indented`,
  )
}

/** What an unquoted value would be by its first character, when that is something we have a rule of its own for. */
const SPECIAL: Readonly<Record<string, RuleCode>> = { '*': 'YAML_ANCHOR', '&': 'YAML_ANCHOR', '!': 'YAML_TAG' }

type At = (code: RuleCode, index: number, message: string, hint?: string) => YamlExplanation

/** A quoted value must end with its closing quote; one that does not close on its line may go on below. */
function judgeQuotes(value: string, key: string, at: At): YamlExplanation | undefined {
  const quoted = (value.startsWith('"') ? /^"(?:[^"\\]|\\.)*"/ : /^'(?:[^']|'')*'/).exec(value)?.[0]
  if (quoted === undefined) return undefined
  const rest = value.slice(quoted.length)
  if (rest === '' || /^[ \t]+#/.test(rest) || /^[ \t]*:/.test(rest)) return undefined
  return at('YAML_QUOTES', quoted.length, `${key}: text follows the closing quote`)
}

/** `[Tag] text` is meant as text, but read as a list. */
function judgeBrackets(value: string, key: string, at: At): YamlExplanation | undefined {
  const close = value.startsWith('[') ? ']' : '}'
  const rest = value.slice(value.lastIndexOf(close) + 1)
  if (!value.includes(close) || rest.trim() === '' || /^[ \t]+#/.test(rest)) return undefined
  return at('YAML_RESERVED', 0, `quote the ${key}: it begins with \`${value.charAt(0)}\``)
}

/** What js-yaml 3 says, in better words; its own are kept at the end of the table. */
const REASONS: readonly [pattern: RegExp, code: RuleCode, message: string, hint?: string][] = [
  [/duplicated mapping key/, 'YAML_DUPLICATE_KEY', 'this key stands twice'],
  [/unidentified alias|alias/, 'YAML_ANCHOR', 'a `*` begins an alias'],
  [/tag/, 'YAML_TAG', 'a tag is not allowed'],
  [/single quoted|double quoted/, 'YAML_QUOTES', 'a quote is opened and never closed'],
  [
    /escape sequence|hexadecimal/,
    'YAML_QUOTES',
    'a backslash in double quotes begins an escape that does not exist',
    'write two backslashes, or use single quotes',
  ],
  [
    /flow collection/,
    'YAML_SYNTAX',
    'a list `[...]` or map `{...}` is not closed or lacks a comma',
    'close it, or put the value in quotes if it is text',
  ],
  [
    /single document|end of the stream or a document separator/,
    'YAML_SYNTAX',
    'the text cannot go on like this here',
    'write one `key: value` on each line; quote a value that begins with a special character',
  ],
  [
    /bad indentation/,
    'YAML_SYNTAX',
    'the indentation does not fit the lines above',
    'indent the keys of one map alike; quote a value that goes over several lines',
  ],
  [
    /key/,
    'YAML_SYNTAX',
    'a line is no `key: value`',
    'write `key: value` with a space after the colon; indent the further lines of a text',
  ],
]

function byReason(yaml: string, { message, offset }: YamlFault): YamlExplanation {
  const known = REASONS.find(([pattern]) => pattern.test(message))
  const at = cause(yaml.slice(0, offset), message)
  if (known === undefined) return { code: 'YAML_SYNTAX', message: oneLine(message), offset: at }
  const [, code, words, hint] = known
  return { code, message: words, offset: at, ...(hint === undefined ? {} : { hint }) }
}

/** Offset of the cause, for faults that the parser notices on a later line. `before` is the YAML that it has read. */
function cause(before: string, message: string): number {
  // the line in front of the one that could not be joined to it
  if (message.includes('multiline key')) return before.replace(/\s+$/, '').lastIndexOf('\n') + 1
  if (message.includes('flow collection')) {
    const opening = [...before.matchAll(/^[^\n:]*:[ \t]+(?=[[{])/gm)].at(-1)
    const at = opening === undefined ? -1 : opening.index + opening[0].length
    if (at !== -1 && before.includes('\n', at)) return at
  }
  return before.length
}
