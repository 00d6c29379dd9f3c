import { expect, test } from 'vitest'
import { freshServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { untilRunning } from '../support/waiting.ts'

test('migrate: CREATE INDEX CONCURRENTLY while other runs wait -> all exit 0, the index is valid, no deadlock', async () => {
  const { flags, open } = await freshServer()
  const dir = scratch({
    '1.sql': 'create table big (id int, payload text); insert into big select g, md5(g::text) from generate_series(1, 300000) g;',
    '2.sql':
      '-- skills: no-transaction\ncreate index concurrently big_payload on big (payload);\ncreate index concurrently big_id on big (id);',
  })
  const runs = await Promise.all(Array.from({ length: 4 }, () => runSkills(['migrate', '--json', '--dir', dir, ...flags])))
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  const db = await open()
  expect(await db.query("select indisvalid from pg_index where indexrelid in ('big_payload'::regclass, 'big_id'::regclass)")).toEqual([
    { indisvalid: true },
    { indisvalid: true },
  ])
  expect(
    await db.query(
      "select count(*)::int as n from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
    ),
  ).toEqual([{ n: 0 }])
})

test('migrate: a table is locked -> retries until --lock-wait, then exit code 5 and the open transactions', async () => {
  const { flags, open } = await freshServer()
  const dir = scratch({ '1.sql': 'create table a (id int)', '2.sql': 'alter table a add column b int' })
  await runSkills(['migrate', '--dir', dir, '--to', '1', ...flags])
  const holder = await open()
  await holder.exec("set application_name = 'the holder'; begin; lock table a in access share mode")
  const refused = await runSkills(['migrate', '--dir', dir, '--lock-timeout', '200ms', '--lock-wait', '1s', ...flags])
  expect(refused.code).toBe(5)
  expect(refused.stderr).toMatch(
    /timed out waiting for the table locks of .*2\.sql.*pid \d+ \(the holder\) for \d+ s, idle in transaction: .*lock table a/s,
  )
  const waiting = runSkills(['migrate', '--dir', dir, '--lock-timeout', '200ms', '--lock-wait', '20s', ...flags])
  await untilRunning(holder, 'alter table a')
  await holder.exec('commit')
  expect(await waiting).toMatchObject({ code: 0 })
})

test('migrate: another run holds the lock -> waits, then exit code 5 with the holder', async () => {
  const { flags, open } = await freshServer()
  const dir = scratch({ '1.sql': 'select pg_advisory_lock(1); select pg_advisory_unlock(1)' })
  await runSkills(['migrate', ...flags])
  const gate = await open()
  await gate.exec('select pg_advisory_lock(1)')
  const slow = runSkills(['migrate', '--dir', dir, ...flags])
  const db = await open()
  await untilRunning(db, 'pg_advisory_lock(1)')
  const refused = await runSkills(['migrate', '--dir', dir, '--lock-wait', '500ms', ...flags])
  expect(refused).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/timed out waiting for another skills migrate: pid \d+ \(skills\)/),
  })
  await gate.exec('select pg_advisory_unlock(1)')
  expect(await slow).toMatchObject({ code: 0 })
})
