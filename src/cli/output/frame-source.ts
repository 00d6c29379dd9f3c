import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../../config/package-files.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'

/** Larger files get no frame. */
const MAX_BYTES = 4 * 1024 * 1024

/** The text of the file of a diagnostic, for the lines around it; undefined when there is no such text file. */
export function frameSource({ file, line }: Diagnostic, cwd: string): string | undefined {
  if (file === undefined || line === undefined) return undefined
  // paths of package files are relative to its root
  for (const folder of [cwd, packageRoot()]) {
    const absolute = path.resolve(folder, file)
    try {
      const stats = statSync(absolute)
      // reading a pipe could wait forever
      return stats.isFile() && stats.size <= MAX_BYTES ? readFileSync(absolute, 'utf8') : undefined
    } catch {
      // try the next folder
    }
  }
  return undefined
}
