import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { readMarks, type Marks } from './marks.ts'
import { step } from './rollup.ts'

/** A tail of this length costs a question about 8 ms; for a longer one it is cheaper to add it to the rollups. */
const LONG_TAIL = 10_000
const STEP_ROWS = 20_000
const PATIENCE_MS = 2_000

export interface Preparation {
  /** The rollups exist and can be read. */
  usable: boolean
  advanced: number
  /** Information for the reader of the report. */
  note: string | null
}

/** Adds a long tail to the rollups before a question is answered, for two seconds at most. A missing privilege is not an error. */
export async function advanceIfNeeded(db: Db, onProgress?: (what: string) => void): Promise<Preparation> {
  const marks = await readMarksIfAllowed(db)
  if (marks === 'forbidden') return { usable: false, advanced: 0, note: 'this role cannot read the rollups' }
  if (marks === undefined) return { usable: false, advanced: 0, note: 'this database has no rollups: run skills migrate' }
  if (marks.foreign) return { usable: false, advanced: 0, note: 'the rollups were made on another server: run skills rollup' }
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
    return { usable: true, advanced, note: `${left} events or more are not in the rollups: run skills rollup every few minutes` }
  } catch (error) {
    if (error instanceof DatabaseError && REFUSED.has(error.code)) {
      return { usable: true, advanced, note: 'this role cannot update the rollups: the missing events were read one by one' }
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

const REFUSED: ReadonlySet<string> = new Set([SQLSTATE.insufficientPrivilege, SQLSTATE.readOnlyTransaction])
