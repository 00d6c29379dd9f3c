import { bytewise } from '../../core/bytewise.ts'
import type { Json } from '../../core/json.ts'
import { isJsonObject } from '../../core/json.ts'
import type { FileChange } from './sync-report.ts'

/** What changed between two maps of digests by path, bytewise by path; undefined when one of them was never recorded. */
export function fileChanges(from: Json | undefined, to: Json | undefined): FileChange[] | undefined {
  if (!isJsonObject(from) || !isJsonObject(to)) return undefined
  const paths = new Set([...Object.keys(from), ...Object.keys(to)])
  const changes: FileChange[] = []
  for (const path of [...paths].toSorted(bytewise)) {
    if (!Object.hasOwn(from, path)) changes.push({ path, change: 'added' })
    else if (!Object.hasOwn(to, path)) changes.push({ path, change: 'removed' })
    else if (from[path] !== to[path]) changes.push({ path, change: 'changed' })
  }
  return changes
}
