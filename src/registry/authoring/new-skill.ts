import path from 'node:path'
import { fileNotWritten } from '../../core/common-errors.ts'
import { SkillsError } from '../../core/errors.ts'
import { hasOsCode } from '../../core/os-error.ts'
import { createFile, createFolder, createNewFolder, deleteTree } from '../../files/write-file.ts'
import { oneLine, relativePath } from '../skill/paths.ts'
import { skillText } from '../front-matter/write-front-matter.ts'
import { nameProblem, slug } from '../skill/skill.ts'

export interface NewSkillOptions {
  /** Name of the skill and of its folder. */
  id: string
  /** The folder of skills, relative to `cwd`; created if missing. */
  folder: string
  /** The folder that relative paths start from. */
  cwd: string
  /** What the skill does and when to use it. */
  description?: string | undefined
}

export interface NewSkill {
  id: string
  /** Relative to `cwd`, with `/`. */
  file: string
}

/**
 * Creates a folder with a SKILL.md to start from, which breaks no rule. Throws USAGE for an invalid name, FILE_EXISTS or
 * FILE_NOT_WRITTEN.
 */
export function newSkill({ id, folder, cwd, description }: NewSkillOptions): NewSkill {
  const problem = nameProblem(id)
  if (problem !== undefined) throw new SkillsError('USAGE', `invalid skill name "${oneLine(id)}": ${problem}`, { hint: `use ${slug(id)}` })
  const place = path.resolve(cwd, folder, id)
  const file = path.join(place, 'SKILL.md')
  const text = template(id, description ?? DESCRIPTION)
  try {
    createFolder(path.dirname(place), cwd)
    createNewFolder(place)
  } catch (error) {
    throw cannotCreate(place, cwd, error)
  }
  try {
    createFile(file, text, cwd)
  } catch (error) {
    deleteTree(place)
    throw cannotCreate(place, cwd, error)
  }
  return { id, file: relativePath(file, cwd) }
}

function cannotCreate(place: string, cwd: string, error: unknown): SkillsError {
  const shown = oneLine(relativePath(place, cwd))
  if (hasOsCode(error, 'EEXIST'))
    return new SkillsError('FILE_EXISTS', `${shown} already exists`, { hint: 'choose another name; nothing was changed', cause: error })
  return fileNotWritten(shown, 'nothing was created', error)
}

const DESCRIPTION = 'State what this skill does. Use it when someone asks for it.'

function template(id: string, description: string): string {
  const title = id.replaceAll('-', ' ')
  return skillText({
    name: id,
    description,
    metadata: [
      ['version', '0.1.0'],
      ['tier', 'CORE'],
      ['category', 'emergent'],
      ['kind', 'prompt'],
      ['trust-level', '1'],
    ],
    body: `# ${title.charAt(0).toUpperCase()}${title.slice(1)}

## When to use it
- Describe the situations in which to use this skill, in the words of its users.

## Steps
1. Describe the first step.
2. Describe the next step, and how to check its result.

## When not to use it
- Describe what this skill is not for.`,
  })
}
