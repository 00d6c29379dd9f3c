import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { Marks } from './marks.ts'
import { readMarks } from './marks.ts'
import { step } from './rollup.ts'

/** A tail of so many events costs a question about 8 ms; from there on it is cheaper to take it in for good. */
const LONG_TAIL = 10_000
const STEP_ROWS = 20_000
const PATIENCE_MS = 2_000

export interface Preparation {
  /** The rollups are there and may be read. */
  usable: boolean
  advanced: number
  /** What the reader should know about it. */
  note: string | null
}

/** Takes a long tail into the rollups before a question is answered, for two seconds at most. Never fails for want of a right. */
export async function advanceWhenBehind(db: Db, onProgress?: (what: string) => void): Promise<Preparation> {
  const marks = await readMarksIfAllowed(db)
  if (marks === 'forbidden') return { usable: false, advanced: 0, note: 'this role may not read the rollups' }
  if (marks === undefined) return { usable: false, advanced: 0, note: 'this database has no rollups yet: skills migrate makes them' }
  if (marks.foreign) return { usable: false, advanced: 0, note: 'the rollups were made on another server; skills rollup builds them anew' }
  if (marks.tail < LONG_TAIL) return { usable: true, advanced: 0, note: null }
  const began = Date.now()
  let advanced = 0
  try {
    while (Date.now() - began < PATIENCE_MS) {
      const { rows, more, busy } = await step(db, 'events', STEP_ROWS, false)
      advanced += rows
      onProgress?.(`rolling up: ${advanced} of ${marks.tail} events`)
      if (busy || !more) return { usable: true, advanced, note: null }
    }
    const left = Math.max(0, marks.tail - advanced)
    return { usable: true, advanced, note: `the rollups are behind by ${left} events or more: let skills rollup run every few minutes` }
  } catch (error) {
    if (error instanceof DatabaseError && MAY_NOT.has(error.code)) {
      return { usable: true, advanced, note: 'this role may not advance the rollups; the events that they lack were read one by one' }
    }
    throw error
  }
}

async function readMarksIfAllowed(db: Db): Promise<Marks | 'forbidden' | undefined> {
  try {
    return await db.transaction({ readOnly: true }, () => readMarks(db))
  } catch (error) {
    if (error instanceof DatabaseError && error.code === SQLSTATE.insufficientPrivilege) return 'forbidden'
    throw error
  }
}

const MAY_NOT: ReadonlySet<string> = new Set([SQLSTATE.insufficientPrivilege, SQLSTATE.readOnlyTransaction])
