import type { Json } from '../../core/json.ts'
import { splitTools } from '../front-matter/validate.ts'
import { yamlScalar } from '../front-matter/yaml-scalar.ts'

/** A key with its value on the same line, and the lines of a list below it. */
const ENTRY =
  /^(allowed[-_]tools|allowedTools)(:)(?:([ \t]+)(\S[^\n]*?))?([ \t]*\r?)$((?:\n[ \t]*-[ \t]+[^\s#][^\n#]*$)*)(?!\n[ \t]*(?:- |#)|\n[ \t]+\S)/m

/**
 * The YAML with the allowed tools as one text with spaces between them. Undefined when they are, when a comment stands
 * among them, or when their text could be read in another way than the list.
 */
export function fixToolsForm(yaml: string, document: Readonly<Record<string, Json>>): string | undefined {
  const match = ENTRY.exec(yaml)
  const [all, key = '', colon = '', gap = ' ', onLine, rest = '', below = ''] = match ?? []
  if (match === null || all === undefined || (onLine !== undefined && below !== '')) return undefined
  // a comment behind the value is nobody's to move
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
