import { reasonOf } from '../core/errors.ts'
import type { Count, Position } from '../core/report-types.ts'
import { writeByHalves } from '../core/write-by-halves.ts'
import type { Db } from '../db/db.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { writeBatch, writeFailureOf } from './batch.ts'
import { inputBytes } from './input-bytes.ts'
import { joinLines, type InputValue } from './join-lines.ts'
import { BadEvent, loggedEvent, type LoggedEvent } from './logged-event.ts'
import { readValue } from './logged-line.ts'
import type { Span } from './otel-span.ts'
import { TraceBuffer } from './otel-traces.ts'
import { isAboutSkill, usesOf } from './otel-uses.ts'
import { splitLines } from './split-lines.ts'
import type { UserIdForm } from './user-uuid.ts'

export interface EventLogOptions {
  /** Chunks of JSON in UTF-8, plain or with gzip: a value on each line, or values on several lines. */
  input: AsyncIterable<Uint8Array | string>
  /** Undefined: the input is only checked. */
  db: Db | undefined
  /** `uuid5`: a user that is not a UUID gets the UUID version 5 of its text, see docs/telemetry.md. `uuid` unless given: it is refused. */
  userIdAs?: UserIdForm | undefined
  /** Stop after more refusals than this; undefined: never. */
  maxErrors?: number | undefined
  /** Called while lines are read, with the numbers of lines and of written events. */
  onProgress?: (progress: { lines: number; written: number }) => void
}

/** The result of an import. */
export interface EventLogReport {
  /** Lines that are not blank; a value on several lines counts once. */
  lines: Count
  /** Valid events in them. */
  events: Count
  /** Spans that are steps of a use: part of its event. */
  steps: Count
  /** Events that are new to the database; 0 without a database. */
  written: Count
  /** Events that were in the database before, or twice in the input. */
  repeated: Count
  /** Lines without an event, such as those with other spans. */
  ignored: Count
  /** Lines, items of lists and spans that were not written. */
  rejected: Count
  /** The first of them, by line. */
  errors: LineError[]
  /** Keys that are not a field of an event. */
  unknownKeys: string[]
  /** Stopped before the end of the input, because of too many refusals. */
  stopped: boolean
}

export interface LineError {
  /** From 1. */
  line: Position
  /** From 1; null where it is not known. */
  column: Position | null
  /** The place in the value of the line, such as `resourceSpans[0].scopeSpans[0].spans[3]`; null: all of it. */
  path: string | null
  message: string
}

const BATCH = 1_000
const MOST_ERRORS = 100
const MOST_KEYS = 20

/** Imports run one after the other, so that two with the same events write each event once. */
const TURN = 'import'

interface PlacedEvent extends LoggedEvent {
  line: number
  path: string
}

/**
 * Reads events from NDJSON and from OpenTelemetry exports, and writes them in batches, each in a transaction; bad lines and bad spans are
 * skipped and reported. An event that was written before is recognised, so an interrupted import can be repeated. Throws the error of a
 * failed batch, and USAGE for an input that is not UTF-8 or gzip; the batches before it are written.
 */
export async function importEvents(options: EventLogOptions): Promise<EventLogReport> {
  const { input, db, maxErrors = Infinity, onProgress } = options
  const report = emptyReport()
  const reader = new EventReader(report, options.userIdAs ?? 'uuid')
  const flush = async (events: readonly PlacedEvent[]): Promise<void> => {
    if (db !== undefined) await withSkillsErrors(db, { action: 'log events' }, () => write(db, events, report))
    onProgress?.({ lines: report.lines, written: report.written })
  }
  for await (const value of joinLines(splitLines(inputBytes(input)))) {
    reader.add(value)
    if (report.rejected > maxErrors) {
      report.stopped = true
      break
    }
    if (reader.size >= BATCH) await flush(reader.take())
  }
  // a trace of which the rest was not read would be written without its steps
  if (!report.stopped) reader.end()
  for (let events = reader.take(); events.length > 0; events = reader.take()) await flush(events)
  onProgress?.({ lines: report.lines, written: report.written })
  report.errors = report.errors.toSorted((a, b) => a.line - b.line).slice(0, MOST_ERRORS)
  return report
}

