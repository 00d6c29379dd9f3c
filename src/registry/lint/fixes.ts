import { isJsonObject, type Json } from '../../core/json.ts'
import type { RuleCode } from '../rules/rules.ts'
import { entryLine } from '../front-matter/entry-line.ts'
import { quoted, yamlScalar } from '../front-matter/write-front-matter.ts'
import { splitTools } from '../front-matter/validate.ts'

/**
 * The YAML with the value around an offset in quotes, if the value is clearly meant as text; undefined if it may have another
 * meaning, such as `*name`, `&name` and `!name` alone.
 */
export function quoteFaultyValue(yaml: string, code: RuleCode, offset: number): string | undefined {
  const start = yaml.lastIndexOf('\n', offset - 1) + 1
  const end = yaml.indexOf('\n', offset)
  const line = yaml.slice(start, end === -1 ? yaml.length : end)
  const entry = entryLine(line)
  const text = entry === undefined ? undefined : meantText(code, entry.value)
  if (entry === undefined || text === undefined) return undefined
  const [content, comment] = splitComment(text)
  return `${yaml.slice(0, start)}${entry.head}${quoted(content)}${comment}${entry.rest}${yaml.slice(start + line.length)}`
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
  const hash = value.search(/[ \t]#[ \t]/)
  if (hash === -1) return [value, '']
  const content = value.slice(0, hash).trimEnd()
  return [content, value.slice(content.length)]
}

/** The YAML with its description in quotes, if a ` #` without a space after it ends the description: `issue #12` is text, `text # note` may be a comment. */
export function quoteCutDescription(yaml: string, { description }: Readonly<Record<string, Json>>): string | undefined {
  const start = yaml.search(/^description:[ \t]/m)
  const line = lineAt(yaml, start)
  const { head = '', value = '', rest = '' } = entryLine(line) ?? {}
  if (start === -1 || typeof description !== 'string' || !/^[^"'|>#]/.test(value)) return undefined
  const cut = value.search(/[ \t]#/)
  // a description that continues on the next line is another case
  if (cut === -1 || !/[ \t]#[^\s#]/.test(value.slice(cut, cut + 3)) || value.slice(0, cut).trimEnd() !== description) return undefined
  return `${yaml.slice(0, start)}${head}${quoted(value)}${rest}${yaml.slice(start + line.length)}`
}

/** The line that begins at an offset, without its line feed. */
function lineAt(yaml: string, start: number): string {
  const end = yaml.indexOf('\n', start)
  return yaml.slice(start, end === -1 ? yaml.length : end)
}

interface ToolsEntry {
  key: string
  /** The white space between the colon and the value. */
  gap: string
  /** The value on the line of the key. */
  onLine: string | undefined
  /** White space and a carriage return at the end of that line. */
  rest: string
  start: number
  /** The offset after the entry, with the lines of a list below it. */
  end: number
}

/** The key with its value on the same line, or with the lines of a list below it. Undefined if other lines follow that may be part of it. */
function toolsEntry(yaml: string): ToolsEntry | undefined {
  const found = /^(allowed[-_]tools|allowedTools):/m.exec(yaml)
  if (found === null) return undefined
  const [head, key = ''] = found
  const line = lineAt(yaml, found.index)
  const value = line.slice(head.length).trim()
  const gap = line.slice(head.length).search(/\S|$/)
  if (value !== '' && gap === 0) return undefined
  let end = found.index + line.length
  while (LIST_ITEM.test(lineAt(yaml, end + 1)) && end < yaml.length) end += 1 + lineAt(yaml, end + 1).length
  if (end < yaml.length && /^[ \t]*(?:- |#)|^[ \t]+\S/.test(lineAt(yaml, end + 1))) return undefined
  return {
    key,
    gap: value === '' ? ' ' : line.slice(head.length, head.length + gap),
    onLine: value === '' ? undefined : value,
    rest: line.slice(line.trimEnd().length),
    start: found.index,
    end,
  }
}

/** `- Read` without a comment. */
const LIST_ITEM = /^[ \t]*-[ \t]+[^\s#][^#]*$/

/**
 * The YAML with the allowed tools as one text with spaces between them. Undefined if they already are, if there is a comment
 * between them, or if the text would be read differently from the list.
 */
export function fixToolsForm(yaml: string, document: Readonly<Record<string, Json>>): string | undefined {
  const entry = toolsEntry(yaml)
  if (entry === undefined) return undefined
  const { key, gap, onLine, rest, start, end } = entry
  if (onLine !== undefined && yaml.slice(start, end).includes('\n')) return undefined
  // a comment after the value would have to move
  if (onLine !== undefined && /(?:^|[ \t])#/.test(onLine)) return undefined
  const tools = toolsOf(document[key])
  if (tools === undefined || tools.length === 0) return undefined
  const text = tools.join(' ')
  if (splitTools(text).join('\n') !== tools.join('\n')) return undefined
  const value = yamlScalar(text)
  return onLine === value || document[key] === text ? undefined : `${yaml.slice(0, start)}${key}:${gap}${value}${rest}${yaml.slice(end)}`
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
  const start = yaml.search(/^metadata:/m)
  const line = lineAt(yaml, start)
  if (start === -1 || !isEmptyOrComment(line.slice('metadata:'.length)) || start + line.length === yaml.length) return undefined
  const at = start + line.length + 1
  const first =
    yaml
      .slice(at)
      .split('\n')
      .find((one) => !isEmptyOrComment(one)) ?? ''
  const indent = /^ +/.exec(first)?.[0] ?? '  '
  return `${yaml.slice(0, at)}${indent}version: ${FIRST_VERSION}${lineBreak}${yaml.slice(at)}`
}

function isEmptyOrComment(text: string): boolean {
  return /^(?:#|$)/.test(text.trim())
}

function isStated(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}
