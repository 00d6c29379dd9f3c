import { sha256 } from '../core/digests.ts'
import type { CacheFile } from './cache-file.ts'
import { openCacheFile } from './cache-file.ts'
import type { PackedSkill } from './cached-skill.ts'
import { packSkill, unpackSkill } from './cached-skill.ts'
import type { RawSkill } from './raw-skill.ts'
import type { Stamp } from './stamp.ts'
import { stampOf } from './stamp.ts'
import { inWalkOrder } from './walk-order.ts'

/** What was read of a skill, and what of its folder has to be the same for it to be so still. */
export interface KnownSkill {
  /** Of one that was recalled, the content can be read until the next one is looked for. */
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
  /** The first entry that was not asked for yet; `used`: it was, and the next one is to be read when it is needed. */
  let entry: Entry | undefined
  let used = true
  const current = (): Entry | undefined => {
    if (used) entry = nextEntry(cache)
    used = false
    return entry
  }
  return {
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
    keep: (key, { digest, newestMs }, known) => {
      if (newestMs < began - RACY_MS) cache.add(lineOf(key, digest, known))
    },
    finish: () => cache.finish(current() !== undefined),
  }
}

interface Entry {
  key: string
  stamp: string
  known: KnownSkill
  /** The bytes of the line, valid until the next one is read. */
  line: Buffer
}

/** What a line begins with behind its check: the key, the stamp, and what every run needs to know of a skill. */
type Head = [string, string, Omit<KnownSkill, 'raw'> & { raw: PackedSkill }]

/** The next line that is whole. */
function nextEntry(cache: CacheFile): Entry | undefined {
  for (let line = cache.next(); line !== undefined; line = cache.next()) {
    const whole = line
    if (checkOf(whole.subarray(CHECK_LENGTH)) === whole.toString('latin1', 0, CHECK_LENGTH)) {
      const middle = whole.indexOf(TAB)
      const [key, stamp, { raw, ...rest }] = JSON.parse(whole.toString('utf8', CHECK_LENGTH, middle)) as Head
      const text = (): string => whole.toString('utf8', middle + 1)
      return { key, stamp, known: { ...rest, raw: unpackSkill(raw, text) }, line: whole }
    }
    cache.drop()
  }
  return undefined
}

/** A line: its check, JSON, a tab (which JSON does not contain), and the content, if there is any, which is JSON too. */
function lineOf(key: string, stamp: string, { raw, ...rest }: KnownSkill): string {
  const text = `${JSON.stringify([key, stamp, { ...rest, raw: packSkill(raw) }])}\t${raw.content?.text() ?? ''}`
  return checkOf(text) + text
}

const TAB = 0x09
const CHECK_LENGTH = 16

/** A line begins with a part of its own digest: a damaged one is recognised and counts as absent. */
function checkOf(text: string | Uint8Array): string {
  return sha256(text).slice(0, CHECK_LENGTH)
}
