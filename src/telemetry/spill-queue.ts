import { Backoff } from '../core/backoff.ts'
import { newBatch, type Batch } from './batch.ts'
import type { SpillFolder } from './spill.ts'
import type { EncodedEvent } from './usage-event.ts'

export interface SpillQueueOptions {
  folder: SpillFolder
  /** Events are on disk. */
  onSpilled: (events: number) => void
  /** Events are lost: the folder did not take them, and memory has no room for them. */
  onLost: (events: number, error: unknown) => void
}

/** Characters of the events that wait for the disk, at most: more are written synchronously. */
const MOST_WAITING = 1024 * 1024
/** Events in one file, at most: a file is read whole. */
const FILE_EVENTS = 2_000

/**
 * Events on their way to the spill folder. They are written in the background. When the disk cannot keep up, the caller is blocked while
 * a file is written. After a failed write they wait in memory for the next attempt, as long as there is room.
 */
export class SpillQueue {
  readonly #options: SpillQueueOptions
  readonly #backoff = new Backoff({ longestMs: 1_000 })
  #waiting: EncodedEvent[] = []
  #characters = 0
  /** Being written. */
  #writing: Batch | undefined
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: SpillQueueOptions) {
    this.#options = options
  }

  /** Events that are not on disk yet. */
  get events(): number {
    return this.#waiting.length + (this.#writing?.events.length ?? 0)
  }

  add(events: readonly EncodedEvent[]): void {
    this.#append(events)
    if (this.#characters > MOST_WAITING) this.#writeWaitingSync()
    else this.#wake()
  }

  /** Takes events that wait: to write them, or to send them because the disk has not taken them. */
  take(most: number): EncodedEvent[] {
    const taken = this.#waiting.slice(0, most)
    this.#waiting = this.#waiting.slice(taken.length)
    this.#characters -= charactersOf(taken)
    return taken
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await this.#running
  }

  /** Writes these and all that wait synchronously: the process is about to end. */
  writeSync(events: readonly EncodedEvent[]): void {
    this.#append(events)
    clearTimeout(this.#timer)
    this.#timer = undefined
    // the file that is being written may not be complete; twice on disk is once in the database
    const writing = this.#writing
    this.#writing = undefined
    if (writing !== undefined) this.#writeOneSync(writing)
    this.#writeWaitingSync()
  }

  #append(events: readonly EncodedEvent[]): void {
    this.#waiting = this.#waiting.length === 0 ? [...events] : this.#waiting.concat(events)
    this.#characters += charactersOf(events)
  }

  #writeWaitingSync(): void {
    while (this.#waiting.length > 0) this.#writeOneSync(newBatch(this.take(FILE_EVENTS)))
  }

  #writeOneSync(batch: Batch): void {
    const { folder, onSpilled, onLost } = this.#options
    try {
      folder.writeSync(batch)
      onSpilled(batch.events.length)
    } catch (error) {
      onLost(batch.events.length, error)
    }
  }

  #wake(): void {
    if (this.#running !== undefined || this.#timer !== undefined || this.#waiting.length === 0) return
    this.#running = this.#drain().finally(() => {
      this.#running = undefined
      if (this.#waiting.length === 0) return
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        this.#wake()
      }, this.#backoff.waitMs).unref()
    })
  }

  /** Writes until nothing waits, or until an attempt fails. */
  async #drain(): Promise<void> {
    const { folder, onSpilled } = this.#options
    while (this.#waiting.length > 0) {
      const batch = newBatch(this.take(FILE_EVENTS))
      this.#writing = batch
      try {
        await folder.write(batch)
        this.#backoff.succeeded()
        // unless the process is ending, and `writeSync` counted it
        if (this.#writing === batch) onSpilled(batch.events.length)
      } catch {
        this.#backoff.failed()
        if (this.#writing === batch) {
          this.#waiting = [...batch.events, ...this.#waiting]
          this.#characters += charactersOf(batch.events)
        }
      }
      if (this.#writing === batch) this.#writing = undefined
      if (this.#backoff.waitMs > 0) return
    }
  }
}

function charactersOf(events: readonly EncodedEvent[]): number {
  return events.reduce((sum, { json }) => sum + json.length, 0)
}
