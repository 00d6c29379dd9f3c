import path from 'node:path'
import { sha256 } from '../../core/digests.ts'
import { openScanCache, type ScanCache } from '../cache/scan-cache.ts'
import type { YamlParser } from '../front-matter/yaml.ts'
import type { RawSkill } from '../skill/raw-skill.ts'
import type { SkillRoot } from '../skill/skill.ts'
import { DIGEST_VERSION } from '../skill/skill-files.ts'
import type { SkillLocation } from './list-skill.ts'
import { createReadQueue, readAtOnce, type ReadQueue, type ReadQueueOptions } from './read-queue.ts'
import { readStamped } from './read-stamped.ts'
import { openReadingThread } from './reading-thread.ts'

/** Where to keep what was read for the next run. */
export interface CacheOptions {
  /** Absolute. */
  folder: string
  /** Name and version of this tool: another version may read skills differently. */
  tool: string
  /** Use the cache, but do not change it. */
  readOnly?: boolean
  /** The time in ms since 1970; the system clock by default. Files that changed in the last two seconds are not cached. */
  now?: () => number
}

export interface SkillReaderOptions {
  cwd: string
  cache: CacheOptions | undefined
  lenient: boolean
  parse: YamlParser
  /** Called with each skill that was read, in the order of `read`. */
  onRead: (skill: SkillLocation, raw: RawSkill) => void
}

/**
 * Reads the skills of one root. Plainly, this is `readSkill` for each one. For many skills it does two more things: a cache
 * returns skills whose files have not changed, and a second thread reads a part of the others.
 */
export interface SkillReader {
  /** Looks for a skill in the cache. */
  recall: ScanCache['find']
  read: ReadQueue['add']
  /** Waits until all skills are read, and writes the cache. */
  finish(): Promise<void>
  /** Must be called at the end. Without `finish` before it, the cache does not change. */
  close(): void
}

export function openSkillReader(root: SkillRoot, { cwd, cache: cacheOptions, lenient, parse, onRead }: SkillReaderOptions): SkillReader {
  // messages contain paths relative to the working directory, and rows contain the label
  const cache = openCache(root, cacheOptions, { label: root.label, cwd, lenient })
  const how = { lenient, stamped: cache !== undefined }
  const options: ReadQueueOptions = {
    read: (skill) => readStamped(skill, { ...how, parse }),
    onRead: (skill, { entry, newestMs, line }) => {
      if (entry.stamp !== '') cache?.keep(entry, newestMs, line)
      onRead(skill, entry.known.raw)
    },
    openThread: () => openReadingThread(how),
  }
  // the cache is read and written in the order of the walk, so what it recalls cannot wait for another thread
  const queue = cache === undefined || cache.isEmpty ? createReadQueue(options) : readAtOnce(options)
  let isFinished = false
  return {
    recall: (key, folder) => cache?.find(key, folder),
    read: queue.add,
    finish: async () => {
      await queue.finish()
      isFinished = true
      cache?.finish()
    },
    close: () => {
      queue.close()
      if (!isFinished) cache?.abandon()
    },
  }
}

/** `settings` is everything else on which the result of reading depends. */
function openCache({ path: root }: SkillRoot, options: CacheOptions | undefined, settings: object): ScanCache | undefined {
  if (options === undefined) return undefined
  const { folder, tool, readOnly = false, now = Date.now } = options
  const header = JSON.stringify({ format: 2, tool, digest: DIGEST_VERSION, root, ...settings })
  const opened = openScanCache({ file: path.join(folder, `${sha256(root).slice(0, 16)}.cache`), header, readOnly, now })
  if (!readOnly || !opened.isEmpty) return opened
  // an empty cache that cannot be filled
  opened.abandon()
  return undefined
}
