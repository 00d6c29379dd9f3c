import { reasonOf } from '../core/errors.ts'
import type { Count, Position } from '../core/report-types.ts'
import { writeByHalves } from '../core/write-by-halves.ts'
import type { Db } from '../db/db.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { writeBatch, writeFailureOf } from './batch.ts'
import { readLine, splitLines, type LoggedEvent } from './logged-line.ts'

export interface EventLogOptions {
  /** Chunks of NDJSON in UTF-8. */
  input: AsyncIterable<Uint8Array | string>
  /** Undefined: the lines are only checked. */
  db: Db | undefined
  /** Stop after more bad lines than this; undefined: never. */
  maxErrors?: number | undefined
  /** Called while lines are read, with the numbers of lines and of written events. */
  onProgress?: (progress: { lines: number; written: number }) => void
}

/** The result of an import. */
export interface EventLogReport {
  /** Lines that are not blank. */
  lines: Count
  /** Valid events in them. */
  events: Count
  /** Events that are new to the database; 0 without a database. */
  written: Count
  /** Events that were in the database before, or twice in the input. */
  repeated: Count
  /** Lines with spans that are not a tool call. */
  ignored: Count
  /** Lines that were not written. */
  rejected: Count
  /** The first of the rejected lines. */
  errors: LineError[]
  /** Keys that are not a field of an event. */
  unknownKeys: string[]
  /** Stopped before the end of the input, because of too many bad lines. */
  stopped: boolean
}

export interface LineError {
  /** From 1. */
  line: Position
  /** From 1; null where it is not known. */
  column: Position | null
  message: string
}

const BATCH = 1_000
const MOST_ERRORS = 100
const MOST_KEYS = 20

/** Imports run one after the other, so that two with the same events write each event once. */
const TURN = 'import'

interface PlacedEvent extends LoggedEvent {
  line: number
}

/**
 * Reads events from NDJSON and writes them in batches, each in a transaction; bad lines are skipped and reported. An event
 * that was written before is recognised, so an interrupted import can be repeated. Throws the error of a failed batch; the
 * batches before it are written.
 */
export async function importEvents({ input, db, maxErrors = Infinity, onProgress }: EventLogOptions): Promise<EventLogReport> {
  const report = emptyReport()
  let batch: PlacedEvent[] = []
  const flush = async (): Promise<void> => {
    const events = batch
    batch = []
    if (db !== undefined) await withSkillsErrors(db, { action: 'log events' }, () => write(db, events, report))
    onProgress?.({ lines: report.lines, written: report.written })
  }
  for await (const { number, text } of splitLines(input)) {
    if (text?.trim() === '') continue
    batch.push(...eventsOf(number, text, report))
    if (report.rejected > maxErrors) {
      report.stopped = true
      break
    }
    if (batch.length >= BATCH) await flush()
  }
  await flush()
  return report
}

function emptyReport(): EventLogReport {
  return { lines: 0, events: 0, written: 0, repeated: 0, ignored: 0, rejected: 0, errors: [], unknownKeys: [], stopped: false }
}

/** The events of a line that is not blank; undefined text is a line that is too long. */
function eventsOf(number: number, text: string | undefined, report: EventLogReport): PlacedEvent[] {
  report.lines++
  const line = text === undefined ? ({ kind: 'bad', message: 'the line is longer than 1 MiB' } as const) : readLine(text)
  if (line.kind === 'bad') {
    reject(report, { line: number, column: 'column' in line ? (line.column ?? null) : null, message: line.message })
    return []
  }
  if (line.events.length === 0) report.ignored++
  report.events += line.events.length
  for (const key of line.unknownKeys)
    if (report.unknownKeys.length < MOST_KEYS && !report.unknownKeys.includes(key)) report.unknownKeys.push(key)
  return line.events.map((event) => ({ ...event, line: number }))
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
    const reason = reasonOf(error)
    reject(report, { line: item.line, column: null, message: `the database refuses this event: ${reason}` })
  }
}

function reject(report: EventLogReport, error: LineError): void {
  report.rejected++
  if (report.errors.length < MOST_ERRORS) report.errors.push(error)
}
