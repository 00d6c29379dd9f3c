import type { FoundSkill } from './list-skill.ts'
import type { StampedSkill } from './read-stamped.ts'
import type { ReadingThread } from './reading-thread.ts'

/** Reads skills. For many skills a second thread reads a part of them. The results come in the order of `add`. */
export interface ReadQueue {
  add(skill: FoundSkill): void
  /** Waits until all skills are read. */
  finish(): Promise<void>
  /** Must be called at the end, also after an error. */
  close(): void
}

export interface ReadQueueOptions {
  read: (skill: FoundSkill) => StampedSkill
  onRead: (skill: FoundSkill, read: StampedSkill) => void
  /** Called once, when there are enough skills for a thread to save time. */
  openThread: () => Promise<ReadingThread | undefined>
}

/** Skills in a batch: few enough to be read quickly, and enough that a message costs little in comparison. */
const BATCH = 32
/** A thread takes about as long to start as reading some hundred skills. */
const ENOUGH = 1000
/** Batches that the thread holds at most: it has the next one when it finishes one. */
const MOST_PENDING = 3
const POLL_MS = 1

interface Job {
  skills: readonly FoundSkill[]
  read?: readonly StampedSkill[]
}

/** Reads each skill when it is added. */
export function readAtOnce({ read, onRead }: ReadQueueOptions): ReadQueue {
  return { add: (skill) => onRead(skill, read(skill)), finish: () => Promise.resolve(), close: () => undefined }
}

export function createReadQueue({ read, onRead, openThread }: ReadQueueOptions): ReadQueue {
  let batch: FoundSkill[] = []
  let count = 0
  let thread: ReadingThread | undefined
  let opened: Promise<void> | undefined
  let isClosed = false
  /** The batches whose results were not passed on yet, and those of them that the thread has; both in order. */
  const jobs: Job[] = []
  const posted: Job[] = []
  const passOn = (): void => {
    for (let job = jobs[0]; job?.read !== undefined; job = jobs[0]) {
      for (const [i, skill] of job.skills.entries()) onRead(skill, job.read[i] as StampedSkill)
      jobs.shift()
    }
  }
  const open = async (): Promise<void> => {
    // without a thread everything works, only more slowly
    const one = await openThread().catch(() => undefined)
    if (isClosed) one?.close()
    else thread = one
  }
  const collect = (): void => {
    for (let answer = thread?.poll(); answer !== undefined; answer = thread?.poll()) {
      const job = posted.shift()
      if (job !== undefined) job.read = answer
    }
    if (thread?.hasEnded !== true) return
    // the thread ended early: read its batches here
    for (const job of posted.splice(0)) job.read = job.skills.map(read)
    thread = undefined
  }
  const dispatch = (): void => {
    const job: Job = { skills: batch }
    batch = []
    jobs.push(job)
    collect()
    if (thread !== undefined && thread.pending < MOST_PENDING) {
      thread.post(job.skills)
      posted.push(job)
    } else job.read = job.skills.map(read)
    passOn()
  }
  return {
    add: (skill) => {
      if (++count === ENOUGH) opened = open()
      if (thread === undefined && jobs.length === 0 && batch.length === 0) onRead(skill, read(skill))
      else if (batch.push(skill) === BATCH) dispatch()
    },
    finish: async () => {
      await opened
      if (batch.length > 0) dispatch()
      for (; posted.length > 0; collect()) await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      passOn()
    },
    close: () => {
      isClosed = true
      thread?.close()
    },
  }
}
