import { DEFAULT_SKILLS } from '../config/settings.ts'
import type { Namespace } from '../registry/reading/judge-skill.ts'
import type { ReadOptions } from '../registry/reading/read-folder.ts'
import type { Severities } from '../registry/rules/severities.ts'

/** How skills are read. Use the same values for `sync`, `diff` and `verify`. */
export interface ReadingOptions {
  cwd?: string
  /** The labels of roots are relative to this folder. Default: `cwd`. */
  projectFolder?: string
  /** The label of all roots in the registry. Default: the path of each root. */
  rootLabel?: string | undefined
  /** Where the ids of skills come from. Default: `name`. */
  namespace?: Namespace
  /** Accept an unquoted `: ` in a one-line value, with a warning. */
  lenient?: boolean
  /** Severities that differ from the default, see `readSeverities`. */
  severities?: Severities
}

/** How `sync`, `diff` and `verify` read skills. */
export function readingOf(options: ReadingOptions, skills: readonly string[] = DEFAULT_SKILLS): ReadOptions & { labelBase: string } {
  const { cwd = process.cwd(), projectFolder = cwd, severities = new Map(), rootLabel, namespace = 'name', lenient = false } = options
  return { roots: skills, cwd, labelBase: projectFolder, severities, rootLabel, namespace, lenient }
}
