import type { Json } from '../../core/json.ts'
import type { RuleCode } from '../skill/rules.ts'
import { quoted } from '../front-matter/yaml-scalar.ts'

/** `key: value` on one line: indentation and key with its colon, the value, white space and a carriage return behind it. */
const ENTRY = /^([ \t]*(?:- +)?(?:"[^"]*"|'[^']*'|[^\s"'#][^:]*):[ \t]+)(\S.*?)([ \t]*\r?)$/

/**
 * The YAML with the value around an offset in quotes, where what YAML finds in it is meant as text beyond doubt; undefined
 * where it may be meant otherwise, as `*name`, `&name` and `!name` alone may be.
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

/** The text that the author of a faulty value meant. */
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

/** A value and the comment behind it. `#1` is part of a text as people write it, `# word` begins a comment. */
function splitComment(value: string): [content: string, comment: string] {
  const at = value.search(/[ \t]+#[ \t]/)
  return at === -1 ? [value, ''] : [value.slice(0, at), value.slice(at)]
}

/** The YAML with its description in quotes when a ` #` cuts it off that no space follows: `issue #12` is text, `text # note` may not be. */
export function quoteCutDescription(yaml: string, { description }: Readonly<Record<string, Json>>): string | undefined {
  const match = /^(description:[ \t]+)([^\s"'|>#].*?)([ \t]*\r?)$/m.exec(yaml)
  const [all, key = '', value = '', rest = ''] = match ?? []
  if (match === null || all === undefined || typeof description !== 'string') return undefined
  const cut = value.search(/[ \t]#/)
  // a description that goes on below is another case
  if (cut === -1 || !/[ \t]#[^\s#]/.test(value.slice(cut, cut + 3)) || value.slice(0, cut).trimEnd() !== description) return undefined
  return `${yaml.slice(0, match.index)}${key}${quoted(value)}${rest}${yaml.slice(match.index + all.length)}`
}
