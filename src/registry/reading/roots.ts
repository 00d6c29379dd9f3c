import { statSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../../core/bytewise.ts'
import { SkillsError } from '../../core/errors.ts'
import { oneLine, relativePath } from '../skill/paths.ts'
import type { SkillRoot } from '../skill/skill.ts'
import type { SkillLocation } from './list-skill.ts'

export interface RootOptions {
  /** Folders as the user gave them, or patterns for them as globby takes them; a root may be a symbolic link, or a skill itself. */
  roots: readonly string[]
  /** The working directory: what relative roots, paths in diagnostics and labels are relative to. */
  cwd: string
  /** What labels are relative to; the working directory unless given. A project's own folder, so that it does not matter where below it a command runs. */
  labelBase?: string
  /** By what the registry knows the rows of these roots, all of them. Default: for each its path relative to `labelBase`, with `/`. */
  rootLabel?: string | undefined
}

/**
 * The folders to search. A pattern stands for the folders that it matches, and they share it as their label: when one of
 * them is gone, its rows are known to have been below the pattern. Throws SKILLS_DIR_MISSING.
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
        `the skills folder ${oneLine(given)} ${stats === undefined ? 'does not exist' : 'is no folder'}`,
        { hint: stats === undefined ? 'create it, or name another folder' : 'name the folder that the file is in' },
      )
    }
  }
  return resolved
}

async function matching(pattern: string, cwd: string, label: string): Promise<SkillRoot[]> {
  const { globby } = await import('globby')
  const found = await globby(pattern, {
    cwd,
    onlyDirectories: true,
    expandDirectories: false,
    // links and node_modules can be named as folders, but a pattern must not run into them
    followSymbolicLinks: false,
    ignore: ['**/.git/**', '**/node_modules/**'],
    dot: true,
    absolute: true,
  })
  if (found.length === 0) {
    throw new SkillsError('SKILLS_DIR_MISSING', `no folder matches ${oneLine(pattern)}`, {
      hint: 'put the pattern in quotes, so that it reaches this command as it is; and see that it names folders',
    })
  }
  return found.toSorted(bytewise).map((folder) => ({ path: path.normalize(folder), label }))
}

/** Tells whether a folder is seen for the first time: it may be below two roots. With one root it always is. */
export function onceOnly(roots: readonly SkillRoot[]): (skill: SkillLocation) => boolean {
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
