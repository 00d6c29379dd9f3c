import { reasonOf } from '../core/errors.ts'
import { systemError } from '../core/os-error.ts'
import { Backoff } from '../core/backoff.ts'
import { plural } from '../core/text.ts'
import { writeByHalves } from '../core/write-by-halves.ts'
import { newBatch, writeFailureOf, type Batch } from './batch.ts'
import type { Replay } from './replay.ts'
import type { SpillFolder } from './spill.ts'
import type { EncodedEvent } from './usage-event.ts'

export interface UsageWriterOptions {
  /** Writes a batch and returns how many events were new; called one at a time. */
  write: (batch: Batch) => Promise<number>
  /** Where batches wait when memory is full or the process ends; undefined: they are dropped. */
  spill: SpillFolder | undefined
  replay: Replay | undefined
  /** Events in memory, at most. */
  maxBuffered: number
  /** A batch is sent when it has this many events, */
  batchSize: number
  /** or when its first event has waited this long, in milliseconds. */
  flushMs: number
  warn: (code: string, message: string) => void
}

/** The events since the start, by what happened to them. */
export interface UsageCounts {
  logged: number
  /** In the database. */
  written: number
  /** In memory. */
  pending: number
  /** Written to the spill folder. Events that came back from it into the database count as written too. */
  spilled: number
  /** Invalid, or refused by the database. */
  rejected: number
  /** Lost because memory and spill folder were full. */
  dropped: number
}

const MAX_BUFFERED_CHARACTERS = 64 * 1024 * 1024
const MOST_WARNINGS = 50

/** After an outage, batches are this many times as large as usual: fewer commits and round trips until none wait. */
const CATCH_UP = 4

