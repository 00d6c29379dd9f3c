import { statSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../../core/bytewise.ts'
import { SkillsError } from '../../core/errors.ts'
import { patternProblem, patternRefused } from './pattern-limit.ts'
import { oneLine, relativePath } from '../skill/paths.ts'
import type { SkillRoot } from '../skill/skill.ts'
import type { SkillLocation } from './list-skill.ts'

export interface RootOptions {
  /** Folders, or patterns for folders (globby). A root may be a symbolic link, or a skill itself. */
  roots: readonly string[]
  /** The working directory: roots, paths in diagnostics and labels are relative to it. */
  cwd: string
  /** The folder to which labels are relative; `cwd` by default. With the project folder, labels do not depend on the working directory. */
  labelBase?: string
  /** One label for all roots. By default the label of a root is its path relative to `labelBase`, with `/`. */
  rootLabel?: string | undefined
}

/**
 * The folders to search. All folders that a pattern matches share the pattern as their label: when one of them is removed,
 * its rows still belong to the pattern. Throws SKILLS_DIR_MISSING.
 */
export async function resolveRoots({ roots, cwd, rootLabel, labelBase }: RootOptions): Promise<SkillRoot[]> {
  const resolved: SkillRoot[] = []
  for (const given of roots) {
    const absolute = path.resolve(cwd, given)
    const label = rootLabel ?? relativePath(absolute, labelBase ?? cwd)
    const stats = statSync(absolute, { throwIfNoEntry: false })
    if (stats?.isDirectory() === true) resolved.push({ path: absolute, label })
    else if (stats === undefined && /[*?[\]{}()!]/.test(given)) resolved.push(...(await matching(given, cwd, label)))
    else {
      throw new SkillsError(
        'SKILLS_DIR_MISSING',
        `the skills folder ${oneLine(given)} ${stats === undefined ? 'does not exist' : 'is not a folder'}`,
        { hint: stats === undefined ? 'create it, or pass another folder' : 'pass the folder that contains the file' },
      )
    }
  }
  return resolved
}

async function matching(pattern: string, cwd: string, label: string): Promise<SkillRoot[]> {
  const problem = patternProblem(pattern)
  if (problem !== undefined) throw patternRefused(oneLine(pattern), problem)
  const { globby } = await import('globby')
  const found = await globby(pattern, {
    cwd,
    onlyDirectories: true,
    expandDirectories: false,
    // a root can be a link or in node_modules, but a pattern does not match those
    followSymbolicLinks: false,
    ignore: ['**/.git/**', '**/node_modules/**'],
    dot: true,
    absolute: true,
  })
  if (found.length === 0) {
    throw new SkillsError('SKILLS_DIR_MISSING', `no folder matches ${oneLine(pattern)}`, {
      hint: 'put the pattern in quotes, so that the shell does not expand it, and check that it matches folders',
    })
  }
  return found.toSorted(bytewise).map((folder) => ({ path: path.normalize(folder), label }))
}

/** A function that returns true when it is called with a skill for the first time: a folder may be below two roots. */
export function createNewFilter(roots: readonly SkillRoot[]): (skill: SkillLocation) => boolean {
  if (roots.length < 2) return () => true
  const real = new Map(roots.map((root) => [root.path, realpathSync(root.path)]))
  const seen = new Set<string>()
  return ({ root, relative }) => {
    const key = path.join(real.get(root.path) ?? root.path, relative)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  }
}
