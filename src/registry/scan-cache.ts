import { sha256 } from '../core/digests.ts'
import type { CacheFile } from './cache-file.ts'
import { openCacheFile } from './cache-file.ts'
import { packSkill, unpackSkill } from './cached-skill.ts'
import { pathsOf } from './manifest.ts'
import type { RawSkill } from './raw-skill.ts'
import type { Stamp } from './stamp.ts'
import { stampOf } from './stamp.ts'
import { inWalkOrder } from './walk-order.ts'

/** What was read of a skill, and what of its folder has to be the same for it to be so still. */
export interface KnownSkill {
  raw: RawSkill
  /** Name of the file that describes it. */
  file: string
  /** As in `SkillListing`. */
  folders: readonly string[]
  nested: readonly string[]
}

/**
 * What was read of the skills of one root, so that a run over skills that have not changed need neither list nor open
 * them. It is asked and filled in the order of the walk, in which the file is too, so that neither is ever in memory as a
 * whole. Keys are paths relative to the root.
 */
export interface ScanCache {
  /** What was read of the skill at this folder, if it is as it was then. */
  find(key: string, folder: string): KnownSkill | undefined
  /** Keeps what was read, unless the files may yet change without a trace. */
  keep(key: string, stamp: Stamp, known: KnownSkill): void
  /** Puts the new file in the place of the old one, if there is anything new. Never throws: without a cache all is as good, only slower. */
  finish(): void
}

export interface ScanCacheOptions {
  /** Absolute. */
  file: string
  /** Whatever else the results depend on; a file with another one is not used. */
  header: string
  /** Look only. */
  readOnly?: boolean
}

/**
 * git's rule for racy files (its documentation, racy-git.txt): a file that was changed in the very moment in which it was
 * read may be changed again without its times showing it. Times are as coarse as two seconds on some file systems.
 */
const RACY_MS = 2000

export function openScanCache({ file, header, readOnly = false }: ScanCacheOptions): ScanCache {
  const began = Date.now()
  const cache = openCacheFile(file, header, readOnly)
  let entry = nextEntry(cache)
  return {
    find: (key, folder) => {
      while (entry !== undefined && inWalkOrder(entry.key, key) < 0) {
        cache.drop()
        entry = nextEntry(cache)
      }
      if (entry?.key !== key) return undefined
      const { stamp, known, line } = entry
      const isSame = stampOf(folder, known.folders, pathsOf(known.raw.manifest))?.digest === stamp
      if (isSame) cache.retain(line)
      else cache.drop()
      entry = nextEntry(cache)
      return isSame ? known : undefined
    },
    keep: (key, { digest, newestMs }, { raw, ...rest }) => {
      if (newestMs < began - RACY_MS) cache.add(withCheck(JSON.stringify([key, digest, { ...rest, raw: packSkill(raw) }])))
    },
    finish: () => cache.finish(entry !== undefined),
  }
}

interface Entry {
  key: string
  stamp: string
  known: KnownSkill
  line: string
}

/** The next line that is whole. */
function nextEntry(cache: CacheFile): Entry | undefined {
  for (let bytes = cache.next(); bytes !== undefined; bytes = cache.next()) {
    const line = bytes.toString('utf8')
    const text = line.slice(CHECK_LENGTH)
    if (withCheck(text) === line) {
      const [key, stamp, { raw, ...rest }] = JSON.parse(text) as [string, string, Omit<KnownSkill, 'raw'> & { raw: unknown }]
      return { key, stamp, known: { ...rest, raw: unpackSkill(raw) }, line }
    }
    cache.drop()
  }
  return undefined
}

const CHECK_LENGTH = 16

/** A line begins with a part of its own digest: a damaged one is recognised and counts as absent. */
function withCheck(text: string): string {
  return sha256(text).slice(0, CHECK_LENGTH) + text
}
