import { reasonOf } from '../core/errors.ts'
import { systemError } from '../core/os-error.ts'
import { Backoff } from '../core/backoff.ts'
import { plural } from '../core/text.ts'
import { BatchSize } from './batch-size.ts'
import { lacksTheSame, newBatch, writeFailureOf, type Batch, type WriteFailure } from './batch.ts'
import type { Replay } from './replay.ts'
import { SpillQueue } from './spill-queue.ts'
import type { SpillFolder } from './spill.ts'
import type { EncodedEvent } from './usage-event.ts'

export interface UsageWriterOptions {
  /** Writes a batch; called one at a time. Calls `sent` when the database was reached, and the batch is sent. */
  write: (batch: Batch, sent: () => void) => Promise<unknown>
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
  /** In memory: they wait for the database, or for the disk. */
  pending: number
  /** Written to the spill folder. Events that came back from it into the database count as written too. */
  spilled: number
  /** Invalid, or refused by the database. */
  rejected: number
  /** Lost because memory and spill folder were full, or because there is no spill folder. */
  dropped: number
}

const MAX_BUFFERED_CHARACTERS = 64 * 1024 * 1024
const MOST_WARNINGS = 50

/** After an outage, batches are this many times as large as usual: fewer commits and round trips until none wait. */
const CATCH_UP = 4

/** An event that fails alone so many times, and not because of what it has, must not hold up the others any longer. */
const MOST_ATTEMPTS_ALONE = 3

/** Accepts events at once and writes them in batches in the background. Never throws, never blocks. */
export class UsageWriter {
  readonly #options: UsageWriterOptions
  readonly #backoff = new Backoff()
  readonly #warned = new Set<string>()
  #pending: EncodedEvent[] = []
  #characters = 0
  /** Being sent, or waiting to be sent again. */
  #current: Batch | undefined
  readonly #queue: SpillQueue | undefined
  readonly #size: BatchSize
  /** The event that failed alone, and how often. */
  #alone: { event: EncodedEvent; attempts: number } | undefined
  #isStopped = false
  /** The dropped events that a flush has reported. */
  #reportedDrops = 0
  #timer: NodeJS.Timeout | undefined
  /** When the timer fires, as of performance.now(). */
  #wakeAt = Infinity
  #running: Promise<void> | undefined
  #counts = { logged: 0, written: 0, spilled: 0, rejected: 0, dropped: 0 }

  constructor(options: UsageWriterOptions) {
    this.#options = options
    this.#size = new BatchSize(options.batchSize * CATCH_UP)
    const { spill } = options
    if (spill !== undefined)
      this.#queue = new SpillQueue({ folder: spill, onSpilled: (n) => this.#spilled(n), onLost: (n, error) => this.#drop(n, error) })
  }

