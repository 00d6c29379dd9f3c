import { describe, expect, test } from 'vitest'
import type { SkillsError } from '../../src/core/errors.ts'
import type { Db } from '../../src/db/db.ts'
import { migrate } from '../../src/index.ts'
import { freshServer, migratedServer } from '../support/databases.ts'
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

describe('no-transaction file: statements', () => {
  test('a procedure or DO block that commits -> it runs outside a transaction, and once', async () => {
    const db = await (await freshServer()).open()
    await db.exec(`create table a (n int); insert into a values (0);
      create procedure twice() language plpgsql as $$ begin update a set n = n + 1; commit; update a set n = n + 1; commit; end $$`)
    const dir = scratch({ '1.sql': `${HEAD}call twice();\ndo $$ begin update a set n = n + 10; commit; update a set n = n + 10; end $$;` })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await db.query('select n from a')).toEqual([{ n: 22 }])
  })

  test('a statement that the server refuses in a transaction only for this table -> it runs outside', async () => {
    const db = await (await freshServer()).open()
    await db.exec(
      `create table p (id int) partition by range (id); create table p1 partition of p for values from (0) to (9); create index p_id on p (id)`,
    )
    const dir = scratch({ '1.sql': `${HEAD}reindex table p;\nreindex index p_id;` })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
  })

  test('ALTER TYPE ... ADD VALUE -> the next statement can use the value', async () => {
    const db = await (await freshServer()).open()
    await db.exec("create type mood as enum ('sad'); create table a (m mood)")
    const dir = scratch({ '1.sql': `${HEAD}alter type mood add value 'glad';\ninsert into a values ('glad');` })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await db.query('select m::text from a')).toEqual([{ m: 'glad' }])
  })

  test('a deferred constraint fails -> the failure of its statement, nothing is recorded', async () => {
    const db = await (await freshServer()).open()
    await db.exec('create table a (id int primary key deferrable initially deferred)')
    const dir = scratch({ '1.sql': `${HEAD}insert into a values (1);\ninsert into a values (1);` })
    const { error, report } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', hint: expect.stringContaining('1 of its 2 statements') })
    expect(report.diagnostics).toMatchObject([{ line: 3, code: '23505' }])
    expect(await db.query('select id from a')).toEqual([{ id: 1 }])
  })

  test('DISCARD ALL, RESET ALL and pg_advisory_unlock_all in the file -> settings and lock of the run come back', async () => {
    const database = await freshServer()
    const [db, other] = [await database.open({ schema: 'app' }), await database.open()]
    await other.exec('create schema app')
    const dir = scratch({
      '1.sql': `${HEAD}discard all;\ncreate table one (id int);\nreset all;\ncreate table two (id int);\nselect pg_advisory_unlock_all();\nvacuum one;\ninsert into one select count(*) from pg_locks where locktype = 'advisory' and granted and pid = pg_backend_pid();`,
    })
    const reopened = await database.open({ schema: 'app' })
    expect((await migrate(reopened, { migrations: [dir] })).error).toBeUndefined()
    expect(await other.query("select to_regclass('app.one') is not null and to_regclass('app.two') is not null as found")).toEqual([
      { found: true },
    ])
    // held again by the statement outside a transaction
    expect(await other.query('select id from app.one')).toEqual([{ id: 1 }])
    await db.close()
  })

  test('CREATE DATABASE and DROP DATABASE were completed, but not recorded -> the next run goes on; a database that existed before is an error', async () => {
    const database = await freshServer()
    const db = await database.open()
    const name = `made_${database.name}`
    const dir = scratch({ '1.sql': `${HEAD}create database ${name};\nselect 1/0;` })
    expect((await migrate(db, { migrations: [dir] })).report.diagnostics).toMatchObject([{ line: 3 }])
    // as if the process had ended before the row of the first statement
    await db.exec('update schema_migrations_progress set finished_at = null')
    expect((await migrate(db, { migrations: [dir] })).report.diagnostics).toMatchObject([{ line: 3 }])
    const again = scratch({ '2.sql': `${HEAD}create database ${name};` })
    const elsewhere = await (await freshServer()).open()
    expect((await migrate(elsewhere, { migrations: [again] })).error).toMatchObject({ message: expect.stringContaining('42P04') })
    const dropping = scratch({ '3.sql': `${HEAD}drop database ${name};\nselect 1/0;` })
    await migrate(db, { migrations: [dropping] })
    await db.exec("update schema_migrations_progress set finished_at = null where version = '3'")
    expect((await migrate(db, { migrations: [dropping] })).report.diagnostics).toMatchObject([{ line: 3 }])
  })
})
