import type { Batch } from './batch.ts'
import type { SpillFolder } from './spill.ts'

/** So many events of a spilled batch are sent at once. */
const CHUNK = 1_000

/** Brings the files of the spill folder into the database, those of other processes too, one file at a time. */
export class Replay {
  readonly #spill: SpillFolder
  readonly #warn: (code: string, message: string) => void
  #mayHaveFiles = true
  #unreadable = new Set<string>()

  constructor(spill: SpillFolder, warn: (code: string, message: string) => void) {
    this.#spill = spill
    this.#warn = warn
  }

  /** Whether there may be files. */
  get hasWork(): boolean {
    return this.#mayHaveFiles
  }

  /** There is a new file. */
  expect(): void {
    this.#mayHaveFiles = true
  }

  /** Writes the oldest file; false when there is none. Throws what `write` throws, and then the file stays. */
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
      if (badLines > 0) this.#warn('SPILL_DAMAGED', `${badLines} lines of ${name} are no events; they are kept in ${name}.bad`)
      await this.#spill.done(name, badLines)
    } catch (error) {
      if (!isDiskFault(error)) throw error
      this.#unreadable.add(name)
      this.#warn('SPILL_UNREADABLE', `${name} of the spill folder cannot be used: ${error.message}`)
    }
    return true
  }

  async #oldest(): Promise<string | undefined> {
    try {
      return (await this.#spill.list()).find((name) => !this.#unreadable.has(name))
    } catch (error) {
      this.#warn('SPILL_UNREADABLE', `the spill folder cannot be read: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    }
  }
}

function isDiskFault(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string'
}
