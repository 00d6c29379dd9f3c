import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { SkillsError } from '../../core/errors.ts'
import { oneLine, relativePath } from '../skill/display.ts'
import { META_JSON, SKILL_FILES } from '../skill/skill-files.ts'

/** A folder to read skills from. */
export interface LintTarget {
  /** Relative to the working directory. */
  root: string
  /** Only the skill whose folder this is, not those nested in it; as paths stand in findings. */
  alone?: string
}

/**
 * What the paths of a command line mean: a folder means the skills below it, a file (as editors and pre-commit name them)
 * the skill that it belongs to. Each once. Throws SKILLS_DIR_MISSING.
 */
export function lintTargets(paths: readonly string[], cwd: string): LintTarget[] {
  const targets = new Map<string, LintTarget>()
  for (const given of paths) {
    const target = targetOf(given, cwd)
    targets.set(`${target.root}\u0000${target.alone ?? ''}`, target)
  }
  return [...targets.values()]
}

function targetOf(given: string, cwd: string): LintTarget {
  const absolute = path.resolve(cwd, given)
  const stats = statSync(absolute, { throwIfNoEntry: false })
  if (stats === undefined || stats.isDirectory()) return { root: given }
  for (let folder = path.dirname(absolute); ; folder = path.dirname(folder)) {
    if ([...SKILL_FILES, META_JSON].some((name) => existsSync(path.join(folder, name)))) {
      return { root: folder, alone: oneLine(relativePath(folder, cwd)) }
    }
    if (folder === cwd || folder === path.dirname(folder)) break
  }
  throw new SkillsError('SKILLS_DIR_MISSING', `the file ${oneLine(given)} belongs to no skill`, {
    hint: 'name a SKILL.md, a file in its folder, or a folder of skills',
  })
}
