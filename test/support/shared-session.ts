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
    inside: async (work) => {
      if (session === undefined) throw new Error('the session is not open yet')
      await session.exec('BEGIN')
      try {
        return await work(nested(session))
      } finally {
        await session.exec('ROLLBACK')
      }
    },
  }
}

/** The same session for work that makes transactions of its own: they become savepoints of the open transaction. */
function nested(db: Db): Db {
  return {
    ...db,
    run: (sql: string, parameters?: readonly Parameter[]) => db.query(withSchema(sql, db.info.schema), parameters),
    transaction: async (_, work) => {
      await db.exec(`SAVEPOINT run; ${OWN_SETTINGS}`)
      try {
        return await work()
      } finally {
        await db.exec('ROLLBACK TO SAVEPOINT run; RELEASE SAVEPOINT run')
      }
    },
  }
}
