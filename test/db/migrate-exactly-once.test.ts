import { describe, expect, test } from 'vitest'
import type { SkillsError } from '../../src/core/errors.ts'
import type { Db } from '../../src/db/db.ts'
import { migrate } from '../../src/index.ts'
import { migratedServer } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { untilAlone } from '../support/waiting.ts'

const HEAD = '-- skills: no-transaction\n'

/**
 * The connection of a process that ends at its message number `last`: before the message is sent, or when the server has received it.
 * What a pipeline sends is one message here, as on the wire.
 */
function endingAt(db: Db, last: number, isSent: boolean): { db: Db; messages: () => number } {
  let count = 0
  const counted =
    <A extends unknown[], R>(send: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (++count !== last) return send(...args)
      if (isSent) await send(...args).catch(() => undefined)
      db.abandon('the process was killed')
      return send(...args)
    }
  return {
    db: {
      ...db,
      run: counted(db.run) as Db['run'],
      query: counted(db.query) as Db['query'],
      exec: counted(db.exec),
      pipeline: counted(db.pipeline),
      transaction: counted(db.transaction) as Db['transaction'],
    },
    messages: () => count,
  }
}

/** Runs the file on many databases; each run ends at another message, and the next run must complete the file. */
async function everyCut(
  file: string,
  setUp: string,
  check: (db: Db, where: string) => Promise<void>,
  options: { strict?: boolean } = {},
): Promise<number> {
  const dir = scratch({ '1.sql': HEAD + file })
  let cuts = 0
  for (const isSent of [false, true]) {
    for (let at = 1; ; at++) {
      const database = await migratedServer()
      const db = await database.open()
      await db.exec(setUp)
      const killed = endingAt(await database.open(), at, isSent)
      const error = await migrate(killed.db, { migrations: [dir], ...options }).then(
        (result) => result.error,
        (thrown: unknown) => thrown as SkillsError,
      )
      await killed.db.close().catch(() => undefined)
      if (killed.messages() < at) break
      cuts++
      const where = `${isSent ? 'after' : 'before'} message ${at}`
      expect(error?.code ?? 'none', where).toMatch(/^(?:CONNECTION_LOST|none)$/)
      await untilAlone(db)
      const again = await migrate(db, { migrations: [dir], ...options })
      expect(again.error, where).toBeUndefined()
      await check(db, where)
      expect(await db.query("select to_regclass('schema_migrations_progress') is null as gone"), where).toEqual([{ gone: true }])
      await db.close()
    }
  }
  return cuts
}

describe('no-transaction file: the process ends at any message -> the next run completes it', () => {
  test('UPDATE, INSERT and CALL -> each is applied once', async () => {
    const cuts = await everyCut(
      `update a set n = n + 1;\ninsert into log values ('one');\ncall add();\nupdate a set n = n + 1;\nupdate a set n = n + 1;`,
      `create table a (n int); insert into a values (0); create table log (t text);
       create procedure add() language sql as 'insert into log values (''two'')'`,
      async (db, where) => {
        expect(await db.query('select n from a'), where).toEqual([{ n: 3 }])
        expect(await db.query('select t from log order by t'), where).toEqual([{ t: 'one' }, { t: 'two' }])
      },
    )
    expect(cuts).toBeGreaterThan(20)
  })

  test('indexes with and without a name, DROP INDEX, DETACH, VACUUM -> each is done once, also with --strict', async () => {
    const cuts = await everyCut(
      `create index concurrently a_n on a (n);\ncreate index concurrently on a (m);\ndrop index concurrently a_old;\nalter table p detach partition p1 concurrently;\nvacuum a;\nreindex index concurrently a_n;`,
      `create table a (n int, m int); create index a_old on a (n, m);
       create table p (id int) partition by range (id); create table p1 partition of p for values from (0) to (9)`,
      async (db, where) => {
        expect(await db.query("select indexname as name from pg_indexes where tablename = 'a' order by 1"), where).toEqual([
          { name: 'a_m_idx' },
          { name: 'a_n' },
        ])
        expect(await db.query('select count(*)::int as n from pg_index where not indisvalid'), where).toEqual([{ n: 0 }])
        expect(await db.query('select count(*)::int as n from pg_inherits'), where).toEqual([{ n: 0 }])
      },
      { strict: true },
    )
    expect(cuts).toBeGreaterThan(30)
  })

  test('SET before the cut -> it holds for the statements after it', async () => {
    await everyCut(
      `set work_mem = '5MB';\nselect set_config('app.x', 'kept', false);\ninsert into log values (current_setting('work_mem'));\ninsert into log values (current_setting('app.x'));`,
      'create table log (t text)',
      async (db, where) => expect(await db.query('select t from log order by t'), where).toEqual([{ t: '5MB' }, { t: 'kept' }]),
    )
  })
})