/** Accepts events at once and writes them in batches in the background. Never throws, never blocks. */
export class UsageWriter {
  readonly #options: UsageWriterOptions
  readonly #backoff = new Backoff()
  readonly #warned = new Set<string>()
  #pending: EncodedEvent[] = []
  #characters = 0
  /** Being sent, or waiting to be sent again. */
  #current: Batch | undefined
  /** Being written to the spill folder. */
  #spilling: Batch | undefined
  #spillDone: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
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
    // a batch of the usual size that is being sent does not count
    const room = maxBuffered - Math.max(0, (this.#current?.events.length ?? 0) - batchSize)
    const isFull = this.#pending.length >= room || this.#characters >= MAX_BUFFERED_CHARACTERS
    if (isFull && !this.#makeRoom()) {
      this.#counts.dropped++
      return
    }
    this.#pending.push(event)
    this.#characters += event.json.length
    if (this.#running !== undefined) return
    // in a later turn: the caller pays for the call alone
    if (this.#pending.length === batchSize && this.#backoff.waitMs === 0) setImmediate(() => this.#wake()).unref()
    else if (this.#timer === undefined) this.#wakeAfter(flushMs)
  }

  /** Counts an event that is invalid, and warns once for each reason. */
  reject(reason: string): void {
    this.#counts.logged++
    this.#counts.rejected++
    this.#warnOnce(`EVENT_INVALID ${reason}`, 'EVENT_INVALID', `an event was not logged: ${reason}`)
  }

  /** Starts to write what is in the spill folder. */
  start(): void {
    setImmediate(() => this.#wake()).unref()
  }

  /** Writes what is in memory and in the spill folder; false when something is left after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      this.#backoff.skipWait()
      this.#wake()
      const late = sleep(Math.max(0, deadline - Date.now()))
      const done = (this.#running ?? Promise.resolve()).then(() => this.#spillDone)
      await Promise.race([done, late.done])
      late.cancel()
      if (this.#isDone()) return true
      if (Date.now() >= deadline) return false
      if (this.#running === undefined) await sleep(Math.min(Math.max(FLUSH_AGAIN_MS, this.#backoff.waitMs), deadline - Date.now())).done
    }
  }

  /** Tries once to write everything, and spills the rest. */
  async finish(timeoutMs: number): Promise<void> {
    this.#backoff.skipWait()
    this.#wake()
    const late = sleep(timeoutMs)
    await Promise.race([this.#running, late.done])
    late.cancel()
    await this.#spillDone
    if (this.#inMemory() > 0) this.spillNow()
  }

  /** Writes what is in memory to the spill folder, synchronously. */
  spillNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batches = [this.#spilling, this.#current, this.#pending.length > 0 ? newBatch(this.#take(Infinity)) : undefined]
    for (const batch of batches) {
      if (batch === undefined || batch.events.length === 0) continue
      try {
        if (this.#options.spill === undefined) throw new Error('there is no spill folder')
        this.#options.spill.writeSync(batch)
        this.#spilled(batch)
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
      const hasWork = this.#current !== undefined || this.#pending.length > 0 || this.#options.replay?.hasWork === true
      if (hasWork && this.#timer === undefined) this.#wakeAfter(this.#options.flushMs)
    })
  }

  #wakeAfter(ms: number): void {
    this.#timer = setTimeout(() => this.#wake(), Math.max(ms, this.#backoff.waitMs)).unref()
  }

  /** Writes until nothing is left, or until an attempt fails. */
  async #drain(): Promise<void> {
    const { replay, batchSize } = this.#options
    while (this.#backoff.waitMs === 0) {
      try {
        if (this.#current === undefined && this.#pending.length > 0) this.#current = newBatch(this.#take(batchSize * CATCH_UP))
        const batch = this.#current
        if (batch !== undefined) {
          await this.#write(batch)
          // unless the process is ending, and the batch was spilled meanwhile
          if (this.#current === batch) this.#current = undefined
        }
        this.#recovered()
        // alternates with new events, so that neither waits for ever
        const replayed = await replay?.next((spilled) => this.#write(spilled))
        if (replayed !== true && this.#pending.length === 0) return
      } catch (error) {
        this.#failed(error)
      }
    }
  }

  /** Writes a batch without the events that the database refuses. Throws what can pass: then the whole batch comes again. */
  async #write(batch: Batch): Promise<void> {
    const { refused } = await writeByHalves(batch.events, {
      write: async (events) => {
        try {
          return await this.#options.write({ ...batch, events })
        } catch (error) {
          batch.mayRepeat = true
          throw error
        }
      },
      isRefusal: (error) => writeFailureOf(error) === 'events',
    })
    this.#counts.written += batch.events.length - refused.length
    this.#counts.rejected += refused.length
    for (const { error } of refused) {
      const reason = reasonOf(error)
      this.#warnOnce(`EVENT_REFUSED ${reason}`, 'EVENT_REFUSED', `the database refused an event, which is lost: ${reason}`)
    }
  }

  #failed(error: unknown): void {
    this.#backoff.failed()
    const isSetup = writeFailureOf(error) === 'setup'
    const hint = isSetup ? ' (check that the database is migrated, and that this role has the privileges that skills grants prints)' : ''
    this.#warnOnce('outage', 'EVENTS_DELAYED', `events wait, because they cannot be written now: ${reasonOf(error)}${hint}`)
  }

  #recovered(): void {
    this.#backoff.succeeded()
    this.#warned.delete('outage')
    this.#warned.delete('full')
  }

  /** Memory is full: spills the waiting events. False when there is no spill folder, or when it is too slow. */
  #makeRoom(): boolean {
    const { spill } = this.#options
    if (this.#spilling !== undefined || spill === undefined) {
      const why = spill === undefined ? 'there is no spill folder' : 'the disk is too slow'
      this.#warnOnce('full', 'EVENTS_DROPPED', `events are dropped: the buffer is full, and ${why}`)
      return false
    }
    const batch = newBatch(this.#take(Infinity))
    this.#spilling = batch
    this.#spillDone = spill
      .write(batch)
      .then(
        () => {
          if (this.#spilling === batch) this.#spilled(batch)
        },
        (error: unknown) => {
          if (this.#spilling === batch) this.#drop(batch, error)
        },
      )
      .then(() => {
        if (this.#spilling === batch) this.#spilling = undefined
      })
    return true
  }

  #spilled({ events }: Batch): void {
    this.#counts.spilled += events.length
    this.#options.replay?.expect()
  }

  #drop({ events }: Batch, error: unknown): void {
    this.#counts.dropped += events.length
    this.#warnOnce('full', 'EVENTS_DROPPED', `${plural(events.length, 'event')} dropped: ${systemError(error)?.message ?? reasonOf(error)}`)
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

const FLUSH_AGAIN_MS = 50

function sleep(ms: number): { done: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const done = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms).unref()
  })
  return { done, cancel: () => clearTimeout(timer) }
}
