import { DEFAULT_SKILLS } from '../config/settings.ts'
import type { Namespace } from '../registry/reading/judge-skill.ts'
import type { ReadOptions } from '../registry/reading/read-folder.ts'
import type { Severities } from '../registry/rules/severities.ts'

/** How skills are read. Pass the same options to `sync`, `diff` and `verify`. */
export interface ReadingOptions {
  /** The folder that relative paths start from. Default: the working directory. */
  cwd?: string
  /** The folder to which the root labels in the registry are relative; `cwd` by default. */
  projectFolder?: string
  /** One label for all rows of this project in the registry, instead of the paths of its roots. */
  rootLabel?: string | undefined
  /** Where skill IDs come from: the `name` of a skill, or the path of its folder; `name` by default. */
  namespace?: Namespace
  /** Read a one-line value with an unquoted `: ` as if it were quoted, with a warning. */
  lenient?: boolean
  /** Rules with another severity than the default, see `readSeverities`. */
  severities?: Severities
}

/** The options of `sync`, `diff` and `verify` for reading skills, with their defaults. */
export function readingOf(options: ReadingOptions, skills: readonly string[] = DEFAULT_SKILLS): ReadOptions & { labelBase: string } {
  const { cwd = process.cwd(), projectFolder = cwd, severities = new Map(), rootLabel, namespace = 'name', lenient = false } = options
  return { roots: skills, cwd, labelBase: projectFolder, severities, rootLabel, namespace, lenient }
}
