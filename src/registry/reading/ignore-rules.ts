import path from 'node:path'
import type { Ignore } from 'ignore'
import { readHead } from './regular-file.ts'

/** Names what is not searched for skills, in the syntax of `.gitignore`; in a root or any folder below it. */
export const IGNORE_FILE = '.skillignore'

/** More than this nobody writes; what a file has beyond it is not read. */
const MAX_BYTES = 256 * 1024

/** Reads the `.skillignore` of a folder on top of what is ignored already. Errors of the file system are thrown. */
export type IgnoreReader = (folder: string, above: IgnoreRules | undefined) => IgnoreRules

/** What the `.skillignore` files of a folder and of those above it say. `!` takes back what the same file says, not what one above it does. */
export interface IgnoreRules {
  /** Whether a path (absolute, below the folder) is left out. The folders above it were asked before. */
  ignores(absolute: string, isFolder: boolean): boolean
}

/** Loads what understands the syntax: the package that globby uses for `.gitignore`. */
export async function loadIgnoreReader(): Promise<IgnoreReader> {
  const { default: ignore } = await import('ignore')
  return (folder, above) => {
    const matcher: Ignore = ignore({ ignorecase: false, allowRelativePaths: false }).add(readText(path.join(folder, IGNORE_FILE)))
    return {
      ignores: (absolute, isFolder) => {
        const relative = path.relative(folder, absolute)
        const shown = (path.sep === '/' ? relative : relative.split(path.sep).join('/')) + (isFolder ? '/' : '')
        return matcher.ignores(shown) || above?.ignores(absolute, isFolder) === true
      },
    }
  }
}

function readText(file: string): string {
  return new TextDecoder().decode(readHead(file, MAX_BYTES).bytes)
}