function emptyReport(): EventLogReport {
  return { lines: 0, events: 0, steps: 0, written: 0, repeated: 0, ignored: 0, rejected: 0, errors: [], unknownKeys: [], stopped: false }
}

/** Makes events of values. Those of spans come when their trace is complete. */
class EventReader {
  readonly #report: EventLogReport
  readonly #userIdAs: UserIdForm
  readonly #traces = new TraceBuffer()
  #events: PlacedEvent[] = []

  constructor(report: EventLogReport, userIdAs: UserIdForm) {
    this.#report = report
    this.#userIdAs = userIdAs
  }

  /** Events that can be taken. */
  get size(): number {
    return this.#events.length
  }

  /** The next events, at most as many as a batch has. */
  take(): PlacedEvent[] {
    return this.#events.splice(0, BATCH)
  }

  add({ line, read }: InputValue): void {
    const report = this.#report
    report.lines++
    if ('message' in read) {
      reject(report, { line, column: read.column ?? null, path: null, message: read.message })
      return
    }
    let isIgnored = true
    for (const item of readValue(read.value, { line, userIdAs: this.#userIdAs })) {
      if (item.kind === 'bad') reject(report, { line, column: null, path: item.path === '' ? null : item.path, message: item.message })
      else if (item.kind === 'event') this.#addEvent({ ...item.event, line, path: '' }, item.unknownKeys)
      else for (const trace of this.#traces.add(item.span)) this.#addTrace(trace)
      isIgnored &&= item.kind === 'span' && !isAboutSkill(item.span)
    }
    if (isIgnored) report.ignored++
  }

  /** No more values come. */
  end(): void {
    for (const trace of this.#traces.drain()) this.#addTrace(trace)
  }

  #addEvent(event: PlacedEvent, unknownKeys: readonly string[]): void {
    const report = this.#report
    report.events++
    for (const key of unknownKeys)
      if (report.unknownKeys.length < MOST_KEYS && !report.unknownKeys.includes(key)) report.unknownKeys.push(key)
    this.#events.push(event)
  }

  #addTrace(spans: readonly Span[]): void {
    const { uses, steps, repeated, refused } = usesOf(spans)
    this.#report.steps += steps
    this.#report.events += repeated
    this.#report.repeated += repeated
    for (const { span, message } of refused) this.#reject(span, message)
    for (const { span, ...use } of uses) {
      try {
        this.#addEvent({ ...loggedEvent(use, this.#userIdAs), line: span.line, path: span.path }, [])
      } catch (error) {
        if (!(error instanceof BadEvent || error instanceof RangeError)) throw error
        const isUnknown = (use.event.userId as unknown) === undefined
        this.#reject(span, isUnknown ? 'neither the span, its parents nor their resources have a user.id' : error.message)
      }
    }
  }

  #reject({ line, path }: Span, message: string): void {
    reject(this.#report, { line, column: null, path: path === '' ? null : path, message })
  }
}

async function write(db: Db, events: readonly PlacedEvent[], report: EventLogReport): Promise<void> {
  const unique = [...new Map(events.map((event) => [`${event.userId} ${event.key}`, event])).values()]
  const { written, refused } = await writeByHalves(unique, {
    write: (some) => writeBatch(db, { key: TURN, events: some, mayRepeat: true }),
    isRefusal: (error) => writeFailureOf(error) === 'events',
  })
  report.written += written
  report.repeated += events.length - written - refused.length
  report.events -= refused.length
  for (const { item, error } of refused) {
    const message = `the database refuses this event: ${reasonOf(error)}`
    reject(report, { line: item.line, column: null, path: item.path === '' ? null : item.path, message })
  }
}

/** Keeps some more than are shown: those of spans come after those of later lines. */
function reject(report: EventLogReport, error: LineError): void {
  report.rejected++
  if (report.errors.length < 10 * MOST_ERRORS) report.errors.push(error)
}
