import { afterAll, beforeAll } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import type { TestDatabase } from './databases.ts'
import { rolledBack } from './rolled-back.ts'

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
