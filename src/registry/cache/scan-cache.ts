import { openCacheFile, type CacheFile } from './cache-file.ts'
import { entryOf, lineOf, type CachedSkill, type SkillEntry } from './skill-line.ts'
import { stampOf } from './stamp.ts'
import { inWalkOrder } from '../skill/paths.ts'

/**
 * The skills of one root as an earlier run read them, so that unchanged skills are neither listed nor opened. Keys are paths
 * relative to the root. It is read and written in the order of the walk, which is the order of its file: neither the old nor
 * the new contents are ever in memory as a whole.
 */
export interface ScanCache {
  /** The skill at this folder, if its files have not changed. */
  find(key: string, folder: string): CachedSkill | undefined
  /** Contains no skill. */
  readonly isEmpty: boolean
  /** Adds a skill, unless its files are so new that they can change without a visible difference. `line`: the entry as `lineOf` returns it, if known. */
  keep(entry: SkillEntry, newestMs: number, line?: Buffer): void
  /** Replaces the file, if anything changed. Never throws: without a cache everything works, only more slowly. */
  finish(): void
  /** Leaves the file as it was. */
  abandon(): void
}

export interface ScanCacheOptions {
  /** Absolute. */
  file: string
  /** Everything else on which the results depend. A file with another header is not used. */
  header: string
  /** Never write. */
  readOnly?: boolean
  /** The time in ms since 1970, see `RACY_MS`; the system clock by default. */
  now?: () => number
}

/**
 * git's rule for racy files (its documentation, racy-git.txt): a file that changes shortly after it was read can keep the same
 * times. On some file systems, times have a resolution of two seconds.
 */
const RACY_MS = 2000

export function openScanCache({ file, header, readOnly = false, now = Date.now }: ScanCacheOptions): ScanCache {
  const began = now()
  const cache = openCacheFile(file, header, { readOnly, now })
  /** The next entry of the file. `used`: it was returned, so the one after it must be read. */
  let entry: Entry | undefined
  let used = true
  const current = (): Entry | undefined => {
    if (used) entry = nextEntry(cache)
    used = false
    return entry
  }
  return {
    isEmpty: current() === undefined,
    find: (key, folder) => {
      let found = current()
      while (found !== undefined && inWalkOrder(found.key, key) < 0) {
        cache.drop()
        used = true
        found = current()
      }
      if (found?.key !== key) return undefined
      used = true
      const { stamp, known, line } = found
      const isSame = stampOf(folder, known.folders, known.raw.files)?.digest === stamp
      if (isSame) cache.retain(line)
      else cache.drop()
      return isSame ? known : undefined
    },
    keep: (read, newestMs, line) => {
      if (newestMs < began - RACY_MS) cache.add(line ?? lineOf(read))
    },
    finish: () => cache.finish(current() !== undefined),
    abandon: () => cache.abandon(),
  }
}

interface Entry extends SkillEntry {
  /** The bytes of the line, valid until the next line is read. */
  line: Buffer
}

/** The next undamaged line. */
function nextEntry(cache: CacheFile): Entry | undefined {
  for (let line = cache.next(); line !== undefined; line = cache.next()) {
    const entry = entryOf(line)
    if (entry !== undefined) return { ...entry, line }
    cache.drop()
  }
  return undefined
}
