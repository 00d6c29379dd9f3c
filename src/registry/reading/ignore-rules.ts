import path from 'node:path'
import type { Ignore } from 'ignore'
import { oneLine } from '../skill/paths.ts'
import { patternProblem, patternRefused } from './pattern-limit.ts'
import { readHead } from '../../files/regular-file.ts'

/** Lists what is not searched for skills, in the syntax of `.gitignore`; in a root or any folder below it. */
export const IGNORE_FILE = '.skillignore'

/** The rest of a longer file is not read. */
const MAX_BYTES = 256 * 1024

/** Reads the `.skillignore` of a folder, in addition to the rules above it. Throws errors of the file system. */
export type IgnoreReader = (folder: string, above: IgnoreRules | undefined) => IgnoreRules

/** The rules of the `.skillignore` files of a folder and of the folders above it. `!` reverses a rule of the same file, not one from above. */
export interface IgnoreRules {
  /** Whether a path (absolute, below the folder) is ignored. The folders above it are not ignored. */
  ignores(absolute: string, isFolder: boolean): boolean
}

/** Loads the parser of the syntax: the package that globby uses for `.gitignore`. */
export async function loadIgnoreReader(): Promise<IgnoreReader> {
  const { default: ignore } = await import('ignore')
  return (folder, above) => {
    const file = path.join(folder, IGNORE_FILE)
    const text = readText(file)
    for (const [i, line] of text.split('\n').entries()) {
      const problem = line.startsWith('#') ? undefined : patternProblem(line)
      if (problem !== undefined) throw patternRefused(`in ${oneLine(file)}:${i + 1}`, problem)
    }
    const matcher: Ignore = ignore({ ignorecase: false, allowRelativePaths: false }).add(text)
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
