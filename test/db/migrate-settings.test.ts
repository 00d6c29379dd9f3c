import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { migrate } from '../../src/index.ts'
import { targetOf } from '../support/databases.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'
import { scratch } from '../support/scratch.ts'

// a server of its own: the settings are those of roles and of the server
let server: TestServer
let admin: Db
beforeAll(async () => {
  server = await startPostgres()
  admin = await openDb(await targetOf(server.url('postgres')))
  await admin.exec('create role deploy login')
})
afterAll(async () => {
  await admin.close()
  await server.stop()
})

/** Applies one file as the role `deploy` to a new database `app`, while the settings are in force. */
async function run(
  { set, reset, parameters = '' }: { set: string; reset: string; parameters?: string },
  sql: string,
  { prepare = '', ...options }: Parameters<typeof migrate>[1] & { prepare?: string } = {},
): Promise<{ code: string; hint: string }> {
  await each('drop database if exists app with (force);create database app owner deploy')
  if (prepare !== '') await apply('', prepare)
  await each(set)
  const { error } = await apply(parameters, sql, options).finally(() => each(reset))
  return { code: error?.code ?? '', hint: error?.hint ?? '' }
}

async function apply(parameters: string, sql: string, options: Parameters<typeof migrate>[1] = {}): ReturnType<typeof migrate> {
  const db = await openDb(await targetOf(server.url('app').replace('postgres@', 'deploy@') + parameters))
  return migrate(db, { migrations: [scratch({ '1.sql': sql })], ...options }).finally(() => db.close())
}

async function each(statements: string): Promise<void> {
  for (const statement of statements.split(';')) if (statement !== '') await admin.exec(statement)
}

const NOTHING = { set: '', reset: '' }
const SLEEP = 'select 1;\nselect pg_sleep(20);'

test.each([
  [
    'ALTER ROLE',
    { set: "alter role deploy set statement_timeout = '600ms'", reset: 'alter role deploy reset all' },
    'statement_timeout is 600ms, set with ALTER ROLE "deploy" SET statement_timeout; pass --statement-timeout 0, or run ALTER ROLE "deploy" RESET statement_timeout, and run skills migrate again',
  ],
  [
    'ALTER DATABASE',
    { set: "alter database app set statement_timeout = '600ms'", reset: 'alter database app reset statement_timeout' },
    'statement_timeout is 600ms, set with ALTER DATABASE "app" SET statement_timeout; pass --statement-timeout 0, or run ALTER DATABASE "app" RESET statement_timeout, and',
  ],
  [
    'ALTER ROLE IN DATABASE',
    { set: "alter role deploy in database app set statement_timeout = '600ms'", reset: 'alter role deploy in database app reset all' },
    'set with ALTER ROLE "deploy" IN DATABASE "app" SET statement_timeout; pass --statement-timeout 0, or run ALTER ROLE "deploy" IN DATABASE "app" RESET statement_timeout',
  ],
  [
    'ALTER ROLE ALL',
    { set: "alter role all set statement_timeout = '600ms'", reset: 'alter role all reset statement_timeout' },
    'set with ALTER ROLE ALL SET statement_timeout',
  ],
  [
    'ALTER SYSTEM',
    {
      set: "alter system set statement_timeout = '600ms';select pg_reload_conf();select pg_sleep(0.3)",
      reset: 'alter system reset statement_timeout;select pg_reload_conf();select pg_sleep(0.3)',
    },
    /statement_timeout is 600ms, set in postgresql\.conf or with ALTER SYSTEM; pass --statement-timeout 0, or run ALTER ROLE "deploy" SET statement_timeout = 0/,
  ],
  [
    'the options of the URL',
    { ...NOTHING, parameters: `&options=${encodeURIComponent('-c statement_timeout=600')}` },
    'set by the options of the connection; pass --statement-timeout 0, or remove it from the URL or from PGOPTIONS',
  ],
] as const)('statement_timeout from %s: a statement exceeds it -> its source and the remedy', async (_, settings, expected) => {
  for (const prefix of ['', '-- skills: no-transaction\n']) {
    const { code, hint } = await run(settings, prefix + SLEEP)
    expect(code).toBe('MIGRATION_FAILED')
    if (typeof expected === 'string') expect(hint).toContain(expected)
    else expect(hint).toMatch(expected)
  }
})

const SHORT = { set: "alter role deploy set statement_timeout = '600ms'", reset: 'alter role deploy reset all' }

