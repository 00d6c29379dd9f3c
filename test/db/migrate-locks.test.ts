import { describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate } from '../../src/index.ts'
import { openDb } from '../../src/db/open.ts'
import { freshServer, serverUrl, targetOf } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { until, untilRunning } from '../support/waiting.ts'

const NO_TRANSACTION = '-- skills: no-transaction\n'
/** One attempt at a table is short, and the whole wait is long: what succeeds has had the whole wait. */
const PATIENT = { lockTimeoutMs: 100, lockWaitMs: 60_000 }
const IMPATIENT = { lockTimeoutMs: 100, lockWaitMs: 600 }

const TABLE = 'create table a (id int, n int not null default 0); insert into a select g, 0 from generate_series(1, 100) g;'

/** An old snapshot, for which every form of CONCURRENTLY waits. */
async function holdSnapshot(db: Db, name = 'the holder'): Promise<void> {
  await db.exec(`set application_name = '${name}'; begin isolation level repeatable read; select count(*) from a`)
}

async function invalidIndexes(db: Db): Promise<unknown[]> {
  const rows = await db.query('select indexrelid::regclass::text as name from pg_index where not indisvalid order by 1', [], {
    name: 'text',
  })
  return rows.map(({ name }) => name)
}

/** When the statement began that another connection runs: a later time is another attempt. */
async function startOf(db: Db, statement: string): Promise<unknown> {
  await db.query('select pg_stat_clear_snapshot()')
  const rows = await db.query(
    "select query_start::text as at from pg_stat_activity where state = 'active' and datname = current_database() and position($1 in query) > 0 and pid <> pg_backend_pid()",
    [statement],
  )
  expect(rows).toHaveLength(1)
  return rows
}

function indexFile(name: string): string {
  return `${NO_TRANSACTION}create index concurrently ${name} on a ((id + n)) where id > 0;`
}

function noteLimits(file: string): string {
  return `insert into seen values ('${file}', current_setting('lock_timeout'), current_setting('statement_timeout'));`
}

function slowFile(limit: string): string {
  return scratch({ '1.sql': `-- skills: statement-timeout=${limit}\nselect pg_sleep(0.4);` })
}

