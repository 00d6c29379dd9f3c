import { isJsonObject } from '../../core/json.ts'
import type { Json } from '../../core/json.ts'

/** What a skill without a version gets. */
const FIRST_VERSION = '"1.0.0"'

/** The YAML with a version under `metadata`. Undefined when there is one, or when `metadata` is written in one line. */
export function addVersion(yaml: string, document: Readonly<Record<string, Json>>): string | undefined {
  const metadata = document['metadata'] ?? null
  if (isStated(document['version']) || (isJsonObject(metadata) && isStated(metadata['version']))) return undefined
  // an empty one is the author's to fill
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
