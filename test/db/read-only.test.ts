import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDb } from '../../src/db/open.ts'
import { targetOf } from '../support/databases.ts'
import type { TestServer } from '../support/postgres-server.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const WRITES = /(?:statement|execute [^:]*): .*\b(?:INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|TRUNCATE|GRANT|REVOKE|COMMENT|DO|NOTIFY)\b/i

let server: TestServer
let url = ''

beforeAll(async () => {
  server = await startPostgres({ logStatements: true })
  url = server.url('postgres')
  await runSkills(['migrate', '--database-url', url])
  const db = await openDb(await targetOf(url))
  await db.exec('create role reader login; grant usage on schema public to reader; grant select on all tables in schema public to reader')
  await db.exec('create database empty')
  await db.close()
  url = url.replace('postgres://postgres@', 'postgres://reader@')
})
afterAll(async () => server.stop())

const NEW_FILE = { 'db/9.sql': 'create table later (id int);\ncreate index later_id on later (id);' }

test.each([
  ['migrate status', ['migrate', 'status', '--dir', 'db'], 0],
  ['migrate --dry-run', ['migrate', '--dry-run', '--dir', 'db'], 0],
  ['migrate with nothing to do', ['migrate'], 0],
  ['stats', ['stats', '--cooccurrence'], 0],
])('%s: a role that can only read -> it works and writes nothing', async (_, args, code) => {
  const before = server.log().length
  const result = await runSkills([...args, '--database-url', url], { cwd: scratch(NEW_FILE) })
  expect(result).toMatchObject({ code, stderr: '' })
  const said = server.log().slice(before)
  expect(said).toContain('statement:')
  expect(said.split('\n').filter((line) => WRITES.test(line))).toEqual([])
})

test('verify: a role that can only read -> checks that write are skipped, nothing is committed', async () => {
  const before = server.log().length
  const result = await runSkills(['verify', '--database-url', url], { cwd: scratch() })
  expect(result.code).toBe(0)
  expect(result.stdout).toMatch(/skipped .*permission denied/)
  const said = server.log().slice(before)
  expect(said).toContain('ROLLBACK')
  // the only transactions that are committed read the ledger and the settings
  const committed = said.split('BEGIN').filter((transaction) => transaction.includes('COMMIT'))
  expect(committed.filter((transaction) => WRITES.test(transaction) || !/schema_migrations|pg_db_role_setting/.test(transaction))).toEqual(
    [],
  )
})

test('migrate status, --dry-run: an empty database -> no ledger is created', async () => {
  const empty = url.replace('/postgres?', '/empty?')
  for (const args of [
    ['migrate', 'status'],
    ['migrate', '--dry-run'],
  ])
    expect((await runSkills([...args, '--database-url', empty])).code).toBe(0)
  const db = await openDb(await targetOf(empty))
  expect(await db.query("select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace")).toEqual([{ n: 0 }])
  await db.close()
})

test('migrate: a privilege is missing -> an error that names it, nothing is applied', async () => {
  const result = await runSkills(['migrate', '--dir', 'db', '--database-url', url], { cwd: scratch(NEW_FILE) })
  expect(result.code).not.toBe(0)
  expect(result.stderr).toMatch(/permission denied/)
  expect(result.stderr).toMatch(/→ /)
})
