import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import type { LockSettings } from './lock.ts'
import { GUARD, guardSql, waitForLock } from './lock.ts'

/** Runs `work` in a transaction that holds the lock of migrations, waiting for other runs. Throws LOCK_TIMEOUT. */
export async function lockedTransaction<T>(db: Db, lock: LockSettings, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + lock.waitMs
  for (;;) {
    try {
      return await db.transaction({}, async () => {
        await db.exec(guardSql(lock.key))
        return work()
      })
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== GUARD.locked) throw error
    }
    await waitForLock(db, lock, deadline)
  }
}