test('statement_timeout of the role: with --statement-timeout 0, as a directive or in the file -> no limit', async () => {
  const sleep = 'select pg_sleep(1.5);'
  expect(await run(SHORT, sleep, { statementTimeoutMs: 0 })).toEqual({ code: '', hint: '' })
  expect(await run(SHORT, `set local statement_timeout = 0;\n${sleep}`)).toEqual({ code: '', hint: '' })
})

test('a limit of the run or of the file -> that one is named, and not the role', async () => {
  expect((await run(SHORT, SLEEP, { statementTimeoutMs: 700 })).hint).toContain('--statement-timeout is 700ms; raise it, and run')
  const own = await run(SHORT, `set local statement_timeout = '700ms';\n${SLEEP}`)
  expect(own.code).toBe('MIGRATION_FAILED')
  expect(own.hint).not.toContain('ALTER ROLE')
})

const READ_ONLY = { set: 'alter role deploy set default_transaction_read_only = on', reset: 'alter role deploy reset all' }

test('default_transaction_read_only of the role: before and after the ledger exists -> its source and the remedy', async () => {
  const remedy =
    'default_transaction_read_only is on, set with ALTER ROLE "deploy" SET default_transaction_read_only; run BEGIN READ WRITE; ALTER ROLE "deploy" RESET default_transaction_read_only; COMMIT, and run skills migrate again'
  const create = 'create table a (id int);'
  expect(await run(READ_ONLY, create)).toEqual({ code: 'PERMISSION_DENIED', hint: remedy })
  expect(await run(READ_ONLY, create, { prepare: 'select 1;', migrations: [scratch({ '2.sql': create })] })).toEqual({
    code: 'MIGRATION_FAILED',
    hint: expect.stringContaining(remedy),
  })
  expect(
    await run(READ_ONLY, 'set transaction read write;\n' + create, {
      prepare: 'select 1;',
      migrations: [scratch({ '2.sql': `begin read write;\n${create}\ncommit;` })],
    }),
  ).toEqual({ code: '', hint: '' })
  // the remedy works where the setting is in force
  const asRemedied = `set default_transaction_read_only = on;${/run (BEGIN.*COMMIT),/.exec(remedy)?.[1]};reset default_transaction_read_only`
  await each('alter role deploy set default_transaction_read_only = on')
  await each(asRemedied)
  expect(await run(NOTHING, create)).toEqual({ code: '', hint: '' })
})

test.each([
  [
    'search_path',
    { set: 'alter role deploy set search_path = pg_catalog, public', reset: 'alter role deploy reset all' },
    'select * from elsewhere.thing;',
    /^(?!.*search_path is "\$user").*search_path is pg_catalog, public, set with ALTER ROLE "deploy" SET search_path; pass --schema NAME, or run ALTER ROLE "deploy" RESET search_path, or fix .*1\.sql and run/,
  ],
  [
    'DateStyle',
    { set: "alter database app set datestyle = 'iso, dmy'", reset: 'alter database app reset datestyle' },
    "select date '12/31/2024';",
    /DateStyle is ISO, DMY, set with ALTER DATABASE "app" SET DateStyle; run ALTER DATABASE "app" RESET DateStyle, or fix .*1\.sql and run/,
  ],
  [
    'temp_file_limit',
    { set: "alter role deploy set temp_file_limit = '1MB';alter role deploy set work_mem = '64kB'", reset: 'alter role deploy reset all' },
    'select count(*) from (select i from generate_series(1, 200000) i order by i desc offset 1) x;',
    /temp_file_limit is 1MB, set with ALTER ROLE "deploy" SET temp_file_limit; run ALTER ROLE "deploy" RESET temp_file_limit, and run/,
  ],
])('%s of a role or database: a statement fails because of it -> its source', async (_, settings, sql, hint) => {
  expect((await run(settings, sql)).hint).toMatch(hint)
})

test('a failure with no such setting -> nothing is added', async () => {
  expect((await run(NOTHING, 'select * from elsewhere.thing;')).hint).toMatch(/not applied; (?:the \d files before it stay applied; )?fix /)
})

test('transaction_timeout ends the session -> named with the remedy, although the server cannot be asked', async (context) => {
  context.skip(admin.info.version < 170_000, 'PostgreSQL 17 has it')
  const settings = { set: "alter role deploy set transaction_timeout = '900ms'", reset: 'alter role deploy reset all' }
  expect(await run(settings, SLEEP)).toEqual({
    code: 'CONNECTION_LOST',
    hint: 'the server rolls back an open transaction; transaction_timeout is set for the role, the database or the server; run ALTER ROLE "deploy" SET transaction_timeout = 0, and run skills migrate again',
  })
})
