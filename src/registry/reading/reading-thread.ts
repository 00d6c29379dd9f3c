import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ReadStampedOptions, StampedSkill } from './read-stamped.ts'
import { entryOf } from '../cache/skill-line.ts'
import type { FoundSkill } from './list-skill.ts'

/** A second thread that reads skills. */
export interface ReadingThread {
  /** Batches without an answer. */
  readonly pending: number
  /** The thread has ended unexpectedly: pending batches get no answer. */
  readonly hasEnded: boolean
  post(skills: readonly FoundSkill[]): void
  /** The answer to the earliest pending batch, if it has arrived. Does not wait. */
  poll(): StampedSkill[] | undefined
  close(): void
}

export type ThreadData = Omit<ReadStampedOptions, 'parse'>

/** The skills of a batch, as bytes: they are transferred to this thread, not copied object by object. */
export interface BatchAnswer {
  /** See `lineOf`. */
  lines: Uint8Array
  newestMs: readonly number[]
}

/** In the build. There is none when the sources run directly. */
const PROGRAM = new URL('../registry/reading/reader-thread.js', import.meta.url)
/** The thread keeps nothing. Without limits it would collect its garbage too late. */
const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 64 }

/** Undefined on a machine with one processor. */
export async function openReadingThread(how: ThreadData, program: URL = PROGRAM): Promise<ReadingThread | undefined> {
  const { availableParallelism } = await import('node:os')
  if (availableParallelism() < 2 || !existsSync(fileURLToPath(program))) return undefined
  const { MessageChannel, receiveMessageOnPort, Worker } = await import('node:worker_threads')
  const { port1: port, port2 } = new MessageChannel()
  const workerData: ThreadData & { port: unknown } = { ...how, port: port2 }
  const worker = new Worker(program, { workerData, transferList: [port2], resourceLimits: LIMITS })
  worker.unref()
  let pending = 0
  let hasEnded = false
  const ended = (): void => void (hasEnded = true)
  worker.once('error', ended).once('exit', ended)
  return {
    get pending() {
      return pending
    },
    get hasEnded() {
      return hasEnded
    },
    post: (skills) => {
      pending++
      port.postMessage(JSON.stringify(skills))
    },
    poll: () => {
      const answer = receiveMessageOnPort(port) as { message: BatchAnswer } | undefined
      if (answer === undefined) return undefined
      pending--
      return readAnswer(answer.message)
    },
    close: () => {
      port.close()
      void worker.terminate()
    },
  }
}

function readAnswer({ lines, newestMs }: BatchAnswer): StampedSkill[] {
  const bytes = Buffer.from(lines.buffer)
  const read: StampedSkill[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(LF, at)
    const line = bytes.subarray(at, end)
    const entry = entryOf(line)
    if (entry === undefined) throw new Error('a line was damaged between two threads')
    read.push({ entry, newestMs: newestMs[read.length] ?? 0, line })
    at = end + 1
  }
  return read
}

const LF = 0x0a
