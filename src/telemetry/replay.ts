import { plural } from '../core/text.ts'
import { reasonOf } from '../core/errors.ts'
import { isOsError, systemError } from '../core/os-error.ts'
import type { Batch } from './batch.ts'
import { isSameOwner, type SpillOwner } from './spill-owner.ts'
import type { SpillFolder } from './spill.ts'

/** Events of a spilled batch that are sent at once. */
const CHUNK = 1_000

export interface ReplayOptions {
  spill: SpillFolder
  /** The database of this process. Connects; throws when that fails. */
  identify: () => Promise<SpillOwner>
  warn: (code: string, message: string) => void
}

/**
 * Writes the files of the spill folder to the database, one at a time; also those of other processes with the same database.
 * Files of other databases, and files that do not name theirs, are reported once and kept.
 */
export class Replay {
  readonly #options: ReplayOptions
  #mayHaveFiles = true
  /** Files that this process will not write: unreadable ones, and those of other databases. */
  readonly #left = new Set<string>()
  readonly #own = new Set<string>()
  #hasReported = false

  constructor(options: ReplayOptions) {
    this.#options = options
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
    const { spill, warn } = this.#options
    this.#mayHaveFiles = false
    const name = await this.#oldest().catch((error: unknown) => {
      this.#mayHaveFiles = true
      throw error
    })
    if (name === undefined) return false
    this.#mayHaveFiles = true
    try {
      const spilled = await spill.read(name)
      if (spilled === undefined) return true
      const { batch, badLines } = spilled
      for (let from = 0; from < batch.events.length; from += CHUNK)
        await write({ ...batch, events: batch.events.slice(from, from + CHUNK) })
      if (badLines > 0) warn('SPILL_DAMAGED', `${badLines} lines of ${name} are not events; they are kept in ${name}.bad`)
      spill.done(name, badLines)
    } catch (error) {
      if (!isOsError(error)) throw error
      this.#left.add(name)
      warn('SPILL_TABLE_LOCKED', `${name} in the spill folder: ${explain(error)}`)
    }
    return true
  }

  /** The oldest file of this database. */
  async #oldest(): Promise<string | undefined> {
    const { spill, identify, warn } = this.#options
    let names: string[]
    try {
      names = (await spill.list()).filter((name) => !this.#left.has(name))
    } catch (error) {
      warn('SPILL_TABLE_LOCKED', `the spill folder cannot be read: ${explain(error)}`)
      return undefined
    }
    const unknown = names.filter((name) => !this.#own.has(name))
    if (unknown.length > 0) this.#sort(unknown, await identify())
    return names.find((name) => this.#own.has(name))
  }

  #sort(names: readonly string[], self: SpillOwner): void {
    const { spill, warn } = this.#options
    const places = new Set<string>()
    let count = 0
    for (const name of names) {
      try {
        const owner = spill.ownerOf(name)
        if (owner !== undefined && isSameOwner(owner, self)) {
          this.#own.add(name)
          continue
        }
        places.add(owner?.place ?? 'a database that they do not name')
        count++
      } catch (error) {
        warn('SPILL_TABLE_LOCKED', `${name} in the spill folder: ${explain(error)}`)
      }
      this.#left.add(name)
    }
    if (count === 0 || this.#hasReported) return
    this.#hasReported = true
    const what = `${plural(count, 'file')} in ${spill.directory} ${count === 1 ? 'has' : 'have'} events of ${[...places].join(', ')}`
    warn('SPILL_FOREIGN', `${what}, and not of ${self.place}: kept; skills log FILE writes one to the database that you choose`)
  }
}

function explain(error: unknown): string {
  return systemError(error)?.message ?? reasonOf(error)
}