  get counts(): UsageCounts {
    return { ...this.#counts, pending: this.#inMemory() }
  }

  add(event: EncodedEvent): void {
    this.#counts.logged++
    const { maxBuffered, batchSize, flushMs } = this.#options
    // a batch of the usual size that is being sent does not count
    const room = maxBuffered - Math.max(0, (this.#current?.events.length ?? 0) - batchSize)
    if (this.#pending.length >= room || this.#characters >= MAX_BUFFERED_CHARACTERS) {
      if (this.#queue === undefined) return this.#drop(1, new Error('the buffer is full, and there is no spill folder'))
      this.#queue.add(this.#take(Infinity))
    }
    this.#pending.push(event)
    this.#characters += event.json.length
    if (this.#running !== undefined) return
    // in a later turn: the caller pays for the call alone
    if (this.#pending.length === batchSize && this.#backoff.waitMs === 0) setImmediate(() => this.#wake()).unref()
    else this.#wakeAfter(flushMs)
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

  /** Tries again what the database did not take before, such as events of skills that were not registered. */
  retry(): void {
    this.#options.replay?.retry()
    if (!this.#isStopped) this.#wake()
  }

  /**
   * Writes what is in memory and in the spill folder. False when something is left after `timeoutMs`, or was dropped since the
   * last flush.
   */
  async flush(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    const left = (): number => Math.max(0, deadline - performance.now())
    this.#options.replay?.retry()
    for (;;) {
      this.#backoff.skipWait()
      this.#wake()
      await within(left(), this.#settled())
      // what waits for a change of the database does not become complete by waiting
      if (this.#isIdle() || left() === 0) break
      if (this.#running === undefined) await sleep(Math.min(Math.max(FLUSH_AGAIN_MS, this.#backoff.waitMs), left())).done
    }
    const isComplete = this.isComplete
    this.#reportedDrops = this.#counts.dropped
    return isComplete
  }

  /** Whether all events are in the database, except those that were rejected, or dropped before the last flush. */
  get isComplete(): boolean {
    return this.#isIdle() && this.#options.replay?.isDone !== false && this.#counts.dropped === this.#reportedDrops
  }

  /** Tries once to write everything, and spills the rest. */
  async finish(timeoutMs: number): Promise<void> {
    this.#backoff.skipWait()
    this.#wake()
    await within(timeoutMs, this.#settled())
    if (this.#inMemory() > 0) this.spillNow()
  }

  /** After this, nothing is written any more. */
  stop(): void {
    this.#isStopped = true
    this.#sleepOn()
  }

  /** Writes what is in memory to the spill folder, synchronously. */
  spillNow(): void {
    this.#sleepOn()
    const current = this.#current?.events ?? []
    this.#current = undefined
    const events = [...current, ...this.#take(Infinity)]
    if (this.#queue === undefined) {
      if (events.length > 0) this.#drop(events.length, new Error('there is no spill folder'))
      return
    }
    this.#queue.writeSync(events)
  }

  #wake(): void {
    this.#sleepOn()
    if (this.#running !== undefined) return
    this.#running = this.#drain().finally(() => {
      this.#running = undefined
      const dueMs = this.#inMemory() > 0 ? 0 : this.#options.replay?.dueMs
      if (dueMs !== undefined) this.#wakeAfter(Math.max(dueMs, this.#options.flushMs))
    })
  }

  /** Wakes after this time, or before if that was requested. */
  #wakeAfter(ms: number): void {
    const waitMs = Math.max(ms, this.#backoff.waitMs)
    const at = performance.now() + waitMs
    if (this.#isStopped || at >= this.#wakeAt) return
    this.#sleepOn()
    this.#wakeAt = at
    this.#timer = setTimeout(() => this.#wake(), waitMs).unref()
  }

  #sleepOn(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#wakeAt = Infinity
  }

  /** Writes until nothing is left, or until an attempt fails. */
  async #drain(): Promise<void> {
    const { replay, batchSize } = this.#options
    while (this.#backoff.waitMs === 0) {
      try {
        this.#current ??= this.#next(batchSize * CATCH_UP)
        const batch = this.#current
        if (batch !== undefined) {
          await this.#write(batch)
          // unless the process is ending, and the batch was spilled meanwhile
          if (this.#current === batch) this.#current = undefined
        }
        this.#recovered()
        // alternates with new events, so that neither waits for ever
        const replayed = await replay?.next((spilled) => this.#write(spilled, { isSpilled: true }))
        if (replayed !== true && this.#pending.length === 0) return
      } catch (error) {
        this.#failed(error)
      }
    }
  }

  #next(most: number): Batch | undefined {
    const events = this.#pending.length > 0 ? this.#take(most) : (this.#queue?.take(most) ?? [])
    return events.length === 0 ? undefined : newBatch(events)
  }

  /**
   * Writes the events of a batch part by part, and takes out what is settled: written, refused by the database, or set aside. A
   * part that fails is halved until its event is alone. Throws what can pass: then the rest of the batch comes again.
   */
  async #write(batch: Batch, { isSpilled = false } = {}): Promise<void> {
    while (batch.events.length > 0) {
      // a spilled batch is read again while new events are logged: smaller parts need less memory
      const part = batch.events.slice(0, isSpilled ? Math.min(this.#size.events, this.#options.batchSize) : this.#size.events)
      let wasSent = false
      try {
        await this.#options.write({ ...batch, events: part }, () => (wasSent = true))
        this.#size.succeeded()
        this.#counts.written += part.length
        batch.events = batch.events.slice(part.length)
      } catch (error) {
        batch.mayRepeat = wasSent || batch.mayRepeat
        const failure = wasSent ? writeFailureOf(error) : 'outage'
        if (failure === 'setup' || failure === 'outage') throw error
        const [event] = part
        if (event === undefined) return
        if (part.length > 1) this.#size.failed(part.length, failure === 'tooMuch')
        else await this.#settleOne(batch, event, { error, failure, isSpilled })
        // a server that has too much to do must not get the halves at once
        if (failure === 'tooMuch' && part.length > 1) throw error
      }
    }
  }

  /** What to do about the first event of a batch, which failed alone. */
  async #settleOne(batch: Batch, event: EncodedEvent, how: { error: unknown; failure: WriteFailure; isSpilled: boolean }): Promise<void> {
    const { error, failure, isSpilled } = how
    const { spill } = this.#options
    if (failure === 'tooMuch') {
      const attempts = this.#alone?.event === event ? this.#alone.attempts + 1 : 1
      this.#alone = { event, attempts }
      if (attempts < MOST_ATTEMPTS_ALONE || spill === undefined) throw error
    } else if (failure === 'events' || spill === undefined) {
      batch.events = batch.events.slice(1)
      this.#refused(error)
      return
    }
    const isSame = failure === 'later' ? lacksTheSame(event, error) : (other: EncodedEvent) => other === event
    const aside = batch.events.filter(isSame)
    batch.events = batch.events.filter((other) => !aside.includes(other))
    if (!isSpilled) this.#counts.spilled += aside.length
    await this.#setAside(aside, error)
  }

  /** Writes events to the spill folder that the database does not take now. */
  async #setAside(events: readonly EncodedEvent[], error: unknown): Promise<void> {
    const { spill, replay } = this.#options
    const what = `${plural(events.length, 'event')} cannot be written yet and ${events.length === 1 ? 'waits' : 'wait'} in the spill folder`
    this.#warnOnce(`EVENT_LATER ${reasonOf(error)}`, 'EVENTS_DELAYED', `${what}: ${reasonOf(error)}`)
    try {
      const name = await spill?.write(newBatch(events))
      if (name !== undefined) replay?.expectLater(name)
    } catch {
      // it tries again, and counts what it writes or loses
      this.#counts.spilled -= events.length
      this.#queue?.add(events)
    }
  }

  #refused(error: unknown): void {
    this.#counts.rejected++
    const reason = reasonOf(error)
    this.#warnOnce(`EVENT_REFUSED ${reason}`, 'EVENT_REFUSED', `the database refused an event, which is lost: ${reason}`)
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

  #spilled(events: number): void {
    this.#counts.spilled += events
    this.#options.replay?.expect()
    if (this.#running === undefined) this.#wakeAfter(this.#options.flushMs)
  }

  #drop(events: number, error: unknown): void {
    this.#counts.dropped += events
    this.#warnOnce('full', 'EVENTS_DROPPED', `events are dropped: ${systemError(error)?.message ?? reasonOf(error)}`)
  }

  #take(most: number): EncodedEvent[] {
    const taken = this.#pending.length <= most ? this.#pending : this.#pending.slice(0, most)
    this.#pending = taken === this.#pending ? [] : this.#pending.slice(most)
    this.#characters = this.#pending.length === 0 ? 0 : this.#characters - taken.reduce((sum, { json }) => sum + json.length, 0)
    return taken
  }

  #inMemory(): number {
    return this.#pending.length + (this.#current?.events.length ?? 0) + (this.#queue?.events ?? 0)
  }

  /** Whether there is nothing to do now. */
  #isIdle(): boolean {
    return this.#running === undefined && this.#inMemory() === 0 && this.#options.replay?.dueMs !== 0
  }

  /** Resolves when the attempts that run now have ended. */
  async #settled(): Promise<void> {
    await this.#running
    await this.#queue?.settled()
  }

  #warnOnce(what: string, code: string, message: string): void {
    if (this.#warned.has(what) || this.#warned.size > MOST_WARNINGS) return
    this.#warned.add(what)
    this.#options.warn(code, message)
  }
}

const FLUSH_AGAIN_MS = 50

async function within(ms: number, work: Promise<void>): Promise<void> {
  const late = sleep(ms)
  await Promise.race([work, late.done])
  late.cancel()
}

function sleep(ms: number): { done: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const done = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms).unref()
  })
  return { done, cancel: () => clearTimeout(timer) }
}
