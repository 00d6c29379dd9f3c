import { bytewise } from '../../core/bytewise.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { oneLine } from '../skill/paths.ts'
import type { Fingerprints, SettledSkill } from '../skill/fingerprint.ts'
import { loadIgnoreReader } from './ignore-rules.ts'
import type { Namespace, ReadSkill } from './judge-skill.ts'
import { judgeSkill, skillFrom, refuseNamesakes } from './judge-skill.ts'
import { onceOnly, resolveRoots } from './roots.ts'
import type { RawSkill } from '../skill/raw-skill.ts'
import type { CacheOptions } from './read-root.ts'
import { readRoot } from './read-root.ts'
import type { RootOptions } from './roots.ts'
import { createSettling } from './settling.ts'
import type { Severities } from '../rules/severities.ts'
import { withSeverities } from '../rules/severities.ts'
import type { SkillLocation } from './list-skill.ts'
import type { InvalidSkill, Skill, SkillRoot } from '../skill/skill.ts'
import { createTurns } from './turns.ts'
import { loadYamlParser } from '../front-matter/yaml.ts'

/** Everything that was found below one or more roots. */
export interface SkillFolder {
  roots: SkillRoot[]
  /** The usable skills, root by root in the order of `walk`; no id twice, `settled` included. */
  skills: Skill[]
  /** Those that `registry` has settled, in the same order. */
  settled: SettledSkill[]
  invalid: InvalidSkill[]
  /** Those of the folders, then those of the skills in the same order; each invalid skill has at least one error among them. */
  diagnostics: Diagnostic[]
}

export interface ReadProgress {
  /** Skills read so far. */
  done: number
}

export interface ReadOptions extends RootOptions {
  /** The rules whose severity the project has changed. */
  severities?: Severities
  /** Where ids come from; `name` unless given. */
  namespace?: Namespace
  /** Read a one-line value with an unquoted `: ` as if it were quoted, with a warning. */
  lenient?: boolean | undefined
  /** Keeps what was read in a folder, so that unchanged files are not opened again. Without it every file is read. */
  cache?: CacheOptions | undefined
  /** What the registry holds, as soon as it is known: of skills whose rows are as they should be only `settled` is kept. */
  registry?: Promise<Fingerprints>
  onProgress?: (progress: ReadProgress) => void
}

/**
 * Finds and reads all skills below the roots. Files are read synchronously, which is faster than a promise for each, in
 * turns of 50 ms or less; where there are many, a second thread reads some of them. A skill that cannot be used never keeps
 * the others from being read. Of a folder below two roots the first counts. Throws SKILLS_DIR_MISSING, and what became of
 * `registry`.
 */
export async function readSkills(options: ReadOptions): Promise<SkillFolder> {
  const { onProgress, cwd, cache, severities = new Map(), namespace = 'name', lenient = false } = options
  const [roots, parse, readIgnore] = await Promise.all([resolveRoots(options), loadYamlParser(), loadIgnoreReader()])
  const read: ReadSkill[] = []
  const findings: Diagnostic[] = []
  const settling = createSettling(read, options.registry)
  const isNew = onceOnly(roots)
  const turns = createTurns()
  const nextTurn = async (): Promise<void> => {
    onProgress?.({ done: read.length })
    await turns.pause(settling.isWaiting)
    settling.check()
  }
  const add = (skill: SkillLocation, raw: RawSkill): void => settling.add(judgeSkill(skill, raw, severities, namespace))
  for (const root of roots) {
    const found = await readRoot(root, {
      cwd,
      cache,
      lenient,
      parse,
      readIgnore,
      isNew,
      add,
      pause: () => (turns.isOver ? nextTurn() : undefined),
    })
    for (const one of found.toSorted((a, b) => bytewise(a.file ?? '', b.file ?? ''))) findings.push(one)
  }
  onProgress?.({ done: read.length })
  await settling.finish()
  refuseNamesakes(read, namespace)
  return gather(roots, read, findings, severities)
}

function gather(roots: SkillRoot[], read: readonly ReadSkill[], findings: readonly Diagnostic[], severities: Severities): SkillFolder {
  const folder: SkillFolder = { roots, skills: [], settled: [], invalid: [], diagnostics: withSeverities(findings, severities) }
  for (const { file = '', severity } of findings) if (severity === 'error') folder.invalid.push({ path: file })
  for (const one of read) {
    const { settled, id, path: shown, diagnostics } = one
    const skill = skillFrom(one)
    if (skill !== undefined) folder.skills.push(skill)
    // there may be tens of thousands of both
    one.content = undefined
    if (settled !== undefined) folder.settled.push(settled)
    if (diagnostics.some(({ severity }) => severity === 'error'))
      folder.invalid.push({ path: shown, ...(id === undefined ? {} : { id: oneLine(id) }) })
    for (const diagnostic of diagnostics) folder.diagnostics.push(diagnostic)
  }
  return folder
}
