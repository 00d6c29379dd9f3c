import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { FileFault, hasOsCode } from '../core/os-error.ts'

/** Whether a path is a folder or below it. Compares text: both are absolute, without links. */
export function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file)
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
}

/**
 * Whether a path is inside a folder as it is written, and outside when its symbolic links are followed. The last parts of
 * the path need not exist.
 */
export function leadsOut(file: string, folder: string): boolean {
  return isInside(file, folder) && !isInside(realPath(file), realPath(folder))
}

/** Refuses to write to a path in a folder when symbolic links lead out of the folder: those who wrote the folder would choose the file. */
export function refuseToLeave(file: string, folder: string): void {
  if (leadsOut(file, folder)) throw new FileFault('LEADS_OUT', file, `symbolic links lead out of the folder, to ${realPath(file)}`, 'write')
}

/** With all links followed, as far as the path exists. A link to nothing is followed too: a write would create its target. */
export function realPath(file: string, depth = 0): string {
  try {
    return realpathSync(file)
  } catch (error) {
    if (!hasOsCode(error, 'ENOENT')) throw error
  }
  const parent = path.dirname(file)
  const target = linkTarget(file)
  if (target !== undefined && depth < MOST_LINKS) return realPath(path.resolve(realPath(parent), target), depth + 1)
  return parent === file ? file : path.join(realPath(parent, depth), path.basename(file))
}

const MOST_LINKS = 40

function linkTarget(file: string): string | undefined {
  try {
    return lstatSync(file).isSymbolicLink() ? readlinkSync(file) : undefined
  } catch {
    return undefined
  }
}
