import { afterAll, beforeAll } from 'vitest'
import type { Db, Parameter } from '../../src/db/db.ts'
import { OWN_SETTINGS, withSchema } from '../../src/db/own-statement.ts'
import type { TestDatabase } from './databases.ts'

/** One session for the tests of a `describe` block. */
export interface SharedSession {
  /** Runs the work in a transaction and rolls it back: the next test finds the database as it was prepared. */
  inside<T>(work: (db: Db) => Promise<T>): Promise<T>
}

/** Makes a database, prepares it once, and keeps one session open until all tests of the block have run. */
export function sharedSession(create: () => Promise<TestDatabase>, prepare: (db: Db) => Promise<unknown>): SharedSession {
  let session: Db | undefined
  beforeAll(async () => {
    session = await (await create()).openForFile()
    await prepare(session)
  })
  afterAll(async () => session?.close())
  return {
    inside: (work) => {
      if (session === undefined) throw new Error('the session is not open yet')
      return rolledBack(session, work)
    },
  }
}

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
