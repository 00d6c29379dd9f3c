import type { Db } from '../db/db.ts'
import { DatabaseError } from '../db/database-error.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { writeBatch } from './batch.ts'
import { faultOf } from './faults.ts'
import type { LoggedEvent } from './logged-line.ts'
import { readLine } from './logged-line.ts'
import { splitLines } from './split-lines.ts'
import type { Count, Position } from '../core/report-types.ts'

export interface EventLogOptions {
  /** Chunks of NDJSON in UTF-8. */
  input: AsyncIterable<Uint8Array | string>
  /** Undefined: only read and check. */
  db: Db | undefined
  /** Stop after more bad lines than this; undefined: never. */
  maxErrors?: number | undefined
  onProgress?: (progress: { lines: number; written: number }) => void
}

/** What came of an import. */
export interface EventLogReport {
  /** Lines that are not blank. */
  lines: Count
  /** Events in them. */
  events: Count
  /** New to the database; with a dry run none. */
  written: Count
  /** In the database before, or in the input twice. */
  repeated: Count
  /** Lines with spans of something else than a tool. */
  ignored: Count
  /** Lines that were not written. */
  rejected: Count
  /** The first of them. */
  errors: LineError[]
  /** Keys of lines that mean nothing here. */
  unknownKeys: string[]
  /** Ended before the end of the input, because of too many bad lines. */
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

/** Imports take turns, so that two that carry the same events write each once. */
const TURN = 'import'

interface Placed extends LoggedEvent {
  line: number
}

/**
 * Reads events from NDJSON and writes them in batches, each a transaction; bad lines are left out and told. What was read
 * before is recognised, so an import that was cut off can be run again. Throws what the database throws, with the batches
 * before that written.
 */
export async function importEvents({ input, db, maxErrors, onProgress }: EventLogOptions): Promise<EventLogReport> {
  const report: EventLogReport = {
    lines: 0,
    events: 0,
    written: 0,
    repeated: 0,
    ignored: 0,
    rejected: 0,
    errors: [],
    unknownKeys: [],
    stopped: false,
  }
  let batch: Placed[] = []
  const flush = async (): Promise<void> => {
    const events = batch
    batch = []
    if (db !== undefined) await withSkillsErrors(db, { action: 'log events' }, () => write(db, events, report))
    onProgress?.({ lines: report.lines, written: report.written })
  }
  for await (const { number, text } of splitLines(input)) {
    if (text?.trim() === '') continue
    report.lines++
    const line = text === undefined ? ({ kind: 'bad', message: 'the line is longer than 1 MiB' } as const) : readLine(text)
    if (line.kind === 'bad') {
      reject(report, { line: number, column: 'column' in line ? (line.column ?? null) : null, message: line.message })
      if (maxErrors !== undefined && report.rejected > maxErrors) {
        report.stopped = true
        break
      }
      continue
    }
    if (line.events.length === 0) report.ignored++
    report.events += line.events.length
    for (const key of line.unknownKeys)
      if (report.unknownKeys.length < MOST_KEYS && !report.unknownKeys.includes(key)) report.unknownKeys.push(key)
    batch.push(...line.events.map((event) => ({ ...event, line: number })))
    if (batch.length >= BATCH) await flush()
  }
  await flush()
  return report
}

/** Writes events; those that the database refuses are found by halves. */
async function write(db: Db, events: readonly Placed[], report: EventLogReport): Promise<void> {
  const unique = [...new Map(events.map((event) => [`${event.userId} ${event.key}`, event])).values()]
  try {
    const written = await writeBatch(db, { key: TURN, events: unique, mayRepeat: true })
    report.written += written
    report.repeated += events.length - written
  } catch (error) {
    if (!(error instanceof DatabaseError) || faultOf(error) !== 'events') throw error
    const [first] = unique
    if (unique.length === 1 && first !== undefined) {
      report.events -= events.length
      reject(report, { line: first.line, column: null, message: `the database refuses it: ${error.message}` })
      return
    }
    const middle = Math.ceil(unique.length / 2)
    report.repeated += events.length - unique.length
    await write(db, unique.slice(0, middle), report)
    await write(db, unique.slice(middle), report)
  }
}

function reject(report: EventLogReport, error: LineError): void {
  report.rejected++
  if (report.errors.length < MOST_ERRORS) report.errors.push(error)
}
