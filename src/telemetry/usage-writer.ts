import { plural } from '../core/text.ts'
import type { Batch } from './batch.ts'
import { newBatch } from './batch.ts'
import { backoffMs, faultOf } from './faults.ts'
import type { Replay } from './replay.ts'
import type { SpillFolder } from './spill.ts'
import type { EncodedEvent } from './usage-event.ts'

export interface UsageWriterOptions {
  /** Writes a batch; called one at a time. */
  write: (batch: Batch) => Promise<unknown>
  /** Where batches wait when the memory is full or the process ends; undefined: they are dropped. */
  spill: SpillFolder | undefined
  replay: Replay | undefined
  /** Events in memory, at most. */
  maxBuffered: number
  /** A batch is sent when it has so many events, */
  batchSize: number
  /** or when its first event has waited for so long, in milliseconds. */
  flushMs: number
  warn: (code: string, message: string) => void
}

/** What became of the events since the beginning. */
export interface UsageCounts {
  logged: number
  /** In the database. */
  written: number
  /** In memory. */
  pending: number
  /** Went to the spill folder; those that came back from it into the database are counted as written too. */
  spilled: number
  /** Invalid, or refused by the database. */
  rejected: number
  /** Lost because memory and spill folder were full. */
  dropped: number
}

const MAX_BUFFERED_CHARACTERS = 64 * 1024 * 1024

/** What has piled up goes in batches of so many times the usual size: fewer commits and round trips until it is gone. */
const PILE = 4

/** Takes events at once and writes them in batches behind the application's back. Never throws, never blocks. */
export class UsageWriter {
  readonly #options: UsageWriterOptions
  #pending: EncodedEvent[] = []
  #characters = 0
  /** Being sent, or waiting to be sent again. */
  #current: Batch | undefined
  /** On its way to the disk. */
  #spilling: Batch | undefined
  #spillDone: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #failures = 0
  #notBefore = 0
  readonly #warned = new Set<string>()
  #counts = { logged: 0, written: 0, spilled: 0, rejected: 0, dropped: 0 }

  constructor(options: UsageWriterOptions) {
    this.#options = options
  }

