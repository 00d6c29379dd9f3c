import type { Db, Parameter } from '../../src/db/db.ts'
import { OWN_SETTINGS, withSchema } from '../../src/db/own-statement.ts'

/** Runs the work in a transaction and rolls it back. Transactions of the work are savepoints of it. */
export async function rolledBack<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  await db.exec('BEGIN')
  try {
    return await work(nested(db))
  } finally {
    await db.exec('ROLLBACK')
  }
}

/** The same session for work that makes transactions: they are savepoints of the open transaction. */
function nested(db: Db): Db {
  return {
    ...db,
    run: (sql: string, parameters?: readonly Parameter[]) => db.query(withSchema(sql, db.info.schema), parameters),
    transaction: async ({ rollback = false }, work) => {
      const [before] = await db.query<{ path: string }>("SELECT pg_catalog.current_setting('search_path') AS path")
      await db.exec(`SAVEPOINT run; ${OWN_SETTINGS}`)
      let isKept = false
      try {
        const result = await work()
        isKept = !rollback
        return result
      } finally {
        if (isKept) await db.exec(`RELEASE SAVEPOINT run; SET LOCAL row_security TO DEFAULT; SET LOCAL search_path TO ${before?.path}`)
        else await db.exec('ROLLBACK TO SAVEPOINT run; RELEASE SAVEPOINT run')
      }
    },
  }
}
