import type { CacheFile } from './cache-file.ts'
import { openCacheFile } from './cache-file.ts'
import type { KnownSkill, SkillEntry } from './skill-line.ts'
import { entryOf, lineOf } from './skill-line.ts'
import { stampOf } from './stamp.ts'
import { inWalkOrder } from '../skill/paths.ts'

/**
 * What was read of the skills of one root, so that a run over skills that have not changed need neither list nor open
 * them. It is asked and filled in the order of the walk, in which the file is too, so that neither is ever in memory as a
 * whole. Keys are paths relative to the root.
 */
export interface ScanCache {
  /** What was read of the skill at this folder, if it is as it was then. */
  find(key: string, folder: string): KnownSkill | undefined
  /** Nothing was read before. */
  readonly isEmpty: boolean
  /** Keeps what was read, unless the files may yet change without a trace. `line`: the entry as `lineOf` gives it, where it is at hand. */
  keep(entry: SkillEntry, newestMs: number, line?: Buffer): void
  /** Puts the new file in the place of the old one, if there is anything new. Never throws: without a cache all is as good, only slower. */
  finish(): void
  /** The same where not everything was asked for: nothing is put anywhere. */
  abandon(): void
}

export interface ScanCacheOptions {
  /** Absolute. */
  file: string
  /** Whatever else the results depend on; a file with another one is not used. */
  header: string
  /** Look only. */
  readOnly?: boolean
  /** The time in ms since 1970, see `RACY_MS`; the system clock unless given. */
  now?: () => number
}

/**
 * git's rule for racy files (its documentation, racy-git.txt): a file that was changed in the very moment in which it was
 * read may be changed again without its times showing it. Times are as coarse as two seconds on some file systems.
 */
const RACY_MS = 2000

export function openScanCache({ file, header, readOnly = false, now = Date.now }: ScanCacheOptions): ScanCache {
  const began = now()
  const cache = openCacheFile(file, header, { readOnly, now })
  /** The first entry that was not asked for yet; `used`: it was, and the next one is to be read when it is needed. */
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
  /** The bytes of the line, valid until the next one is read. */
  line: Buffer
}

/** The next line that is whole. */
function nextEntry(cache: CacheFile): Entry | undefined {
  for (let line = cache.next(); line !== undefined; line = cache.next()) {
    const entry = entryOf(line)
    if (entry !== undefined) return { ...entry, line }
    cache.drop()
  }
  return undefined
}
