import { isJsonObject, type Json } from '../../core/json.ts'
import type { RuleCode } from '../rules/rules.ts'
import { quoted, yamlScalar } from '../front-matter/write-front-matter.ts'
import { splitTools } from '../front-matter/validate.ts'

/** `key: value` on one line: indentation and key with its colon, the value, trailing white space and a carriage return. */
const ENTRY = /^([ \t]*(?:- +)?(?:"[^"]*"|'[^']*'|[^\s"'#][^:]*):[ \t]+)(\S.*?)([ \t]*\r?)$/

/**
 * The YAML with the value around an offset in quotes, if the value is clearly meant as text; undefined if it may have another
 * meaning, such as `*name`, `&name` and `!name` alone.
 */
export function quoteFaultyValue(yaml: string, code: RuleCode, offset: number): string | undefined {
  const start = yaml.lastIndexOf('\n', offset - 1) + 1
  const end = yaml.indexOf('\n', offset)
  const line = yaml.slice(start, end === -1 ? yaml.length : end)
  const [all, key = '', value = '', rest = ''] = ENTRY.exec(line) ?? []
  if (all === undefined) return undefined
  const text = meantText(code, value)
  if (text === undefined) return undefined
  const [content, comment] = splitComment(text)
  return `${yaml.slice(0, start)}${key}${quoted(content)}${comment}${rest}${yaml.slice(start + all.length)}`
}

/** The text that the author of an invalid value meant. */
function meantText(code: RuleCode, value: string): string | undefined {
  switch (code) {
    case 'YAML_COLON':
    case 'YAML_RESERVED':
    case 'YAML_QUOTES':
      return value
    case 'YAML_BLOCK':
      return /^[|>][-+]?[ \t]+(\S.*)$/.exec(value)?.[1]
    case 'YAML_ANCHOR':
      return /^\*[\w-]+$|^&\S/.test(value) ? undefined : value
    default:
      return undefined
  }
}

/** A value and the comment after it. `#1` is part of a text, `# word` begins a comment. */
function splitComment(value: string): [content: string, comment: string] {
  const at = value.search(/[ \t]+#[ \t]/)
  return at === -1 ? [value, ''] : [value.slice(0, at), value.slice(at)]
}

/** The YAML with its description in quotes, if a ` #` without a space after it ends the description: `issue #12` is text, `text # note` may be a comment. */
export function quoteCutDescription(yaml: string, { description }: Readonly<Record<string, Json>>): string | undefined {
  const match = /^(description:[ \t]+)([^\s"'|>#].*?)([ \t]*\r?)$/m.exec(yaml)
  const [all, key = '', value = '', rest = ''] = match ?? []
  if (match === null || all === undefined || typeof description !== 'string') return undefined
  const cut = value.search(/[ \t]#/)
  // a description that continues on the next line is another case
  if (cut === -1 || !/[ \t]#[^\s#]/.test(value.slice(cut, cut + 3)) || value.slice(0, cut).trimEnd() !== description) return undefined
  return `${yaml.slice(0, match.index)}${key}${quoted(value)}${rest}${yaml.slice(match.index + all.length)}`
}

/** The key with its value on the same line, or with the lines of a list below it. */
const TOOLS_ENTRY =
  /^(allowed[-_]tools|allowedTools)(:)(?:([ \t]+)(\S[^\n]*?))?([ \t]*\r?)$((?:\n[ \t]*-[ \t]+[^\s#][^\n#]*$)*)(?!\n[ \t]*(?:- |#)|\n[ \t]+\S)/m

/**
 * The YAML with the allowed tools as one text with spaces between them. Undefined if they already are, if there is a comment
 * between them, or if the text would be read differently from the list.
 */
export function fixToolsForm(yaml: string, document: Readonly<Record<string, Json>>): string | undefined {
  const match = TOOLS_ENTRY.exec(yaml)
  const [all, key = '', colon = '', gap = ' ', onLine, rest = '', below = ''] = match ?? []
  if (match === null || all === undefined || (onLine !== undefined && below !== '')) return undefined
  // a comment after the value would have to move
  if (onLine !== undefined && /(?:^|[ \t])#/.test(onLine)) return undefined
  const tools = toolsOf(document[key])
  if (tools === undefined || tools.length === 0) return undefined
  const text = tools.join(' ')
  if (splitTools(text).join('\n') !== tools.join('\n')) return undefined
  const value = yamlScalar(text)
  return onLine === value || document[key] === text
    ? undefined
    : `${yaml.slice(0, match.index)}${key}${colon}${gap}${value}${rest}${yaml.slice(match.index + all.length)}`
}

function toolsOf(value: Json | undefined): string[] | undefined {
  const items = typeof value === 'string' ? splitTools(value) : Array.isArray(value) ? (value as Json[]) : undefined
  if (items === undefined || !items.every((item) => typeof item === 'string')) return undefined
  return items.map((item) => item.trim()).filter((item) => item !== '')
}

/** The version for a skill without one. */
const FIRST_VERSION = '"1.0.0"'

/** The YAML with a version under `metadata`. Undefined if there is one, or if `metadata` is written on one line. */
export function addVersion(yaml: string, document: Readonly<Record<string, Json>>): string | undefined {
  const metadata = document['metadata'] ?? null
  if (isStated(document['version']) || (isJsonObject(metadata) && isStated(metadata['version']))) return undefined
  // an empty version must be filled in by the author
  if (Object.hasOwn(document, 'version') || (isJsonObject(metadata) && Object.hasOwn(metadata, 'version'))) return undefined
  const lineBreak = /\r?\n/.exec(yaml)?.[0] ?? '\n'
  if (!Object.hasOwn(document, 'metadata')) {
    const end = yaml === '' || yaml.endsWith('\n') ? '' : lineBreak
    return `${yaml}${end}metadata:${lineBreak}  version: ${FIRST_VERSION}${lineBreak}`
  }
  const line = /^metadata:[ \t]*(?:#[^\n]*)?\r?\n/m.exec(yaml)
  if (line === null) return undefined
  const at = line.index + line[0].length
  const indent = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*( +)[^\s#]/.exec(yaml.slice(at))?.[1] ?? '  '
  return `${yaml.slice(0, at)}${indent}version: ${FIRST_VERSION}${lineBreak}${yaml.slice(at)}`
}

function isStated(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}
