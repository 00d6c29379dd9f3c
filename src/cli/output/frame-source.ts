import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../../config/package-files.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'

/** Nobody reads a frame in a file larger than this, and it may be anything. */
const MAX_BYTES = 4 * 1024 * 1024

/** The text of the file that a finding is about, for the lines around it; undefined when there is no such text file. */
export function frameSource({ file, line }: Diagnostic, cwd: string): string | undefined {
  if (file === undefined || line === undefined) return undefined
  // files of the package are named from its root
  for (const folder of [cwd, packageRoot()]) {
    const absolute = path.resolve(folder, file)
    try {
      const stats = statSync(absolute)
      // a pipe would wait for a writer for ever
      return stats.isFile() && stats.size <= MAX_BYTES ? readFileSync(absolute, 'utf8') : undefined
    } catch {
      // not there
    }
  }
  return undefined
}