describe('statements that wait by design', () => {
  test.each([
    ['create index', 'create index concurrently a_id on a (id)', '', NO_TRANSACTION],
    ['drop index', 'drop index concurrently a_n', 'create index a_n on a (n)', NO_TRANSACTION],
    ['reindex', 'reindex index concurrently a_n', 'create index a_n on a (n)', NO_TRANSACTION],
    ['reindex with options', 'reindex (verbose, concurrently) table a', 'create index a_n on a (n)', NO_TRANSACTION],
    [
      'detach',
      'alter table p detach partition p1 concurrently',
      'create table p (id int) partition by range (id); create table p1 partition of p for values from (0) to (9)',
      NO_TRANSACTION,
    ],
  ])('%s: a transaction is open longer than --lock-timeout -> the statement waits and succeeds', async (_, statement, setUp, head) => {
    const { open } = await freshServer()
    const [db, holder] = [await open(), await open()]
    await db.exec(`${TABLE} ${setUp}`)
    await holdSnapshot(holder)
    if (statement.includes('detach')) await holder.exec('select * from p')
    if (statement.includes('drop')) await holder.exec('select * from a where n = 3')
    const running = migrate(db, { migrations: [scratch({ '1.sql': `${head}${statement};` })], ...PATIENT })
    await untilRunning(holder, statement)
    const began = await startOf(holder, statement)
    // several times the limit of one attempt
    await holder.exec('select pg_sleep(1)')
    expect(await startOf(holder, statement)).toEqual(began)
    await holder.exec('commit')
    const { report, error } = await running
    expect(error).toBeUndefined()
    expect(report.applied.at(-1)?.version).toBe('1')
    expect(await invalidIndexes(db)).toEqual([])
  })

  test.each([
    [
      'validate',
      'alter table a validate constraint a_n',
      'alter table a add constraint a_n check (n >= 0) not valid',
      'lock table a in share row exclusive mode',
    ],
    [
      'several validates',
      'alter table if exists only a validate constraint a_n, validate constraint a_id',
      'alter table a add constraint a_n check (n >= 0) not valid, add constraint a_id check (id > 0) not valid',
      'lock table a in share row exclusive mode',
    ],
    [
      'refresh',
      'refresh materialized view concurrently m',
      'create materialized view m as select id from a; create unique index on m (id)',
      'select * from m for update',
    ],
  ])(
    '%s in a file with a transaction: a lock is held longer than --lock-timeout -> one attempt, which succeeds',
    async (_, statement, setUp, lock) => {
      const { open } = await freshServer()
      const [db, holder] = [await open(), await open()]
      await db.exec(`${TABLE} ${setUp}; create sequence attempts`)
      await holder.exec(`begin; ${lock.includes('m for') ? 'refresh materialized view m' : lock}`)
      const running = migrate(db, { migrations: [scratch({ '1.sql': `${statement};` })], ...PATIENT })
      await untilRunning(holder, statement)
      const began = await startOf(holder, statement)
      await holder.exec('select pg_sleep(0.7)')
      expect(await startOf(holder, statement)).toEqual(began)
      await holder.exec('commit')
      expect((await running).error).toBeUndefined()
    },
  )

  test('validate after another statement of a transaction: a lock is held -> short attempts, nothing is held between them', async () => {
    const { open } = await freshServer()
    const [db, holder, reader] = [await open(), await open(), await open()]
    await db.exec(`${TABLE} create table b (id int); alter table b add constraint b_id check (id > 0) not valid`)
    await holder.exec('begin; lock table b in share row exclusive mode')
    const dir = scratch({ '1.sql': 'alter table a add column more int; alter table b validate constraint b_id;' })
    const running = migrate(db, { migrations: [dir], ...PATIENT })
    await untilRunning(holder, 'b validate')
    // the file holds the lock of a for one attempt at most
    await reader.exec("set lock_timeout = '5s'; select count(*) from a")
    await holder.exec('commit')
    expect((await running).error).toBeUndefined()
  })

  test.each([
    ['set lock_timeout', "set lock_timeout = '50ms'"],
    ['set_config', "select set_config('lock_timeout', '50ms', false)"],
  ])('the file sets its own lock_timeout (%s) -> it holds for statements that wait by design too', async (_, set) => {
    const { open } = await freshServer()
    const [db, holder] = [await open(), await open()]
    await db.exec(TABLE)
    await holdSnapshot(holder)
    const dir = scratch({ '1.sql': `${NO_TRANSACTION}${set};\ncreate index concurrently a_id on a (id);` })
    const began = Date.now()
    const { error } = await migrate(db, { migrations: [dir], lockTimeoutMs: 100, lockWaitMs: 1_000 })
    expect(error).toMatchObject({ code: 'LOCK_TIMEOUT' })
    // with the whole wait it would be one attempt, and no INVALID index of an earlier one was dropped
    expect(Date.now() - began).toBeLessThan(60_000)
    expect(await holder.query("select current_setting('lock_timeout') as t")).toEqual([{ t: '0' }])
  })
})

