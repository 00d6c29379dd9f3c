import path from 'node:path'
import { bytewise } from '../core/bytewise.ts'
import type { Diagnostic } from '../core/diagnostics.ts'
import { sha256 } from '../core/digests.ts'
import { DIGEST_VERSION } from './digest.ts'
import type { Fingerprints } from './fingerprint.ts'
import { oneLine } from './display.ts'
import { IGNORE_FILE, loadIgnoreReader } from './ignore-rules.ts'
import type { Namespace, ReadSkill } from './judge-skill.ts'
import { judgeSkill, skillFrom } from './judge-skill.ts'
import { refuseNamesakes } from './namesakes.ts'
import { onceOnly } from './once-only.ts'
import type { RawSkill } from './raw-skill.ts'
import { readSkill } from './read-skill.ts'
import type { ReadSkillOptions } from './read-skill.ts'
import type { RootOptions } from './roots.ts'
import { resolveRoots } from './roots.ts'
import type { ScanCache } from './scan-cache.ts'
import { openScanCache } from './scan-cache.ts'
import type { Severities } from './severities.ts'
import { withSeverities } from './severities.ts'
import type { ListedSkill, RecalledSkill } from './skill-location.ts'
import type { SettledSkill } from './settled-skill.ts'
import { createSettling } from './settling.ts'
import type { InvalidSkill, Skill, SkillRoot } from './skill.ts'
import { stampAsRead } from './stamp.ts'
import { createTurns } from './turns.ts'
import { walk } from './walk.ts'
import { loadYamlParser } from './yaml.ts'

/** Where what was read is kept for the next run. */
export interface CacheOptions {
  /** Absolute. */
  folder: string
  /** Name and version of this tool: another one reads skills in other ways. */
  tool: string
  /** Use it, and leave it as it is. */
  readOnly?: boolean
}

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
 * turns of 50 ms or less. A skill that cannot be used never keeps the others from being read. Of a folder below two roots the
 * first counts. Throws SKILLS_DIR_MISSING, and what became of `registry`.
 */
export async function readSkills(options: ReadOptions): Promise<SkillFolder> {
  const { onProgress, severities = new Map(), namespace = 'name' } = options
  const [roots, parse, readIgnore] = await Promise.all([resolveRoots(options), loadYamlParser(), loadIgnoreReader()])
  const read: ReadSkill[] = []
  const findings: Diagnostic[] = []
  const isNew = onceOnly(roots)
  const turns = createTurns()
  const settling = createSettling(read, options.registry)
  for (const root of roots) {
    const cache = openCache(root, options)
    const found: Diagnostic[] = []
    for (const { skill, findings: more } of walk(root, { cwd: options.cwd, readIgnore, cache })) {
      for (const one of more) found.push(one)
      if (skill !== undefined && isNew(skill)) {
        const raw = rawOf(skill, cache, more.length === 0, { parse, lenient: options.lenient })
        settling.add(judgeSkill(skill, raw, severities, namespace))
      }
      if (!turns.isOver) continue
      onProgress?.({ done: read.length })
      await turns.pause(settling.isWaiting)
      settling.check()
    }
    cache?.finish()
    for (const one of found.toSorted((a, b) => bytewise(a.file ?? '', b.file ?? ''))) findings.push(one)
  }
  onProgress?.({ done: read.length })
  await settling.finish()
  refuseNamesakes(read, namespace)
  return gather(roots, read, findings, severities)
}

function rawOf(skill: ListedSkill | RecalledSkill, cache: ScanCache | undefined, isPlain: boolean, options: ReadSkillOptions): RawSkill {
  if ('known' in skill) return skill.known.raw
  const { folder, relative, file, listing } = skill
  const { raw, stats } = readSkill(skill, options)
  // a folder with anything unusual in it is read every time
  if (cache === undefined || stats === undefined || !isPlain || listing.files.includes(IGNORE_FILE)) return raw
  const stamp = stampAsRead(folder, listing.folders, stats)
  if (stamp !== undefined) cache.keep(relative, stamp, { raw, file, folders: listing.folders, nested: listing.nested })
  return raw
}

function openCache({ path: root, label }: SkillRoot, { cwd, cache, lenient = false }: ReadOptions): ScanCache | undefined {
  if (cache === undefined) return undefined
  // findings name files as they are seen from the working directory, and rows hold the label
  const header = JSON.stringify({ format: 2, tool: cache.tool, digest: DIGEST_VERSION, root, label, cwd, lenient })
  const file = path.join(cache.folder, `${sha256(root).slice(0, 16)}.cache`)
  return openScanCache({ file, header, readOnly: cache.readOnly === true })
}

function gather(roots: SkillRoot[], read: readonly ReadSkill[], findings: readonly Diagnostic[], severities: Severities): SkillFolder {
  const folder: SkillFolder = { roots, skills: [], settled: [], invalid: [], diagnostics: withSeverities(findings, severities) }
  for (const { file = '', severity } of findings) if (severity === 'error') folder.invalid.push({ path: file })
  for (const one of read) {
    const { settled, id, path: shown, diagnostics } = one
    const skill = skillFrom(one)
    if (skill !== undefined) folder.skills.push(skill)
    if (settled !== undefined) folder.settled.push(settled)
    if (diagnostics.some(({ severity }) => severity === 'error'))
      folder.invalid.push({ path: shown, ...(id === undefined ? {} : { id: oneLine(id) }) })
    for (const diagnostic of diagnostics) folder.diagnostics.push(diagnostic)
  }
  return folder
}
