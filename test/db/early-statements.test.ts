import net from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { earlyStatements } from '../../src/api/migrate.ts'
import type { ServerTarget } from '../../src/core/target.ts'
import type { Db, DbInfo } from '../../src/db/db.ts'
import { sendEarly } from '../../src/db/early-statements.ts'
import { openDb } from '../../src/db/open.ts'
import { targetOf } from '../support/databases.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'
import { runSkills, type RunResult } from '../support/run-skills.ts'
import { listen } from '../support/sockets.ts'

let server: TestServer
let admin: Db

beforeAll(async () => {
  server = await startPostgres({ logStatements: true })
  admin = await openDb(await targetOf(server.url('postgres')))
  await admin.exec('create role deploy login; create role climber login; create role boss superuser; grant boss to climber')
  for (const name of ['plain', 'paths', 'climbed']) await admin.exec(`create database ${name}`)
  await admin.exec('alter database plain owner to deploy; alter database paths owner to deploy')
}, 60_000)
afterAll(async () => {
  await admin.close()
  await server.stop()
})

function urlOf(role: string, database: string): string {
  return server.url(database).replace('postgres://postgres@', `postgres://${role}@`)
}

function migrate(url: string, ...args: string[]): Promise<RunResult> {
  return runSkills(['migrate', '--database-url', url, ...args])
}

/** How often the client of a proxy in front of the server sends something after an answer, and what. */
async function turnsOf(role: string, database: string): Promise<string[]> {
  const { hosts } = (await targetOf(urlOf(role, database))) as ServerTarget
  const [{ host, port } = { host: '', port: 0 }] = hosts
  const turns: string[] = []
  let isAnswered = true
  const proxy = await listen((client) => {
    const upstream = host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect(port, host)
    client.on('data', (chunk: Buffer) => {
      if (isAnswered) turns.push('')
      isAnswered = false
      turns[turns.length - 1] += chunk.toString('latin1')
      upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      // long enough for the client to send all that does not wait for this
      setTimeout(() => {
        isAnswered = true
        client.write(chunk)
      }, 60)
    })
    client.on('close', () => upstream.end())
    upstream.on('close', () => setTimeout(() => client.end(), 60)).on('error', () => client.destroy())
  })
  const result = await migrate(`postgres://${role}@127.0.0.1:${proxy}/${database}?sslmode=disable`)
  expect(result).toMatchObject({ code: 0 })
  return turns
}

test('migrate: nothing to do -> one round trip for the login, one for all questions', async () => {
  expect(await migrate(urlOf('deploy', 'plain'))).toMatchObject({ code: 0 })
  const turns = await turnsOf('deploy', 'plain')
  expect(turns.map((turn) => turn.slice(0, 300))).toHaveLength(3)
  expect(turns[1]).toContain('schema_migrations')
  // Terminate
  expect(turns[2]).toBe('X\0\0\0\x04')
})

test('migrate: nothing to do, as a superuser, and no other role owns anything -> one round trip for all questions', async () => {
  expect(await migrate(urlOf('postgres', 'climbed'))).toMatchObject({ code: 0 })
  const before = server.log().length
  const turns = await turnsOf('postgres', 'climbed')
  expect(turns.map((turn) => turn.slice(0, 300))).toHaveLength(3)
  expect(turns[1]).toContain('pg_shdepend')
  expect(turns[1]).toContain('schema_migrations')
  expect(server.log().slice(before)).not.toContain('does not exist')
})

test('migrate: as a superuser in a database of another role -> its early statement finds no table, and its code is looked for first', async () => {
  expect(await migrate(urlOf('deploy', 'plain'))).toMatchObject({ code: 0 })
  const before = server.log().length
  const turns = await turnsOf('postgres', 'plain')
  expect(server.log().slice(before)).toContain('relation "schema_migrations" does not exist')
  const reads = turns.map((turn, i) => (turn.includes('schema_migrations') ? i : -1)).filter((i) => i >= 0)
  const looks = turns.findIndex((turn) => turn.includes('Who could have written code'))
  expect(looks).toBeGreaterThan(1)
  expect(reads.filter((i) => i > 1).every((i) => i >= looks)).toBe(true)
})

test('migrate: a role that can become a superuser -> its early statement finds no table', async () => {
  const before = server.log().length
  const result = await migrate(urlOf('climber', 'climbed'), '--dry-run')
  expect(result.stderr + result.stdout).not.toContain('would apply')
  await expect.poll(() => server.log().slice(before)).toContain('relation "schema_migrations" does not exist')
})

test('migrate: another database belongs to another role -> a superuser compares nothing', async () => {
  const before = server.log().length
  await migrate(urlOf('postgres', 'climbed'))
  expect(server.log().slice(before)).not.toContain('Who could have written code')
})

test('migrate: the ledger is in a later schema of the search_path -> it is not taken for that of the first', async () => {
  await admin.exec('alter role deploy in database paths set search_path = a, pg_catalog, b')
  const owner = await openDb(await targetOf(urlOf('deploy', 'paths')), { schema: 'b' })
  await owner.exec('create schema b')
  await owner.close()
  expect((await migrate(urlOf('deploy', 'paths'), '--schema', 'b')).stdout).toContain('schema b')
  const db = await openDb(await targetOf(urlOf('deploy', 'paths')), { schema: 'a' })
  await db.exec('create schema a')
  await db.close()
  const first = await migrate(urlOf('deploy', 'paths'))
  expect(first.stdout).toContain('schema a')
  expect(first.stderr).toContain('LEDGER_ELSEWHERE')
  expect((await migrate(urlOf('deploy', 'paths'), '--schema', 'a')).stdout).toContain('done: ')
  expect((await migrate(urlOf('deploy', 'paths'))).stdout).toContain('up to date')
  expect((await migrate(urlOf('deploy', 'paths'), '--schema', 'b')).stdout).toContain('up to date')
  expect((await migrate(urlOf('deploy', 'paths'), '--schema', 'new one')).stdout).toContain('done: ')
})

/** The outcomes of the early statements, sent on an open connection that greeted with `info`. */
async function early(db: Db, info: Partial<DbInfo> = {}): Promise<string[]> {
  const driver = { script: async (sql: string) => (await db.exec(sql), []), query: (sql: string) => db.query(sql) }
  const answers = sendEarly(driver, earlyStatements('no_ledger'), {
    isSuperuser: false,
    schema: undefined,
    info: Promise.resolve({ ...db.info, ...info }),
  })
  const outcomes = await Promise.all(answers.values())
  return outcomes.map((outcome) => (outcome === undefined ? 'none' : outcome.ok ? 'rows' : outcome.error.code))
}

test('early statements: another schema, a schema that does not exist, a temporary table with the name -> run again', async () => {
  const db = await openDb(await targetOf(urlOf('deploy', 'plain')))
  expect(await early(db)).toEqual(['rows', '42P01'])
  expect(await early(db, { schema: 'other' })).toEqual(['none', 'none'])
  expect(await early(db, { schemaExists: false })).toEqual(['none', 'none'])
  await db.exec('create temporary table no_ledger (version text)')
  expect(await early(db)).toEqual(['none', 'none'])
  expect(await db.query('show search_path')).toEqual([{ search_path: '"$user", public' }])
  await db.close()
})