describe('locks that are not obtained in a no-transaction file', () => {
  test('create index concurrently: a transaction stays open -> LOCK_TIMEOUT with the transaction, the state and the way on; the next run succeeds', async () => {
    const { open } = await freshServer()
    const [db, holder, older] = [await open(), await open(), await open()]
    await db.exec(`${TABLE} create table other (id int)`)
    // older, but not in the way
    await older.exec("set application_name = 'bystander'; begin; lock table other in access share mode")
    await holdSnapshot(holder)
    const dir = scratch({ '1.sql': `${NO_TRANSACTION}insert into other values (1);\ncreate index concurrently a_id on a (id);` })
    const { error, report } = await migrate(db, { migrations: [dir], ...IMPATIENT })
    expect(error).toMatchObject({
      code: 'LOCK_TIMEOUT',
      exitCode: 5,
      message: expect.stringMatching(
        /transactions in the way of .*1\.sql:3: .*pid \d+ \(the holder\) for \d+ s, idle in transaction: .* \(role postgres\)$/,
      ),
      hint: expect.stringMatching(
        /1 of its 2 statements \(to line 2\) stay applied, and the next run resumes at line 3; the next run drops an INVALID index.*end the transactions above, or run again/,
      ),
    })
    expect(error?.message).not.toContain('bystander')
    expect(report.diagnostics).toMatchObject([{ line: 3, code: '55P03' }])
    expect(await invalidIndexes(db)).toEqual(['a_id'])
    await older.exec('commit')
    await holder.exec('commit')
    expect((await migrate(db, { migrations: [dir], ...IMPATIENT })).error).toBeUndefined()
    expect(await invalidIndexes(db)).toEqual([])
    expect(await db.query('select id from other')).toEqual([{ id: 1 }])
  })

  test('update: a table is locked -> the statement is repeated until --lock-wait ends, then LOCK_TIMEOUT with the holder', async () => {
    const { open } = await freshServer()
    const [db, holder] = [await open(), await open()]
    await db.exec(TABLE)
    await holder.exec("set application_name = 'the holder'; begin; lock table a in access exclusive mode")
    const dir = scratch({ '1.sql': `${NO_TRANSACTION}update a set n = n + 1;` })
    const { error } = await migrate(db, { migrations: [dir], ...IMPATIENT })
    expect(error).toMatchObject({ code: 'LOCK_TIMEOUT', message: expect.stringMatching(/table locks of .*1\.sql:2: .*\(the holder\)/) })
    const running = migrate(db, { migrations: [dir], ...PATIENT })
    await untilRunning(holder, 'update a set n')
    await holder.exec('commit')
    expect((await running).error).toBeUndefined()
    expect(await db.query('select distinct n from a')).toEqual([{ n: 1 }])
  })

  test('create index concurrently: two runs deadlock on one table -> both succeed', async () => {
    const { open } = await freshServer()
    const [one, other, holder] = [await open(), await open(), await open()]
    // both apply the package: not at the same time, because the objects are the same
    for (const [db, ledger] of [[one, 'ledger_1'] as const, [other, 'ledger_2'] as const])
      expect((await migrate(db, { ledger })).error).toBeUndefined()
    await one.exec(TABLE)
    await holdSnapshot(holder)
    const runs = [
      migrate(one, { migrations: [scratch({ '1.sql': indexFile('a_1') })], ledger: 'ledger_1', ...PATIENT }),
      migrate(other, { migrations: [scratch({ '1.sql': indexFile('a_2') })], ledger: 'ledger_2', ...PATIENT }),
    ]
    await untilRunning(holder, 'create index concurrently a_1')
    await untilRunning(holder, 'create index concurrently a_2')
    await holder.exec('commit')
    expect((await Promise.all(runs)).map(({ error }) => error)).toEqual([undefined, undefined])
    expect(await invalidIndexes(one)).toEqual([])
    expect(await one.query("select count(*)::int as n from pg_indexes where indexname in ('a_1', 'a_2')")).toEqual([{ n: 2 }])
  })

  test('two transactions deadlock -> the file is run again and succeeds', async () => {
    const { open } = await freshServer()
    const [db, other] = [await open(), await open()]
    await db.exec('create table a (id int); create table b (id int)')
    await other.exec("set deadlock_timeout = '60s'; begin; lock table b")
    const dir = scratch({ '1.sql': "set local deadlock_timeout = '2s'; lock table a; lock table b; insert into a values (1);" })
    const running = migrate(db, { migrations: [dir], lockTimeoutMs: 30_000, lockWaitMs: 60_000 })
    await untilRunning(other, 'lock table b')
    await other.exec('lock table a; commit')
    expect((await running).error).toBeUndefined()
    expect(await db.query('select id from a')).toEqual([{ id: 1 }])
  })
})

