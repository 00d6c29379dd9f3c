import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { SkillsError } from '../../core/errors.ts'
import { oneLine, relativePath } from '../skill/paths.ts'
import { skillText } from '../front-matter/write-front-matter.ts'
import { nameFault, slug } from '../skill/skill.ts'

export interface NewSkillOptions {
  /** Name of the skill and of its folder. */
  id: string
  /** The folder of skills, relative to `cwd`; made when it is missing. */
  folder: string
  cwd: string
  description?: string | undefined
}

export interface NewSkill {
  id: string
  /** Relative to `cwd`, with `/`. */
  file: string
}

/**
 * Writes a folder with a SKILL.md to begin with, which no rule has anything against. Throws USAGE, or FILE_EXISTS for a folder that is there.
 *
 * @example
 * const { file } = newSkill({ id: 'breathing-space', folder: 'skills', cwd: process.cwd() })
 * console.log(file) // skills/breathing-space/SKILL.md
 */
export function newSkill({ id, folder, cwd, description }: NewSkillOptions): NewSkill {
  const fault = nameFault(id)
  if (fault !== undefined) throw new SkillsError('USAGE', `"${oneLine(id)}" is no name of a skill: ${fault}`, { hint: `write ${slug(id)}` })
  const place = path.resolve(cwd, folder, id)
  const file = path.join(place, 'SKILL.md')
  const text = template(id, description ?? DESCRIPTION)
  try {
    mkdirSync(path.dirname(place), { recursive: true })
    mkdirSync(place)
  } catch (error) {
    throw cannotMake(place, cwd, error)
  }
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    rmSync(place, { recursive: true, force: true })
    throw cannotMake(place, cwd, error)
  }
  return { id, file: relativePath(file, cwd) }
}

function cannotMake(place: string, cwd: string, error: unknown): SkillsError {
  const shown = oneLine(relativePath(place, cwd))
  if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
    return new SkillsError('FILE_EXISTS', `${shown} is there already`, { hint: 'choose another name; nothing was changed', cause: error })
  }
  return new SkillsError('FILE_NOT_WRITTEN', `${shown} cannot be made: ${(error as Error).message}`, {
    hint: 'check the permissions of the folder and the free space',
    cause: error,
  })
}

const DESCRIPTION = 'What this skill does, in a sentence. Use when somebody asks for it.'

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
- Say which situations call for this skill, in the words that people use.

## Steps
1. Say what to do first.
2. Say what to do next, and how to tell that it worked.

## When not to use it
- Say what this skill is not for.`,
  })
}
