import type { Fingerprints } from '../skill/fingerprint.ts'
import type { ReadSkill } from './judge-skill.ts'

/**
 * Collects the skills of a run. With a registry (`fetchFingerprints`, which may still be running), the content of a skill is
 * dropped when its row is up to date: a sync of 60,000 unchanged skills needs little memory, and the server computes while
 * the files are read.
 */
export interface Collector {
  add(skill: ReadSkill): void
  readonly count: number
  /**
   * To be called often: now and then it returns a promise to await, so that timers, signals and sockets are served between
   * the synchronous reads. Throws the error that prevented the registry from being read.
   */
  pause(): Promise<void> | undefined
  /** Waits for the registry, and returns all skills. Throws as `pause` does. */
  finish(): Promise<ReadSkill[]>
}

/** How long to read before a pause. */
const TURN_MS = 50
/** The same while the server sends the registry: it continues only when its data is taken from the socket. */
const SHORT_TURN_MS = 5

/** Without a registry all content is kept. */
export function createCollector(registry: Promise<Fingerprints> | undefined): Collector {
  const read: ReadSkill[] = []
  let rows: Fingerprints | undefined
  let failure: { error: unknown } | undefined
  let turnEnds = performance.now() + SHORT_TURN_MS
  const arrived = registry?.then(
    (all) => {
      rows = all
      for (const skill of read) dropIfUpToDate(skill, all)
    },
    (error: unknown) => (failure = { error }),
  )
  const throwFailure = (): void => {
    if (failure !== undefined) throw failure.error
  }
  const nextTurn = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    const isWaiting = registry !== undefined && rows === undefined && failure === undefined
    turnEnds = performance.now() + (isWaiting ? SHORT_TURN_MS : TURN_MS)
    throwFailure()
  }
  return {
    add: (skill) => {
      if (rows !== undefined) dropIfUpToDate(skill, rows)
      skill.content?.hold()
      read.push(skill)
    },
    get count() {
      return read.length
    },
    pause: () => (performance.now() >= turnEnds ? nextTurn() : undefined),
    finish: async () => {
      await arrived
      throwFailure()
      return read
    },
  }
}

function dropIfUpToDate(skill: ReadSkill, registry: Fingerprints): void {
  const { id, content } = skill
  const row = id === undefined || content === undefined ? undefined : registry.get(id)
  if (row === undefined || content === undefined || row.fingerprint !== content.fingerprint()) return
  // the id of the row: the id of the skill may keep the whole text alive from which it was cut
  skill.id = row.id
  skill.upToDate = { row, enabled: content.enabled }
  skill.content = undefined
}