describe('an INVALID index', () => {
  test('no connection builds it -> it is dropped and built; one with its name in another schema or on another table stays', async () => {
    const { open } = await freshServer()
    const db = await open()
    await db.exec(`${TABLE} create schema other; create table other.b (id int); create index a_id on a (id); create index a_id on other.b (id);
      update pg_index set indisvalid = false where indexrelid in ('a_id'::regclass, 'other.a_id'::regclass)`)
    const dir = scratch({ '1.sql': `${NO_TRANSACTION}create index concurrently if not exists a_id on a (id);` })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await invalidIndexes(db)).toEqual(['other.a_id'])
    const qualified = scratch({ '2.sql': `${NO_TRANSACTION}create index concurrently a_id on other.b (id);` })
    expect((await migrate(db, { migrations: [qualified] })).error).toBeUndefined()
    expect(await invalidIndexes(db)).toEqual([])
  })

  test('its name exists on another table of the schema -> MIGRATION_FAILED, the index stays', async () => {
    const { open } = await freshServer()
    const db = await open()
    await db.exec(
      `${TABLE} create table b (id int); create index a_id on b (id); update pg_index set indisvalid = false where indexrelid = 'a_id'::regclass`,
    )
    const dir = scratch({ '1.sql': `${NO_TRANSACTION}create index concurrently a_id on a (id);` })
    const { error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining('42P07') })
    expect(await invalidIndexes(db)).toEqual(['a_id'])
  })

  test.each(['a superuser', 'a role that sees no activity of others'])(
    'another connection builds it, %s migrates -> the run waits, and the index counts as existing',
    async (who) => {
      const { open, name } = await freshServer()
      const [admin, builder, holder] = [await open(), await open(), await open()]
      const role = `owner_${Math.random().toString(36).slice(2)}`
      await admin.exec(
        `${TABLE} create role ${role} login; grant create, usage on schema public to ${role}; alter table a owner to ${role}`,
      )
      const url = serverUrl(name).replace('postgres://postgres@', `postgres://${role}@`)
      const db = who === 'a superuser' ? admin : await openDb(await targetOf(url))
      await holdSnapshot(holder)
      const building = builder.exec('create index concurrently a_id on a (id)')
      await untilRunning(holder, 'create index concurrently a_id')
      await until('the index is in the catalog', async () => (await invalidIndexes(admin)).length > 0)
      const waits: (string | undefined)[] = []
      const dir = scratch({ '1.sql': `${NO_TRANSACTION}create index concurrently a_id on a (id);` })
      const refused = await migrate(db, { migrations: [dir], ...IMPATIENT })
      expect(refused.error).toMatchObject({
        code: 'LOCK_TIMEOUT',
        message: expect.stringMatching(/the index public\.a_id of .*1\.sql:2, which another connection builds: pid \d+ \(skills\)/),
      })
      const [before] = await db.query("select 'a_id'::regclass::oid::text as oid")
      const running = migrate(db, {
        migrations: [dir],
        ...PATIENT,
        onEvent: (event) => event.type === 'lock-wait' && waits.push(event.index),
      })
      await until('the run waits', () => waits.length > 1)
      await holder.exec('commit')
      await building
      const { report, error } = await running
      expect(error).toBeUndefined()
      expect(report.applied.at(-1)?.existing).toMatchObject([{ kind: 'index', name: 'a_id', how: 'tolerated' }])
      expect(waits).toContain('public.a_id')
      expect(
        await db.query("select 'a_id'::regclass::oid::text as oid, indisvalid from pg_index where indexrelid = 'a_id'::regclass"),
      ).toEqual([{ ...before, indisvalid: true }])
      await db.close()
      const cleaner = await open()
      await cleaner.exec(`drop owned by ${role}; drop role ${role}`)
    },
  )
})

