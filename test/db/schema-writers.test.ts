import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../src/api/migrate.ts'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { schemaWriters } from '../../src/db/writable-schema.ts'
import { freshServer, targetOf } from '../support/databases.ts'
import { runSkills, type RunResult } from '../support/run-skills.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'

let server: TestServer
let admin: Db
let url = ''

beforeAll(async () => {
  server = await startPostgres()
  url = server.url('postgres')
  admin = await openDb(await targetOf(url))
  await admin.exec(
    `create role "other role"; create role boss superuser; create role deploy login; grant create on schema public to public, "other role", boss, deploy`,
  )
})
afterAll(async () => {
  await admin.close()
  await server.stop()
})

const run = (...args: string[]): Promise<RunResult> => runSkills(['migrate', ...args, '--database-url', url])

test('schema: its owner, superusers and the role itself can create objects -> not listed', async () => {
  const db = await openDb(await targetOf(url.replace('postgres://postgres@', 'postgres://deploy@')))
  expect((await schemaWriters(db)).map(({ role }) => role)).toEqual([null, 'other role'])
  await db.close()
  const fresh = await (await freshServer()).open()
  // PostgreSQL 14 and older grant CREATE on public to everyone
  expect(await schemaWriters(fresh)).toHaveLength(fresh.info.version >= 150_000 ? 0 : 1)
})

test('migrate: others can create objects in the schema -> a warning with the remedy, in text and JSON', async () => {
  const { code, stdout } = await run()
  expect(code).toBe(0)
  expect(stdout).toContain(
    'warning other roles can create objects in the schema public: PUBLIC, deploy, other role\n' +
      '    → pass --revoke-public-create; REVOKE CREATE ON SCHEMA "public" FROM "deploy"; REVOKE CREATE ON SCHEMA "public" FROM "other role"\n',
  )
  expect(JSON.parse((await run('--json')).stdout)).toMatchObject({
    report: {
      schemaWriters: [
        { role: null, revoke: 'REVOKE CREATE ON SCHEMA "public" FROM PUBLIC' },
        { role: 'deploy', revoke: 'REVOKE CREATE ON SCHEMA "public" FROM "deploy"' },
        { role: 'other role', revoke: 'REVOKE CREATE ON SCHEMA "public" FROM "other role"' },
      ],
      publicCreateRevoked: false,
    },
  })
})

test('migrate --revoke-public-create: a role that does not own the schema -> exit 2, and the statement', async () => {
  const db = await openDb(await targetOf(url.replace('postgres://postgres@', 'postgres://deploy@')))
  await admin.exec('grant all on all tables in schema public to deploy')
  expect((await migrate(db, { revokePublicCreate: true })).error).toMatchObject({
    code: 'PERMISSION_DENIED',
    exitCode: 2,
    hint: expect.stringContaining('REVOKE CREATE ON SCHEMA "public" FROM PUBLIC'),
  })
  await db.close()
})

test('migrate --revoke-public-create: the owner -> PUBLIC cannot create objects, other roles are listed; a dry run changes nothing', async () => {
  await run('--dry-run', '--revoke-public-create')
  expect(await schemaWriters(admin)).toHaveLength(3)
  const { code, stdout } = await run('--revoke-public-create')
  expect(code).toBe(0)
  expect(stdout).toContain('revoked CREATE on the schema public from PUBLIC')
  expect(stdout).toContain('warning other roles can create objects in the schema public: deploy, other role\n')
  expect((await schemaWriters(admin)).map(({ role }) => role)).toEqual(['deploy', 'other role'])
  expect((await run('--revoke-public-create')).stdout).not.toContain('revoked')
})
