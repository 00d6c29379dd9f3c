import { existsSync } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../core/bytewise.ts'
import type { Diagnostic } from '../core/diagnostics.ts'
import { SKILL_FILES } from './digest.ts'
import { display, under } from './display.ts'
import { finding } from './finding.ts'
import type { SkillRoot } from './skill.ts'

/** The file that describes a skill of the older layout. */
export const META_JSON = 'meta.json'

/** A folder that holds a skill, not read yet. */
export interface SkillLocation {
  /** Absolute. */
  folder: string
  /** Its name: the last part of its path. */
  name: string
  /** The folder relative to the working directory, with `/`; safe to print. */
  path: string
  /** Name of the file that describes the skill: SKILL.md, skill.md or meta.json. */
  file: string
  root: SkillRoot
}

/** Which folders are skills, bytewise by path, from the paths of SKILL.md (in any case) and meta.json relative to the root. */
export function locateSkills(
  files: readonly string[],
  root: SkillRoot,
  cwd: string,
): { locations: SkillLocation[]; diagnostics: Diagnostic[] } {
  const byFolder = new Map<string, string[]>()
  for (const file of files) {
    const folder = path.posix.dirname(file)
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), path.posix.basename(file)])
  }
  const rootIsSkill = describes('.', root.path, byFolder.get('.') ?? [], false) !== undefined
  const locations: SkillLocation[] = []
  const diagnostics: Diagnostic[] = []
  for (const [folder, names] of [...byFolder].toSorted(([a], [b]) => bytewise(a, b))) {
    const absolute = path.join(root.path, folder)
    const shown = display(absolute, cwd)
    const file = describes(folder, absolute, names, rootIsSkill)
    for (const name of names) {
      if (name === META_JSON || name === file) continue
      if (!SKILL_FILES.includes(name))
        diagnostics.push(finding('SKILL_FILE_CASE', `${name} is not read: the name is SKILL.md`, under(shown, name)))
      else diagnostics.push(finding('SKILL_FILE_TWICE', 'the folder has a SKILL.md too, and only that was read', under(shown, name)))
    }
    if (file !== undefined) locations.push({ folder: absolute, name: path.basename(absolute), path: shown, file, root })
  }
  return { locations, diagnostics }
}

/** The file that makes the folder a skill. */
function describes(folder: string, absolute: string, names: readonly string[], rootIsSkill: boolean): string | undefined {
  const skillFile = SKILL_FILES.find((name) => names.includes(name))
  if (skillFile !== undefined || !names.includes(META_JSON)) return skillFile
  // meta.json is a common name: it makes a skill of a folder directly below a root that is no skill itself,
  // and of the root when a part of such a skill lies beside it
  if (folder === '.')
    return existsSync(path.join(absolute, 'skill.json')) || existsSync(path.join(absolute, 'prompts')) ? META_JSON : undefined
  return rootIsSkill ? undefined : META_JSON
}