describe('what an interrupted or refused statement leaves', () => {
  test('the index of a partitioned table is INVALID until it is complete -> a normal state, with and without a transaction', async () => {
    const { open } = await freshServer()
    const db = await open()
    await db.exec('create table p (id int) partition by range (id); create table p1 partition of p for values from (0) to (9)')
    const dir = scratch({
      '1.sql': 'create index p_id on only p (id);',
      '2.sql': `${NO_TRANSACTION}create index if not exists p_id on only p (id);\ncreate index concurrently p1_id on p1 (id);`,
      '3.sql': 'create index if not exists p_id on only p (id); create index p_id on only p (id);',
    })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await invalidIndexes(db)).toEqual(['p_id'])
    const attach = scratch({ '4.sql': 'alter index p_id attach partition p1_id;' })
    expect((await migrate(db, { migrations: [attach] })).error).toBeUndefined()
    expect(await invalidIndexes(db)).toEqual([])
  })

  test('an INVALID index on a partition -> it is dropped and built', async () => {
    const { open } = await freshServer()
    const db = await open()
    await db.exec(`create table p (id int) partition by range (id); create table p1 partition of p for values from (0) to (9);
      create index p_id on only p (id); create index p1_id on p1 (id); update pg_index set indisvalid = false where indexrelid = 'p1_id'::regclass`)
    const dir = scratch({
      '1.sql': `${NO_TRANSACTION}create index concurrently p1_id on p1 (id);\nalter index p_id attach partition p1_id;`,
    })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await invalidIndexes(db)).toEqual([])
  })

  test('an INVALID index that is attached cannot be dropped -> MIGRATION_FAILED with the remedy', async () => {
    const { open } = await freshServer()
    const db = await open()
    await db.exec(`create table p (id int) partition by range (id); create table p1 partition of p for values from (0) to (9);
      create index p_id on p (id); update pg_index set indisvalid = false where indexrelid = 'p1_id_idx'::regclass`)
    const dir = scratch({ '1.sql': `${NO_TRANSACTION}create index concurrently if not exists p1_id_idx on p1 (id);` })
    expect((await migrate(db, { migrations: [dir] })).error).toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('p1_id_idx exists but is INVALID'),
      hint: expect.stringContaining('run REINDEX INDEX CONCURRENTLY on it or drop it'),
    })
  })

  test.each(['reindex index concurrently a_n', 'reindex (concurrently) table a'])(
    '%s is not completed -> the next run drops its copies, and no others',
    async (statement) => {
      const { open } = await freshServer()
      const [db, holder] = [await open(), await open()]
      await db.exec(`create table a (id int, n int, long text); create index a_n on a (n); create index a_other_ccnew on a (id);
        update pg_index set indisvalid = false where indexrelid = 'a_other_ccnew'::regclass; insert into a values (1, 1)`)
      await holdSnapshot(holder)
      const dir = scratch({ '1.sql': `${NO_TRANSACTION}${statement};` })
      expect((await migrate(db, { migrations: [dir], ...IMPATIENT })).error).toMatchObject({ code: 'LOCK_TIMEOUT' })
      expect((await invalidIndexes(db)).length).toBeGreaterThan(1)
      await holder.exec('commit')
      expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
      expect(await invalidIndexes(db)).toEqual(['a_other_ccnew'])
    },
  )

  test('detach partition concurrently is half done -> the next run completes it', async () => {
    const { open } = await freshServer()
    const [db, holder] = [await open(), await open()]
    await db.exec('create table p (id int) partition by range (id); create table p1 partition of p for values from (0) to (9)')
    await holder.exec('begin; select * from p')
    const dir = scratch({ '1.sql': `${NO_TRANSACTION}alter table p detach partition p1 concurrently;` })
    expect((await migrate(db, { migrations: [dir], ...IMPATIENT })).error).toMatchObject({
      code: 'LOCK_TIMEOUT',
      hint: expect.stringContaining('completes a DETACH that is half done'),
    })
    expect(await db.query('select inhdetachpending as pending from pg_inherits')).toEqual([{ pending: true }])
    await holder.exec('commit')
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await db.query('select inhdetachpending as pending from pg_inherits')).toEqual([])
  })

  test('drop of an object that never existed -> MIGRATION_FAILED, again and again', async () => {
    const { open } = await freshServer()
    const db = await open()
    const dir = scratch({ '1.sql': `${NO_TRANSACTION}drop index concurrently no_such_index;` })
    for (let i = 0; i < 2; i++)
      expect((await migrate(db, { migrations: [dir] })).error).toMatchObject({
        code: 'MIGRATION_FAILED',
        message: expect.stringContaining('42704'),
      })
  })
})

