import { LineIndex, type Position } from '../../core/positions.ts'
import { oneLine } from '../skill/paths.ts'
import { DepthError, toDocumentValue, type DocumentMap } from '../skill/document.ts'
import type { ReadDocument } from './front-matter.ts'
import { ruleDiagnostic } from '../rules/rules.ts'

/** The largest `meta.json`, in bytes. */
export const MAX_META_JSON: number = 64 * 1024

/**
 * Reads the `meta.json` of the older layout (`<id>/meta.json`, with `skill.json` and `prompts/` beside it): an object with
 * id, name or title, version, description, enabled, trustLevel, tier, category, kind, triggers, elements, realms, tags.
 * A file without any of these belongs to another tool: no document, no error.
 */
export function readMetaJson(bytes: Uint8Array, truncated: boolean, file: string): ReadDocument {
  const invalid = (message: string, place: Position = { line: 1, column: 1 }): ReadDocument => ({
    diagnostics: [ruleDiagnostic('META_JSON_INVALID', message, file, place)],
  })
  if (truncated) return invalid(`the file is larger than ${MAX_META_JSON / 1024} KiB`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return invalid('the file is not UTF-8')
  }
  const lines = new LineIndex(text)
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    // V8 reports either the position or a part of the text
    const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ') : ''
    const position = /position (\d+)/.exec(reason)?.[1]
    return invalid(`invalid JSON: ${oneLine(reason)}`, lines.positionAt(Number(position ?? 0)))
  }
  try {
    const { value, unsafe } = toDocumentValue(parsed)
    if (!(value instanceof Map)) return invalid('the file must be a JSON object')
    const values: DocumentMap = value
    if (!KNOWN.some((key) => values.has(key)))
      return { diagnostics: [ruleDiagnostic('META_JSON_IGNORED', 'the file does not describe a skill', file)] }
    const place = (path: readonly string[]): Position => lines.positionAt(offsetOf(text, path[0] ?? ''))
    const diagnostics = unsafe.map(({ path, problem }) =>
      ruleDiagnostic('TEXT_UNSAFE', `${path.length === 0 ? 'a key' : path.join('.')} contains ${problem}`, file, place(path)),
    )
    return { document: { file, values, place }, diagnostics }
  } catch (error) {
    if (error instanceof DepthError) return invalid('the file is nested more than 20 deep')
    throw error
  }
}

const KNOWN = [
  'id',
  'skill_id',
  'name',
  'title',
  'version',
  'description',
  'tier',
  'category',
  'kind',
  'triggers',
  'trustLevel',
  'trust_level',
]

/** Offset of the value of the first key with this name in any object: close enough to find it. */
function offsetOf(text: string, key: string): number {
  const at = text.indexOf(JSON.stringify(key))
  const value = at === -1 ? null : /^\s*:\s*/.exec(text.slice(at + JSON.stringify(key).length))
  return at === -1 ? 0 : at + (value === null ? 0 : JSON.stringify(key).length + value[0].length)
}
