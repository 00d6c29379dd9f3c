import type { StampedSkill } from './read-stamped.ts'
import type { ReadingThread } from './reading-thread.ts'
import type { ListedSkill } from './list-skill.ts'

/** Reads skills, some of them in another thread where there are many, and tells them in the order in which they were added. */
export interface ReadQueue {
  add(skill: ListedSkill): void
  /** Waits until all have been told. */
  finish(): Promise<void>
  /** To be called at the end, whatever came of it. */
  close(): void
}

export interface ReadQueueOptions {
  read: (skill: ListedSkill) => StampedSkill
  tell: (skill: ListedSkill, read: StampedSkill) => void
  /** Called once, when there are enough skills for it to pay. */
  openThread: () => Promise<ReadingThread | undefined>
}

/** Small enough to be read in a moment, large enough that passing it on costs little beside that. */
const BATCH = 32
/** A thread takes about as long to start as some hundred skills take to read. */
const ENOUGH = 1000
/** So that the thread has the next one when it is done with one. */
const MOST_PENDING = 3
const POLL_MS = 1

interface Job {
  skills: readonly ListedSkill[]
  read?: readonly StampedSkill[]
}

/** Reads each skill when it is added. */
export function readAtOnce({ read, tell }: ReadQueueOptions): ReadQueue {
  return { add: (skill) => tell(skill, read(skill)), finish: () => Promise.resolve(), close: () => undefined }
}

export function createReadQueue({ read, tell, openThread }: ReadQueueOptions): ReadQueue {
  let batch: ListedSkill[] = []
  let count = 0
  let thread: ReadingThread | undefined
  let opened: Promise<void> | undefined
  let isClosed = false
  /** Those that were not told yet, and of them those that the thread has, each from the first to the last. */
  const jobs: Job[] = []
  const posted: Job[] = []
  const tellReady = (): void => {
    for (let job = jobs[0]; job?.read !== undefined; job = jobs[0]) {
      for (const [i, skill] of job.skills.entries()) tell(skill, job.read[i] as StampedSkill)
      jobs.shift()
    }
  }
  const open = async (): Promise<void> => {
    // without one all is as good, only slower
    const one = await openThread().catch(() => undefined)
    if (isClosed) one?.close()
    else thread = one
  }
  const collect = (): void => {
    for (let answer = thread?.poll(); answer !== undefined; answer = thread?.poll()) {
      const job = posted.shift()
      if (job !== undefined) job.read = answer
    }
    if (thread?.isGone !== true) return
    // whatever ended it, nothing is lost but its work
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
    tellReady()
  }
  return {
    add: (skill) => {
      if (++count === ENOUGH) opened = open()
      if (thread === undefined && jobs.length === 0 && batch.length === 0) tell(skill, read(skill))
      else if (batch.push(skill) === BATCH) dispatch()
    },
    finish: async () => {
      await opened
      if (batch.length > 0) dispatch()
      for (; posted.length > 0; collect()) await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      tellReady()
    },
    close: () => {
      isClosed = true
      thread?.close()
    },
  }
}