describe('limits of one file', () => {
  test('lock-timeout=, statement-timeout= -> they hold for this file, and end with it', async () => {
    const { open } = await freshServer()
    const db = await open()
    await db.exec('create table seen (file text, lock text, statement text)')
    const dir = scratch({
      '1.sql': `-- skills: lock-timeout=7s, statement-timeout=11s\n${noteLimits('1')}`,
      '2.sql': noteLimits('2'),
      '3.sql': `-- skills: no-transaction, lock-timeout=8s, statement-timeout=0\n${noteLimits('3')}`,
      '4.sql': noteLimits('4'),
    })
    expect((await migrate(db, { migrations: [dir], statementTimeoutMs: 60_000 })).error).toBeUndefined()
    expect(await db.query('select * from seen order by file')).toEqual([
      { file: '1', lock: '7s', statement: '11s' },
      { file: '2', lock: '5s', statement: '1min' },
      { file: '3', lock: '8s', statement: '0' },
      { file: '4', lock: '5s', statement: '1min' },
    ])
  })

  test('statement-timeout= is exceeded -> MIGRATION_FAILED; without a limit the same file succeeds', async () => {
    const { open } = await freshServer()
    const db = await open()
    const { error } = await migrate(db, { migrations: [slowFile('50ms')] })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining('57014') })
    expect((await migrate(db, { migrations: [slowFile('0')], statementTimeoutMs: 200 })).error).toBeUndefined()
  })

  test('isolation=repeatable-read: another transaction changes what the file has read -> the file runs again and succeeds', async () => {
    const { open } = await freshServer()
    const [db, other] = [await open(), await open()]
    await db.exec(TABLE)
    await other.exec('begin; update a set n = 5 where id = 1')
    const dir = scratch({
      '1.sql':
        "-- skills: isolation=repeatable-read, lock-timeout=30s\ncreate table level as select current_setting('transaction_isolation') as l; update a set n = n + 1;",
    })
    const running = migrate(db, { migrations: [dir], lockWaitMs: 60_000 })
    await untilRunning(other, 'update a set n = n + 1')
    await other.exec('commit')
    expect((await running).error).toBeUndefined()
    expect(await db.query('select n from a where id = 1')).toEqual([{ n: 6 }])
    expect(await db.query('select l from level')).toEqual([{ l: 'repeatable read' }])
  })

  test('isolation=repeatable-read: several runs start together -> the file is applied once, none fails', async () => {
    const { open } = await freshServer()
    const runs = await Promise.all([open(), open(), open(), open()])
    await runs[0].exec(TABLE)
    const dir = scratch({ '1.sql': '-- skills: isolation=repeatable-read\nupdate a set n = n + 1;' })
    const results = await Promise.all(runs.map((db) => migrate(db, { migrations: [dir] })))
    expect(results.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined])
    expect(await runs[0].query('select distinct n from a')).toEqual([{ n: 1 }])
  })

  test('isolation= in a no-transaction file -> MIGRATION_FILE_INVALID with the reason', async () => {
    const { open } = await freshServer()
    const db = await open()
    const { report } = await migrate(db, {
      migrations: [scratch({ '1.sql': '-- skills: no-transaction, isolation=serializable\nselect 1;' })],
    })
    expect(report.diagnostics).toMatchObject([
      { message: expect.stringContaining('there is no transaction that could have the isolation level') },
    ])
  })
})
