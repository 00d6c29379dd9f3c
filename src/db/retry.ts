import { DatabaseError } from './database-error.ts'
import { SQLSTATE } from './sqlstates.ts'

/** What another session can cause at this moment: a deadlock, a serialization failure, an object that was dropped while the server printed it. */
const PASSING: ReadonlySet<string> = new Set([SQLSTATE.deadlockDetected, SQLSTATE.serializationFailure, SQLSTATE.internalError])

export const MOST_ATTEMPTS = 3

/** Whether the same statement can succeed in a second attempt, after a rollback to a savepoint. */
export function isPassing(error: unknown): boolean {
  return error instanceof DatabaseError && PASSING.has(error.code)
}

/** Runs the work again, up to three times in all, while it fails for a reason that passes. The work undoes what it did. */
export async function retried<T>(work: (isLast: boolean) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === MOST_ATTEMPTS
    try {
      return await work(isLast)
    } catch (error) {
      if (isLast || !isPassing(error)) throw error
    }
  }
}
