import { bytewise } from '../../core/bytewise.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { loadYamlParser, type YamlParser } from '../front-matter/yaml.ts'
import { withSeverities, type Severities } from '../rules/severities.ts'
import type { Fingerprints, UpToDateSkill } from '../skill/fingerprint.ts'
import { oneLine } from '../skill/paths.ts'
import type { RawSkill } from '../skill/raw-skill.ts'
import type { InvalidSkill, Skill, SkillRoot } from '../skill/skill.ts'
import { createCollector } from './collector.ts'
import { loadIgnoreReader, type IgnoreReader } from './ignore-rules.ts'
import { judgeSkill, rejectDuplicateIds, skillFrom, type Namespace, type ReadSkill } from './judge-skill.ts'
import type { SkillLocation } from './list-skill.ts'
import { createNewFilter, resolveRoots, type RootOptions } from './roots.ts'
import { openSkillReader, type CacheOptions } from './skill-reader.ts'
import { walk } from './walk.ts'

/** All skills below one or more roots. */
export interface SkillFolder {
  roots: SkillRoot[]
  /** The valid skills, root by root in the order of `walk`. Each id occurs once in `skills` and `upToDate` together. */
  skills: Skill[]
  /** The valid skills whose rows are up to date, in the same order. Empty without `registry`. */
  upToDate: UpToDateSkill[]
  invalid: InvalidSkill[]
  /** Those of folders, then those of skills in the same order. Each invalid skill has at least one error among them. */
  diagnostics: Diagnostic[]
}

export interface ReadProgress {
  /** Skills read so far. */
  done: number
}

export interface ReadOptions extends RootOptions {
  /** The rules whose severity the project changes. */
  severities?: Severities
  /** Where ids come from; `name` by default. */
  namespace?: Namespace
  /** Read a one-line value with an unquoted `: ` as if it were quoted, with a warning. */
  lenient?: boolean | undefined
  /** Keeps what was read in a folder, so that unchanged files are not opened again. Without it every file is read. */
  cache?: CacheOptions | undefined
  /** What the registry contains: of a skill whose row is up to date only `upToDate` is kept. */
  registry?: Promise<Fingerprints>
  onProgress?: (progress: ReadProgress) => void
}

/**
 * Finds and reads all skills below the roots. A skill that cannot be used does not affect the others. A folder below two
 * roots is read once, for the first root. Throws SKILLS_DIR_MISSING, and the error of `registry`.
 */
export async function readSkills(options: ReadOptions): Promise<SkillFolder> {
  const { cwd, cache, lenient = false, severities = new Map(), namespace = 'name', onProgress } = options
  const [roots, parse, readIgnore] = await Promise.all([resolveRoots(options), loadYamlParser(), loadIgnoreReader()])
  const isNew = createNewFilter(roots)
  const collector = createCollector(options.registry)
  const onRead = (location: SkillLocation, raw: RawSkill): void => collector.add(judgeSkill(location, raw, severities, namespace))
  const pause = (): Promise<void> | undefined => {
    const turn = collector.pause()
    if (turn !== undefined) onProgress?.({ done: collector.count })
    return turn
  }
  const diagnostics: Diagnostic[] = []
  for (const root of roots) {
    const found = await readRoot(root, { cwd, cache, lenient, parse, readIgnore, isNew, onRead, pause })
    for (const one of found.toSorted((a, b) => bytewise(a.file ?? '', b.file ?? ''))) diagnostics.push(one)
  }
  onProgress?.({ done: collector.count })
  const read = await collector.finish()
  rejectDuplicateIds(read, namespace)
  return gather(roots, read, diagnostics, severities)
}

interface ReadRootOptions {
  cwd: string
  cache: CacheOptions | undefined
  lenient: boolean
  parse: YamlParser
  readIgnore: IgnoreReader
  isNew: (skill: SkillLocation) => boolean
  onRead: (skill: SkillLocation, raw: RawSkill) => void
  pause: () => Promise<void> | undefined
}

/** Reads the skills of one root; returns the diagnostics of its folders, in any order. */
async function readRoot(root: SkillRoot, options: ReadRootOptions): Promise<Diagnostic[]> {
  const { cwd, readIgnore, isNew, onRead, pause } = options
  const diagnostics: Diagnostic[] = []
  const reader = openSkillReader(root, options)
  try {
    for (const { skill, diagnostics: found } of walk(root, { cwd, readIgnore, recall: reader.recall })) {
      for (const one of found) diagnostics.push(one)
      if (skill !== undefined && isNew(skill)) {
        if ('known' in skill) onRead(skill, skill.known.raw)
        else reader.read(skill)
      }
      const turn = pause()
      if (turn !== undefined) await turn
    }
    await reader.finish()
  } finally {
    reader.close()
  }
  return diagnostics
}

function gather(roots: SkillRoot[], read: readonly ReadSkill[], ofFolders: readonly Diagnostic[], severities: Severities): SkillFolder {
  const folder: SkillFolder = { roots, skills: [], upToDate: [], invalid: [], diagnostics: withSeverities(ofFolders, severities) }
  for (const { file = '', severity } of ofFolders) if (severity === 'error') folder.invalid.push({ path: file })
  for (const one of read) {
    const { upToDate, id, path: shown, diagnostics } = one
    const skill = skillFrom(one)
    if (skill !== undefined) folder.skills.push(skill)
    // there may be tens of thousands: the garbage collector can take this one
    one.content = undefined
    if (upToDate !== undefined) folder.upToDate.push(upToDate)
    if (diagnostics.some(({ severity }) => severity === 'error'))
      folder.invalid.push({ path: shown, ...(id === undefined ? {} : { id: oneLine(id) }) })
    for (const diagnostic of diagnostics) folder.diagnostics.push(diagnostic)
  }
  return folder
}
