import path from 'node:path'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { sha256 } from '../../core/digests.ts'
import { DIGEST_VERSION } from '../skill/skill-files.ts'
import type { IgnoreReader } from './ignore-rules.ts'
import type { RawSkill } from '../skill/raw-skill.ts'
import type { ReadQueueOptions } from './read-queue.ts'
import { createReadQueue, readAtOnce } from './read-queue.ts'
import { readStamped } from './read-stamped.ts'
import { openReadingThread } from './reading-thread.ts'
import type { ScanCache } from '../cache/scan-cache.ts'
import { openScanCache } from '../cache/scan-cache.ts'
import type { SkillLocation } from './list-skill.ts'
import type { SkillRoot } from '../skill/skill.ts'
import { walk } from './walk.ts'
import type { YamlParser } from '../front-matter/yaml.ts'

/** Where what was read is kept for the next run. */
export interface CacheOptions {
  /** Absolute. */
  folder: string
  /** Name and version of this tool: another one reads skills in other ways. */
  tool: string
  /** Use it, and leave it as it is. */
  readOnly?: boolean
  /** The time in ms since 1970; the system clock unless given. Files that changed in the last two seconds are not kept. */
  now?: () => number
}

export interface ReadRootOptions {
  cwd: string
  cache: CacheOptions | undefined
  lenient: boolean
  parse: YamlParser
  readIgnore: IgnoreReader
  /** Whether a skill is seen for the first time. */
  isNew: (skill: SkillLocation) => boolean
  /** Told of the skills in the order of `walk`. */
  add: (skill: SkillLocation, raw: RawSkill) => void
  /** Called often; gives a promise when it is time to wait for. */
  pause: () => Promise<void> | undefined
}

/** Finds and reads the skills below one root. Returns what is to be said of its folders, in no order. */
export async function readRoot(root: SkillRoot, options: ReadRootOptions): Promise<Diagnostic[]> {
  const { cwd, parse, readIgnore, isNew, add, pause } = options
  const cache = openCache(root, options)
  const how = { lenient: options.lenient, stamped: cache !== undefined }
  const reading: ReadQueueOptions = {
    read: (skill) => readStamped(skill, { ...how, parse }),
    tell: (skill, { entry, newestMs, line }) => {
      if (entry.stamp !== '') cache?.keep(entry, newestMs, line)
      add(skill, entry.known.raw)
    },
    openThread: () => openReadingThread(how),
  }
  // the cache is read and written in the order of the walk: what it recalls cannot wait for what another thread reads
  const queue = cache === undefined || cache.isEmpty ? createReadQueue(reading) : readAtOnce(reading)
  const found: Diagnostic[] = []
  try {
    for (const { skill, findings } of walk(root, { cwd, readIgnore, cache })) {
      for (const one of findings) found.push(one)
      if (skill !== undefined && isNew(skill)) {
        if ('known' in skill) add(skill, skill.known.raw)
        else queue.add(skill)
      }
      const turn = pause()
      if (turn !== undefined) await turn
    }
    await queue.finish()
    cache?.finish()
  } catch (error) {
    cache?.abandon()
    throw error
  } finally {
    queue.close()
  }
  return found
}

function openCache({ path: root, label }: SkillRoot, { cwd, cache, lenient }: ReadRootOptions): ScanCache | undefined {
  if (cache === undefined) return undefined
  // findings name files as they are seen from the working directory, and rows hold the label
  const header = JSON.stringify({ format: 2, tool: cache.tool, digest: DIGEST_VERSION, root, label, cwd, lenient })
  const file = path.join(cache.folder, `${sha256(root).slice(0, 16)}.cache`)
  const opened = openScanCache({ file, header, readOnly: cache.readOnly === true, ...(cache.now === undefined ? {} : { now: cache.now }) })
  if (cache.readOnly !== true || !opened.isEmpty) return opened
  // there is nothing to recall, and nothing would be kept
  opened.abandon()
  return undefined
}
