import { reasonOf } from '../core/errors.ts'
import type { Batch } from './batch.ts'
import type { SpillFolder } from './spill.ts'

/** Events of a spilled batch that are sent at once. */
const CHUNK = 1_000

/** Writes the files of the spill folder to the database, one at a time; also the files of other processes. */
export class Replay {
  readonly #spill: SpillFolder
  readonly #warn: (code: string, message: string) => void
  #mayHaveFiles = true
  readonly #unreadable = new Set<string>()

  constructor(spill: SpillFolder, warn: (code: string, message: string) => void) {
    this.#spill = spill
    this.#warn = warn
  }

  /** Whether there may be files. */
  get hasWork(): boolean {
    return this.#mayHaveFiles
  }

  /** A file was added. */
  expect(): void {
    this.#mayHaveFiles = true
  }

  /** Writes the oldest file; false when there is no file. When `write` throws, the file is kept. */
  async next(write: (batch: Batch) => Promise<void>): Promise<boolean> {
    if (!this.#mayHaveFiles) return false
    this.#mayHaveFiles = false
    const name = await this.#oldest()
    if (name === undefined) return false
    this.#mayHaveFiles = true
    try {
      const spilled = await this.#spill.read(name)
      if (spilled === undefined) return true
      const { batch, badLines } = spilled
      for (let from = 0; from < batch.events.length; from += CHUNK)
        await write({ ...batch, events: batch.events.slice(from, from + CHUNK) })
      if (badLines > 0) this.#warn('SPILL_DAMAGED', `${badLines} lines of ${name} are not events; they are kept in ${name}.bad`)
      await this.#spill.done(name, badLines)
    } catch (error) {
      if (!isDiskError(error)) throw error
      this.#unreadable.add(name)
      this.#warn('SPILL_UNREADABLE', `${name} in the spill folder cannot be read: ${error.message}`)
    }
    return true
  }

  async #oldest(): Promise<string | undefined> {
    try {
      return (await this.#spill.list()).find((name) => !this.#unreadable.has(name))
    } catch (error) {
      this.#warn('SPILL_UNREADABLE', `the spill folder cannot be read: ${reasonOf(error)}`)
      return undefined
    }
  }
}

function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string'
}
