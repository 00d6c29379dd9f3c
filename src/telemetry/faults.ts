import { SkillsError } from '../core/errors.ts'
import { DatabaseError } from '../db/database-error.ts'

/**
 * What a failed write means. `events`: the server does not take these events, and never will. `setup`: the database is not
 * as it has to be (not migrated, no rights), which somebody can mend. `outage`: it will pass.
 */
export type Fault = 'events' | 'setup' | 'outage'

/** Classes of SQLSTATE (PostgreSQL manual, appendix "Error Codes") that blame the data, and those that blame the setup. */
const EVENTS: ReadonlySet<string> = new Set(['21', '22', '23', '44'])
const SETUP: ReadonlySet<string> = new Set(['0A', '28', '3D', '3F', '42'])

export function faultOf(error: unknown): Fault {
  if (error instanceof DatabaseError) {
    const kind = error.code.slice(0, 2)
    return EVENTS.has(kind) || error.code === '54000' ? 'events' : SETUP.has(kind) ? 'setup' : 'outage'
  }
  if (error instanceof SkillsError) return error.code === 'DATABASE_UNREACHABLE' || error.code === 'CONNECTION_LOST' ? 'outage' : 'setup'
  return 'outage'
}

/** Whether the connection was lost or never there, as against a refusal. */
export function isConnectionFault(error: unknown): boolean {
  return error instanceof SkillsError && (error.code === 'CONNECTION_LOST' || error.code === 'DATABASE_UNREACHABLE')
}

const SHORTEST_WAIT_MS = 100
const LONGEST_WAIT_MS = 10_000

/** Milliseconds to wait before the next attempt: doubles with each failure up to 10 s, from half of it to all of it at random. */
export function backoffMs(failures: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** Math.min(failures, 20))
  return longest * (0.5 + Math.random() / 2)
}