  get counts(): UsageCounts {
    return { ...this.#counts, pending: this.#inMemory() }
  }

  add(event: EncodedEvent): void {
    this.#counts.logged++
    const { maxBuffered, batchSize, flushMs } = this.#options
    // a batch of the usual size on its way does not count
    const room = maxBuffered - Math.max(0, (this.#current?.events.length ?? 0) - batchSize)
    const isFull = this.#pending.length >= room || this.#characters >= MAX_BUFFERED_CHARACTERS
    if (isFull && !this.#makeRoom()) {
      this.#counts.dropped++
      return
    }
    this.#pending.push(event)
    this.#characters += event.json.length
    if (this.#running !== undefined) return
    // not in this turn: the caller pays for the call alone
    if (this.#pending.length === batchSize && Date.now() >= this.#notBefore) setImmediate(() => this.#wake()).unref()
    else this.#timer ??= setTimeout(() => this.#wake(), Math.max(flushMs, this.#notBefore - Date.now())).unref()
  }

  /** Counts an event that was not taken, and says why, once for each reason. */
  reject(reason: string): void {
    this.#counts.logged++
    this.#counts.rejected++
    this.#warnOnce(`EVENT_INVALID ${reason}`, 'EVENT_INVALID', `an event was not logged: ${reason}`)
  }

  /** Begins to write what is there, and what was spilled. */
  start(): void {
    setImmediate(() => this.#wake()).unref()
  }

  /** Writes what is in memory and in the spill folder; false when not all was written within the time. */
  async flush(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      this.#notBefore = 0
      this.#wake()
      const late = sleep(Math.max(0, deadline - Date.now()))
      const done = (this.#running ?? Promise.resolve()).then(() => this.#spillDone)
      await Promise.race([done, late.done])
      late.cancel()
      if (this.#isDone()) return true
      if (Date.now() >= deadline) return false
      if (this.#running === undefined) await sleep(Math.min(backoffMs(this.#failures), deadline - Date.now())).done
    }
  }

  /** One attempt to write everything, the rest to the spill folder. */
  async finish(timeoutMs: number): Promise<void> {
    this.#notBefore = 0
    this.#wake()
    const late = sleep(timeoutMs)
    await Promise.race([this.#running, late.done])
    late.cancel()
    await this.#spillDone
    if (this.#inMemory() > 0) this.spillNow()
  }

  /** Brings what is in memory to the disk in this very turn. */
  spillNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batches = [this.#spilling, this.#current, this.#pending.length > 0 ? newBatch(this.#take(Infinity)) : undefined]
    for (const batch of batches) {
      if (batch === undefined || batch.events.length === 0) continue
      try {
        if (this.#options.spill === undefined) throw new Error('there is no spill folder')
        this.#options.spill.writeSync(batch)
        this.#counts.spilled += batch.events.length
        this.#options.replay?.expect()
      } catch (error) {
        this.#drop(batch, error)
      }
    }
    this.#current = undefined
    this.#spilling = undefined
  }

  #wake(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#running !== undefined) return
    this.#running = this.#drain().finally(() => {
      this.#running = undefined
      if (this.#current !== undefined || this.#pending.length > 0 || this.#options.replay?.hasWork === true) this.#later()
    })
  }

  #later(): void {
    const wait = Math.max(this.#notBefore - Date.now(), this.#options.flushMs)
    this.#timer ??= setTimeout(() => this.#wake(), wait).unref()
  }

  /** Writes until there is nothing left, or until the database does not take it now. */
  async #drain(): Promise<void> {
    const { replay, batchSize } = this.#options
    for (;;) {
      if (Date.now() < this.#notBefore) return
      try {
        if (this.#current === undefined && this.#pending.length > 0) this.#current = newBatch(this.#take(batchSize * PILE))
        const batch = this.#current
        if (batch !== undefined) {
          await this.#write(batch)
          // the process may be ending, and the batch on the disk
          if (this.#current === batch) this.#current = undefined
        }
        this.#recovered()
        // in turn with new events, so that neither waits for ever
        const replayed = await replay?.next((spilled) => this.#write(spilled))
        if (replayed !== true && this.#pending.length === 0) return
      } catch (error) {
        this.#failed(error)
      }
    }
  }

  /** Writes a batch; events that the database refuses are found by halves. Throws what may pass. */
  async #write(batch: Batch): Promise<void> {
    const { events } = batch
    try {
      await this.#options.write(batch)
      this.#counts.written += events.length
    } catch (error) {
      batch.mayRepeat = true
      if (faultOf(error) !== 'events') throw error
      if (events.length === 1) {
        this.#counts.rejected++
        const reason = reasonOf(error)
        this.#warnOnce(`EVENT_REFUSED ${reason}`, 'EVENT_REFUSED', `the database refused an event, which is lost: ${reason}`)
        return
      }
      const middle = Math.ceil(events.length / 2)
      const before = this.#counts.written
      try {
        await this.#write({ ...batch, events: events.slice(0, middle) })
        await this.#write({ ...batch, events: events.slice(middle) })
      } catch (later) {
        // the whole batch comes again
        this.#counts.written = before
        throw later
      }
    }
  }

  #failed(error: unknown): void {
    this.#notBefore = Date.now() + backoffMs(this.#failures++)
    const hint = faultOf(error) === 'setup' ? ' (is the database migrated, and may this role call log_skill_usage_batch?)' : ''
    this.#warnOnce('outage', 'EVENTS_DELAYED', `events wait, as they cannot be written now: ${reasonOf(error)}${hint}`)
  }

  #recovered(): void {
    this.#failures = 0
    this.#notBefore = 0
    this.#warned.delete('outage')
    this.#warned.delete('full')
  }

  /** Memory is full: what waits goes to the spill folder. False when that is not there, or does not keep up. */
  #makeRoom(): boolean {
    const { spill } = this.#options
    if (this.#spilling !== undefined || spill === undefined) {
      const why = spill === undefined ? 'there is no spill folder' : 'the disk does not keep up'
      this.#warnOnce('full', 'EVENTS_DROPPED', `events are dropped: the buffer is full, and ${why}`)
      return false
    }
    const batch = newBatch(this.#take(Infinity))
    this.#spilling = batch
    this.#spillDone = spill
      .write(batch)
      .then(
        () => {
          if (this.#spilling !== batch) return
          this.#counts.spilled += batch.events.length
          this.#options.replay?.expect()
        },
        (error: unknown) => this.#spilling === batch && this.#drop(batch, error),
      )
      .then(() => {
        if (this.#spilling === batch) this.#spilling = undefined
      })
    return true
  }

  #drop({ events }: Batch, error: unknown): void {
    this.#counts.dropped += events.length
    this.#warnOnce('full', 'EVENTS_DROPPED', `${plural(events.length, 'event')} dropped: ${reasonOf(error)}`)
  }

  #take(most: number): EncodedEvent[] {
    const taken = this.#pending.length <= most ? this.#pending : this.#pending.slice(0, most)
    this.#pending = taken === this.#pending ? [] : this.#pending.slice(most)
    this.#characters = this.#pending.length === 0 ? 0 : this.#characters - taken.reduce((sum, { json }) => sum + json.length, 0)
    return taken
  }

  #inMemory(): number {
    return this.#pending.length + (this.#current?.events.length ?? 0) + (this.#spilling?.events.length ?? 0)
  }

  #isDone(): boolean {
    return this.#running === undefined && this.#inMemory() === 0 && this.#options.replay?.hasWork !== true
  }

  #warnOnce(what: string, code: string, message: string): void {
    if (this.#warned.has(what) || this.#warned.size > MOST_WARNINGS) return
    this.#warned.add(what)
    this.#options.warn(code, message)
  }
}

const MOST_WARNINGS = 50

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function sleep(ms: number): { done: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const done = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms).unref()
  })
  return { done, cancel: () => clearTimeout(timer) }
}
