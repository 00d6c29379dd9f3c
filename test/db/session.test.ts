import { beforeAll, expect, test } from 'vitest'
import type { Db, Notice, Notification, Outcome, Parameter } from '../../src/db/db.ts'
import type { TestDatabase } from '../support/databases.ts'
import { onEachBackend } from '../support/databases.ts'

const codes = (outcomes: readonly Outcome[]): string[] => outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))

onEachBackend((backend) => {
  // one database for all: a copy of the embedded one is 39 MB
  let database: TestDatabase
  beforeAll(async () => {
    database = await backend.fresh()
  })
  const fresh = async (): Promise<Db> => {
    const db = await database.open()
    await db.exec('drop schema public cascade; create schema public')
    return db
  }

  test('session: a statement of our own -> names of pg_catalog only, tables by :"schema", no trace in the session', async () => {
    const db = await fresh()
    await db.exec(`create table things (n int); insert into things values (1); create function public.upper(int) returns text
      language sql as $$ select 'captured' $$; set search_path to public`)
    await expect(db.run('select upper(1)')).rejects.toMatchObject({ code: '42883' })
    await expect(db.run('select n from things')).rejects.toMatchObject({ code: '42P01' })
    expect(await db.run('select n, $1::int as given from :"schema".things', [7])).toEqual([{ n: 1, given: 7 }])
    await db.run('insert into :"schema".things values (2)')
    await db.transaction({}, () => db.run('insert into :"schema".things values ($1::int)', [3]))
    expect(await db.query(`select upper(1), current_setting('search_path') as path, (select count(*)::int from things) as n`)).toEqual([
      { upper: 'captured', path: 'public', n: 3 },
    ])
    expect(await db.run(`select current_setting('search_path') as path, current_setting('row_security') as rows`)).toEqual([
      { path: 'pg_catalog, pg_temp', rows: 'off' },
    ])
  })

  test('session: parameters of each type -> read back as they were sent', async () => {
    const db = await fresh()
    const moment = new Date('2025-12-20T01:02:03.456Z')
    const nested = { a: [1, null, { b: "it's" }], c: 'ü😀', 'd"': true }
    const cases: [type: string, sent: Parameter, received?: unknown][] = [
      ['text', `it's "quoted" \\ $1 %s ü😀\n\t`],
      ['text', ''],
      ['text', null],
      ['text', '{"looks": "like json"}'],
      ['int', 42],
      ['int', '42', 42],
      ['int', -1],
      ['bigint', '9007199254740993'],
      ['bigint', 42, '42'],
      ['numeric', '0.10'],
      ['float8', 0.1],
      ['float8', NaN],
      ['boolean', true],
      ['boolean', false],
      ['uuid', '6f9619ff-8b86-d011-b42d-00c04fc964ff'],
      ['timestamptz', moment],
      ['timestamptz', moment.toISOString(), moment],
      ['jsonb', nested],
      ['jsonb', {}],
      ['jsonb', []],
      ['jsonb', [nested, 'x', 1]],
      ['jsonb', [true, false]],
      ['jsonb', [1, 2]],
      ['jsonb', ['a', 'b']],
      ['jsonb', [moment], [moment.toISOString()]],
      ['jsonb', null],
      ['json', nested],
      ['text[]', '{a,"b c"}', ['a', 'b c']],
    ]
    for (const [type, sent, received = sent] of cases) {
      const [row] = await db.query(`select $1::${type} as value`, [sent])
      const value = type.endsWith('[]')
        ? await db.query(`select to_json($1::${type}) as value`, [sent]).then(([array]) => array?.['value'])
        : row?.['value']
      expect(value, `${type} ${JSON.stringify(sent)}`).toEqual(received)
    }
    expect(await db.query('select $2::text || $1::text as both, $1 as again', ['a', 'b'])).toEqual([{ both: 'ba', again: 'a' }])
    expect(await db.query('select x.n, x.s from jsonb_to_recordset($1) as x(n int, s text)', [[{ n: 1, s: 'a' }, { n: 2 }]])).toEqual([
      { n: 1, s: 'a' },
      { n: 2, s: null },
    ])
  })

  test('session: the server refuses a statement -> an error with its fields; the session can be used', async () => {
    const db = await fresh()
    await expect(db.query("select 'ü', nowhere from pg_class")).rejects.toMatchObject({
      name: 'DatabaseError',
      code: '42703',
      position: 13,
    })
    await expect(db.query('select $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' })
    await expect(db.query('select $1::text', ['a\u0000b'])).rejects.toMatchObject({ code: '22021' })
    await db.exec('create table t (id int primary key); insert into t values (1)')
    await expect(db.exec('insert into t values (1)')).rejects.toMatchObject({
      code: '23505',
      table: 't',
      constraint: 't_pkey',
      detail: expect.stringContaining('(1)'),
    })
    expect(await db.query('select count(*)::int as n from t')).toEqual([{ n: 1 }])
  })

  test('pipeline: outside a transaction -> each message is its own transaction', async () => {
    const db = await fresh()
    const outcomes = await db.pipeline([
      'create table a (id int)',
      'select nonsense',
      'insert into a values (1), (2)',
      'select id from a order by id',
    ])
    expect(codes(outcomes)).toEqual(['ok', '42703', 'ok', 'ok'])
    expect(outcomes[3]).toEqual({ ok: true, rows: [{ id: 1 }, { id: 2 }] })
  })

  test('pipeline: a failure in a transaction -> nothing runs until the rollback', async () => {
    const db = await fresh()
    const outcomes = await db.pipeline([
      'begin',
      'create table a (id int)',
      'select nonsense',
      'create table b (id int)',
      'commit',
      'create table c (id int)',
    ])
    expect(codes(outcomes)).toEqual(['ok', 'ok', '42703', '25P02', 'ok', 'ok'])
    expect(await db.query("select relname from pg_class where relname in ('a', 'b', 'c')")).toEqual([{ relname: 'c' }])
  })

  test('pipeline: a savepoint, any length -> it runs', async () => {
    const db = await fresh()
    await db.exec('begin; create table a (id int); savepoint s')
    expect(
      codes(await db.pipeline(['insert into a values (1)', 'select nonsense', 'rollback to s', 'insert into a values (2)', 'commit'])),
    ).toEqual(['ok', '42703', 'ok', 'ok', 'ok'])
    expect(await db.query('select id from a')).toEqual([{ id: 2 }])
    const many = await db.pipeline(Array.from({ length: 1500 }, (_, i) => `select ${i} as i`))
    expect(many.every((outcome, i) => outcome.ok && outcome.rows[0]?.['i'] === i)).toBe(true)
    expect(await db.pipeline([])).toEqual([])
  })

  test('transaction: an error -> nothing is written; options -> they hold', async () => {
    const db = await fresh()
    await db.exec('create table a (id int)')
    await db.transaction({}, () => db.exec('insert into public.a values (1)'))
    await expect(
      db.transaction({}, async () => {
        await db.exec('insert into public.a values (2)')
        throw new Error('on purpose')
      }),
    ).rejects.toThrow('on purpose')
    await expect(db.transaction({ readOnly: true }, () => db.exec('insert into public.a values (3)'))).rejects.toMatchObject({
      code: '25006',
    })
    await db.transaction({ rollback: true, isolation: 'repeatable read' }, async () => {
      await db.exec('insert into public.a values (4)')
      expect(await db.query("select current_setting('transaction_isolation') as level")).toEqual([{ level: 'repeatable read' }])
    })
    expect(await db.query('select id from a')).toEqual([{ id: 1 }])
  })

  test('session: a notice -> the listener gets it until it stops', async () => {
    const db = await fresh()
    const heard: Notice[] = []
    const stop = db.onNotice((notice) => heard.push(notice))
    await db.exec("do $$ begin raise notice 'it is %', 'ü'; raise warning using message = 'careful', errcode = '01234'; end $$")
    stop()
    await db.exec("do $$ begin raise notice 'unheard'; end $$")
    expect(heard).toEqual([
      { severity: 'NOTICE', code: '00000', message: 'it is ü' },
      { severity: 'WARNING', code: '01234', message: 'careful' },
    ])
  })

  test('session: a notification -> the listener gets it, on its channels only', async () => {
    const db = await fresh()
    const heard: Notification[] = []
    const stop = db.onNotification((notification) => heard.push(notification))
    await db.exec('listen "a channel"')
    await db.query('select pg_notify($1, $2)', ['a channel', 'ü'])
    await db.query('select pg_notify($1, $2)', ['another', 'x'])
    await db.exec('select 1')
    stop()
    await db.query('select pg_notify($1, $2)', ['a channel', 'late'])
    await db.exec('select 1')
    expect(heard).toEqual([{ channel: 'a channel', payload: 'ü' }])
  })

  test('session: the connection ends -> each listener is called once, a late one too', async () => {
    const db = await fresh()
    let calls = 0
    db.onEnd(() => calls++)
    await db.query('select 1')
    expect(calls).toBe(0)
    await db.close()
    await expect.poll(() => calls).toBe(1)
    db.onEnd(() => calls++)
    expect(calls).toBe(2)
  })

  test('session: a schema is given -> it is the schema of the session', async () => {
    const first = await fresh()
    expect(first.info).toMatchObject({ schema: 'public', schemaExists: true, kind: backend.name, pooled: false, inRecovery: false })
    expect(first.info.version).toBeGreaterThanOrEqual(130_000)
    await first.exec('create schema "My App"')
    await first.close()
    const db = await database.open({ schema: 'My App' })
    expect(db.info).toMatchObject({ schema: 'My App', schemaExists: true, otherSchemas: ['public'] })
    await db.run('create table :"schema".here (id int)')
    expect(await db.query("select schemaname from pg_tables where tablename = 'here'")).toEqual([{ schemaname: 'My App' }])
    await db.close()
    expect((await database.open({ schema: 'none' })).info).toMatchObject({ schema: 'none', schemaExists: false })
  })

  test('session: closed twice -> closed once; then each query is refused', async () => {
    const db = await fresh()
    await Promise.all([db.close(), db.close()])
    await expect(db.query('select 1')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  })
})
