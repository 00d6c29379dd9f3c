import { Backoff } from '../core/backoff.ts'
import { plural } from '../core/text.ts'
import { reasonOf } from '../core/errors.ts'
import { isOsError, systemError } from '../core/os-error.ts'
import type { Batch } from './batch.ts'
import { isSameOwner, type SpillOwner } from './spill-owner.ts'
import type { SpilledBatch, SpillFolder } from './spill.ts'

/** Events that could not be written yet are tried again after this time, at first and at most, or when the registry changes. */
const LATER_MS = { shortestMs: 30_000, longestMs: 600_000 }

export interface ReplayOptions {
  spill: SpillFolder
  /** The database of this process. Connects; throws when that fails. */
  identify: () => Promise<SpillOwner>
  /** Called when a file has to wait until the registry changes. */
  onWaiting: () => void
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
  /** Files with events that the database does not take yet. */
  readonly #waiting = new Set<string>()
  readonly #later = new Backoff(LATER_MS)
  /** The file that is being written, with the events that are left of it. */
  #current: { name: string; spilled: SpilledBatch } | undefined
  /** The database may have changed since the current attempt began. */
  #hasChanged = false
  #unreadable = 0
  #hasReported = false
  #hasCleaned = false

  constructor(options: ReplayOptions) {
    this.#options = options
  }

  /** Milliseconds until there may be something to write; undefined when there is nothing. */
  get dueMs(): number | undefined {
    if (this.#mayHaveFiles) return 0
    return this.#waiting.size > 0 ? this.#later.waitMs : undefined
  }

  /** Whether no events of this database are left in the folder. */
  get isDone(): boolean {
    return this.dueMs === undefined && this.#unreadable === 0
  }

  /** A file was added. */
  expect(): void {
    this.#mayHaveFiles = true
  }

  /** A file of this process was added, with events that the database does not take yet. */
  expectLater(name: string): void {
    this.#own.add(name)
    if (this.#hasChanged) this.#mayHaveFiles = true
    else {
      this.#waiting.add(name)
      if (this.#later.waitMs === 0) this.#later.failed()
    }
    this.#options.onWaiting()
  }

  /** The database has changed: what waits for that is due. */
  retry(): void {
    this.#hasChanged = true
    this.#later.succeeded()
    this.#release()
  }

  #release(): void {
    if (this.#waiting.size === 0) return
    this.#waiting.clear()
    this.#mayHaveFiles = true
  }

  /** Writes the oldest file; false when there is no file. When `write` throws, the file is kept. */
  async next(write: (batch: Batch) => Promise<void>): Promise<boolean> {
    this.#hasChanged = false
    if (this.#later.waitMs === 0) this.#release()
    if (!this.#mayHaveFiles) return false
    const { spill, warn } = this.#options
    this.#mayHaveFiles = false
    const name = this.#current?.name ?? (await this.#oldestOrAgain())
    if (name === undefined) return false
    this.#mayHaveFiles = true
    try {
      // after an outage the events that are left, and not the whole file again
      this.#current ??= await this.#read(name)
      if (this.#current === undefined) return true
      const { batch, badLines } = this.#current.spilled
      await write(batch)
      const bad = plural(badLines.length, 'line')
      if (badLines.length > 0)
        warn('SPILL_DAMAGED', `${bad} of ${name} ${badLines.length === 1 ? 'is' : 'are'} not events; kept in ${name}.bad`)
      spill.done(name, badLines)
      this.#current = undefined
    } catch (error) {
      if (!isOsError(error)) throw error
      if (this.#current === undefined) this.#unreadable++
      this.#current = undefined
      this.#left.add(name)
      warn('SPILL_UNREADABLE', `${name} in the spill folder: ${explain(error)}`)
    }
    return true
  }

  async #read(name: string): Promise<{ name: string; spilled: SpilledBatch } | undefined> {
    const spilled = await this.#options.spill.read(name)
    return spilled === undefined ? undefined : { name, spilled }
  }

  async #oldestOrAgain(): Promise<string | undefined> {
    try {
      return await this.#oldest()
    } catch (error) {
      this.#mayHaveFiles = true
      throw error
    }
  }

  /** The oldest file of this database. */
  async #oldest(): Promise<string | undefined> {
    const { spill, identify, warn } = this.#options
    let names: string[]
    try {
      if (!this.#hasCleaned) spill.removeLeftovers()
      this.#hasCleaned = true
      names = spill.list().filter((name) => !this.#left.has(name) && !this.#waiting.has(name))
    } catch (error) {
      warn('SPILL_UNREADABLE', `the spill folder cannot be read: ${explain(error)}`)
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
        warn('SPILL_UNREADABLE', `${name} in the spill folder: ${explain(error)}`)
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
