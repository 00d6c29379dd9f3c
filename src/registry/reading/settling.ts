import type { Fingerprints } from '../skill/fingerprint.ts'
import type { ReadSkill } from './judge-skill.ts'
import { settle } from './judge-skill.ts'

/** Collects skills and lets go of what they say as soon as it is known that the registry says the same. */
export interface Settling {
  add(skill: ReadSkill): void
  /** The registry is still to come. */
  readonly isWaiting: boolean
  /** To be called now and then. Throws what kept the registry from being read: there is no point in reading on. */
  check(): void
  /** Waits for the registry. */
  finish(): Promise<void>
}

/** Adds to `read`. Without a registry everything is kept. */
export function createSettling(read: ReadSkill[], registry: Promise<Fingerprints> | undefined): Settling {
  let rows: Fingerprints | undefined
  let fault: { error: unknown } | undefined
  const known = registry?.then(
    (all) => {
      rows = all
      for (const one of read) settle(one, all)
    },
    (error: unknown) => (fault = { error }),
  )
  const check = (): void => {
    if (fault !== undefined) throw fault.error
  }
  return {
    add: (skill) => {
      if (rows !== undefined) settle(skill, rows)
      skill.content?.hold()
      read.push(skill)
    },
    get isWaiting() {
      return registry !== undefined && rows === undefined && fault === undefined
    },
    check,
    finish: async () => {
      await known
      check()
    },
  }
}
