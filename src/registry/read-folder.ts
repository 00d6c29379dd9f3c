import type { Diagnostic } from '../core/diagnostics.ts'
import { discoverSkills } from './discover.ts'
import type { DiscoverOptions } from './discover.ts'
import { oneLine, under } from './display.ts'
import { readSkill } from './read-skill.ts'
import type { ReadSkill } from './read-skill.ts'
import { finding } from './finding.ts'
import type { InvalidSkill, Skill, SkillRoot } from './skill.ts'
import type { Severities } from './severities.ts'
import { withSeverities } from './severities.ts'
import { loadYamlParser } from './yaml.ts'

/** Everything that was found below one or more roots. */
export interface SkillFolder {
  roots: SkillRoot[]
  /** The usable skills, in the order of the roots and bytewise by path; no id twice. */
  skills: Skill[]
  invalid: InvalidSkill[]
  /** In the same order; each invalid skill has at least one error among them. */
  diagnostics: Diagnostic[]
}

export interface ReadProgress {
  done: number
  total: number
}

export interface ReadOptions extends DiscoverOptions {
  /** The rules whose severity the project has changed. */
  severities?: Severities
  onProgress?: (progress: ReadProgress) => void
}

/** How long to read before letting timers and signals have their turn. */
const TURN_MS = 50

/**
 * Finds and reads all skills below the roots. Files are read synchronously, which is faster than a promise for each, in
 * turns of 50 ms. A skill that cannot be used never keeps the others from being read. Throws SKILLS_DIR_MISSING.
 */
export async function readSkills(options: ReadOptions): Promise<SkillFolder> {
  const [discovered, parse] = await Promise.all([discoverSkills(options), loadYamlParser()])
  const { locations } = discovered
  const severities: Severities = options.severities ?? new Map()
  const read: ReadSkill[] = []
  let turnEnds = performance.now() + TURN_MS
  for (const location of locations) {
    read.push(readSkill(location, parse, severities))
    if (performance.now() < turnEnds) continue
    options.onProgress?.({ done: read.length, total: locations.length })
    await new Promise((resolve) => setImmediate(resolve))
    turnEnds = performance.now() + TURN_MS
  }
  options.onProgress?.({ done: read.length, total: locations.length })
  refuseNamesakes(read)
  return {
    roots: discovered.roots,
    skills: read.flatMap(({ skill }) => skill ?? []),
    invalid: [...discovered.invalid, ...read.filter(isInvalid).map(asInvalid)],
    diagnostics: [...withSeverities(discovered.diagnostics, severities), ...read.flatMap(({ diagnostics }) => diagnostics)],
  }
}

/** Of two folders with one name none is taken: which one is meant cannot be known, and it must not depend on their order. */
function refuseNamesakes(read: readonly ReadSkill[]): void {
  const byId = new Map<string, ReadSkill[]>()
  for (const one of read) {
    if (one.id === undefined) continue
    const namesakes = byId.get(one.id)
    if (namesakes === undefined) byId.set(one.id, [one])
    else namesakes.push(one)
  }
  for (const [id, namesakes] of byId) {
    if (namesakes.length < 2) continue
    for (const [i, one] of namesakes.entries()) {
      delete one.skill
      const [other] = i === 0 ? namesakes.slice(1) : namesakes
      const more = namesakes.length > 2 ? ` and ${namesakes.length - 2} more` : ''
      const { path, file } = one.location
      const message = `${path} and ${other?.location.path ?? ''}${more} have one name, ${oneLine(id)}: none is used`
      one.diagnostics.push(finding('SKILL_NAME_TWICE', message, under(path, file), one.idPlace))
    }
  }
}

function isInvalid({ diagnostics }: ReadSkill): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

function asInvalid({ location, id }: ReadSkill): InvalidSkill {
  return { path: location.path, ...(id === undefined ? {} : { id: oneLine(id) }) }
}
