import { DEFAULT_SKILLS } from '../config/settings.ts'
import type { Namespace } from '../registry/reading/judge-skill.ts'
import type { ReadOptions } from '../registry/reading/read-folder.ts'
import type { Severities } from '../registry/rules/severities.ts'

/** How skills are read. `sync` and `verify` must agree about it. */
export interface ReadingOptions {
  cwd?: string
  /** What the names of the folders in the registry are relative to; `cwd` unless given. */
  projectFolder?: string
  /** By what the registry knows the rows of this project, instead of the paths of their folders. */
  rootLabel?: string | undefined
  /** Where the ids of skills come from; `name` unless given. */
  namespace?: Namespace
  /** Read a one-line value with an unquoted `: ` as if it were quoted, with a warning. */
  lenient?: boolean
  /** Rules that count otherwise than by default, see `readSeverities`. */
  severities?: Severities
}

/** How `sync`, `diff` and `verify` read skills: the same way. */
export function readingOf(options: ReadingOptions, skills: readonly string[] = DEFAULT_SKILLS): ReadOptions & { labelBase: string } {
  const { cwd = process.cwd(), projectFolder = cwd, severities = new Map(), rootLabel, namespace = 'name', lenient = false } = options
  return { roots: skills, cwd, labelBase: projectFolder, severities, rootLabel, namespace, lenient }
}
