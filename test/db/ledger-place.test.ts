import { expect, test } from 'vitest'
import { openDb } from '../../src/db/open.ts'
import type { Db } from '../../src/db/db.ts'
import { baseline, doctor, migrate, migrationStatus, repair, verify } from '../../src/index.ts'
import { migrationLock } from '../../src/migrations/ledger/lock.ts'
import { freshServer, onEachBackend, serverUrl, targetOf, type TestDatabase } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

let number = 0
const uniqueName = (): string => `place_${process.pid}_${number++}`

const resumable = (last: string): string => `-- skills: no-transaction\ncreate table t (id int);\ninsert into t values (1);\n${last};`

/** A database whose tables are in the schema `app`, and whose search_path has changed to `public` since. */
async function moved(database: TestDatabase): Promise<Db> {
  const first = await database.open({ schema: 'app' })
  expect((await migrate(first)).error).toBeUndefined()
  await first.close()
  return database.open()
}

const ELSEWHERE = {
  code: 'LEDGER_ELSEWHERE',
  exitCode: 6,
  message: expect.stringContaining(
    `the ledger app.schema_migrations contains ${OWN_MIGRATIONS.length} migrations that are pending in the schema public`,
  ),
  hint: expect.stringContaining('pass --schema app to continue there'),
}

onEachBackend((backend) => {
  test('ledger elsewhere: the search_path has changed -> migrate, dry run, status, verify, baseline stop, and nothing is written', async () => {
    const db = await moved(await backend.fresh())
    expect((await migrate(db)).error).toMatchObject(ELSEWHERE)
    expect((await migrate(db, { dryRun: true })).error).toMatchObject(ELSEWHERE)
    await expect(migrationStatus(db)).rejects.toMatchObject(ELSEWHERE)
    await expect(verify(db)).rejects.toMatchObject(ELSEWHERE)
    await expect(baseline(db)).rejects.toMatchObject(ELSEWHERE)
    await expect(repair(db, { version: OWN_MIGRATIONS[0] ?? '' })).rejects.toMatchObject(ELSEWHERE)
    expect(await db.query(`select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace`)).toEqual([{ n: 0 }])
  })

  test('ledger elsewhere: the schema is chosen -> the tables can be in several schemas, each with its own ledger', async () => {
    const database = await backend.fresh()
    for (const schema of ['tenant_a', 'tenant_b', 'public']) {
      const db = await database.open({ schema })
      expect((await migrate(db)).report.applied).toHaveLength(OWN_MIGRATIONS.length)
      expect(await migrationStatus(db)).toMatchObject({ schema, upToDate: true })
      await db.close()
    }
  })

  test('ledger elsewhere: both schemas have a ledger, and the other one is further -> stops for the files that it has', async () => {
    const database = await backend.fresh()
    const dir = scratch({ '1_a.sql': 'create table a (id int);' })
    const app = await database.open({ schema: 'app' })
    await migrate(app, { migrations: [dir] })
    await app.close()
    const chosen = await database.open({ schema: 'public' })
    await migrate(chosen)
    await chosen.close()
    const db = await database.open()
    expect((await migrate(db, { migrations: [dir] })).error).toMatchObject({
      code: 'LEDGER_ELSEWHERE',
      message: 'the ledger app.schema_migrations contains 1 migration that is pending in the schema public: 1_a',
    })
    // nothing is pending: nothing is asked
    expect((await migrate(db)).error).toBeUndefined()
  })

  test('ledger elsewhere: the table of another tool, other files -> the run goes on', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(`create schema rails; create table rails.schema_migrations (version text primary key);
      insert into rails.schema_migrations values ('${OWN_MIGRATIONS[0]}');
      create schema old; create table old.schema_migrations (version text primary key, applied_at timestamptz);
      insert into old.schema_migrations values ('something_else')`)
    expect((await migrate(db)).error).toBeUndefined()
  })

  test('--ledger schema.table: the table is in that schema -> every command uses it; both spellings are one ledger and one lock', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec('create schema "My Schema"')
    const ledger = '"My Schema"."the.ledger"'
    const dir = scratch({
      '1_a.sql': 'create table a (id int);',
      '2_b.sql': '-- skills: no-transaction\ncreate table b (id int);\nselect 1/(select count(*) from a where id = 7);',
    })
    expect((await migrate(db, { ledger, migrations: [dir] })).error).toMatchObject({ code: 'MIGRATION_FAILED' })
    expect(
      await db.query(`select table_schema::text as schema, table_name::text as name from information_schema.tables
      where table_name like 'the.%' or table_name like 'schema_migr%' order by 2`),
    ).toEqual([
      { schema: 'My Schema', name: 'the.ledger' },
      { schema: 'My Schema', name: 'the.ledger_progress' },
    ])
    expect((await verify(db, { ledger, migrations: [dir] })).checks.find(({ id }) => id === 'ledger.interrupted')?.faults).toHaveLength(1)
    await db.exec('insert into a values (7)')
    expect((await migrate(db, { ledger, migrations: [dir] })).error).toBeUndefined()
    expect(await migrationStatus(db, { ledger, migrations: [dir] })).toMatchObject({ ledger, upToDate: true })
    const report = await verify(db, { ledger, migrations: [dir], exclusive: true })
    expect(report.checks.flatMap(({ id, faults }) => (faults.length > 0 && /^(?:ledger|drift)/.test(id) ? [id, ...faults] : []))).toEqual(
      [],
    )
    await expect(migrate(db, { ledger: 'no_such.t' })).resolves.toMatchObject({ error: { code: 'SCHEMA_MISSING', exitCode: 2 } })
    await expect(migrationStatus(db, { ledger: 'no_such.t' })).rejects.toMatchObject({
      code: 'SCHEMA_MISSING',
      hint: expect.stringContaining('CREATE SCHEMA "no_such"'),
    })
    const spellings = ['schema_migrations', 'public.schema_migrations', '"public".schema_migrations', '"public"."schema_migrations"']
    expect(new Set(spellings.map((name) => migrationLock(db, name))).size).toBe(1)
    expect(migrationLock(db, ledger)).not.toBe(migrationLock(db, '"the.ledger"'))
  })

  test('--ledger schema.table: the schema of the objects does not exist yet -> it is created, also when the ledger is there', async () => {
    const database = await backend.fresh()
    const first = await database.open()
    await first.exec('create schema ops')
    await migrate(first, { ledger: 'ops.t', to: OWN_MIGRATIONS[0] })
    await first.exec('delete from ops.t')
    await first.close()
    const db = await database.open({ schema: 'later' })
    expect((await migrate(db, { ledger: 'ops.t' })).error).toBeUndefined()
    expect(await db.query(`select to_regclass('later.skill_rollup_days') is not null as there`)).toEqual([{ there: true }])
  })

  test('--ledger schema.table: the schema of all objects, by name -> the same ledger', async () => {
    const db = await (await backend.migrated()).open()
    expect((await migrate(db, { ledger: 'public.schema_migrations' })).report).toMatchObject({
      applied: [],
      alreadyApplied: OWN_MIGRATIONS.length,
    })
    const { checks } = await verify(db, { ledger: 'public.schema_migrations', exclusive: true })
    expect(checks.filter(({ faults }) => faults.some(({ object }) => object.includes('schema_migrations')))).toEqual([])
  })

  test('no-transaction file: renamed after a statement failed -> the next run goes on behind the completed statements', async () => {
    const db = await (await backend.migrated()).open()
    expect((await migrate(db, { migrations: [scratch({ '1_old.sql': resumable('select nonsense') })] })).error).toBeDefined()
    expect((await migrate(db, { migrations: [scratch({ '1_new.sql': resumable('insert into t values (2)') })] })).error).toBeUndefined()
    expect(await db.query('select id from t order by id')).toEqual([{ id: 1 }, { id: 2 }])
    expect(await db.query(`select to_regclass('schema_migrations_progress') as progress`)).toEqual([{ progress: null }])
  })
})

test('ledger elsewhere: ALTER ROLE, ALTER DATABASE change the search_path -> exit code 6; SKILLS_SCHEMA, URL, option -> chosen', async () => {
  const { flags, open, name } = await freshServer()
  expect((await runSkills(['migrate', '--schema', 'app', ...flags])).code).toBe(0)
  const db = await open()
  await db.exec(`create schema late; alter database ${name} set search_path = late, app, public`)
  for (const command of ['migrate', 'migrate --dry-run', 'migrate status', 'verify', 'migrate baseline'])
    expect(await runSkills([...command.split(' '), ...flags]), command).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('[LEDGER_ELSEWHERE]'),
    })
  expect((await runSkills(['migrate', '--schema', 'app', ...flags])).stdout).toContain('up to date')
  expect((await runSkills(['migrate', ...flags], { env: { SKILLS_SCHEMA: 'app' } })).stdout).toContain('up to date')
  await db.exec(`alter database ${name} set search_path = app`)
  expect((await runSkills(['migrate', ...flags])).stdout).toContain('up to date')
  expect((await runSkills(['migrate', '--schema', 'late', ...flags])).code).toBe(0)
})

test('ledger elsewhere: the role cannot read the other ledger -> says so and stops on the first run only', async () => {
  const database = await freshServer()
  const admin = await database.open({ schema: 'app' })
  await migrate(admin)
  const role = uniqueName()
  await admin.exec(`create role ${role} login; create schema ${role} authorization ${role}`)
  const url = serverUrl(database.name).replace('postgres://postgres@', `postgres://${role}@`)
  const db = await openDb(await targetOf(url))
  expect(db.info.schema).toBe(role)
  const unreadable = {
    code: 'LEDGER_ELSEWHERE',
    message: `the ledger app.schema_migrations, which role ${role} cannot read, can contain the pending migrations`,
  }
  expect((await migrate(db)).error).toMatchObject(unreadable)
  // row-level security hides what it has
  await admin.exec(
    `grant usage on schema app to ${role}; grant select on app.schema_migrations to ${role}; alter table app.schema_migrations enable row level security`,
  )
  expect((await migrate(db)).error).toMatchObject(unreadable)
  await db.close()
  const chosen = await openDb(await targetOf(url), { schema: role })
  expect((await migrate(chosen, { to: OWN_MIGRATIONS[0] })).error).toBeUndefined()
  await chosen.close()
  // the schema has a history of its own
  const later = await openDb(await targetOf(url))
  expect((await migrate(later)).error).toBeUndefined()
  await later.close()
})

test('--ledger schema.table: option, variable, configuration file -> migrate, status, doctor, grants, diff, explain accept it', async () => {
  const { flags, open } = await freshServer()
  const db = await open()
  await db.exec('create schema ops')
  const env = { SKILLS_LEDGER: 'ops.migrations' }
  const cwd = scratch({
    'skills.config.json': JSON.stringify({ ledger: 'ops.migrations' }),
    'skills/a/SKILL.md': '---\nname: a\ndescription: a\n---\n',
  })
  expect((await runSkills(['migrate', '--ledger', 'ops.migrations', ...flags])).code).toBe(0)
  expect((await runSkills(['migrate', ...flags], { env })).stdout).toContain('up to date')
  expect((await runSkills(['migrate', 'status', '--exit-code', ...flags], { cwd })).code).toBe(0)
  for (const command of ['diff', 'sync', 'verify --no-drift', 'grants --app-role postgres', 'explain LEDGER_ELSEWHERE'])
    expect((await runSkills([...command.split(' '), ...(command.startsWith('explain') ? [] : flags)], { cwd })).code, command).toBeLessThan(
      2,
    )
  const { findings } = await doctor({ databaseUrl: flags[1] ?? '', ledger: 'ops.migrations', cwd, env: {} })
  expect(findings.find(({ id }) => id === 'migrations.state')?.text).toContain('ledger ops.migrations')
  // what the ledger grants is looked at where it is
  await db.exec('create role place_reader; grant select on ops.migrations to place_reader')
  expect((await runSkills(['grants', '--app-role', 'place_reader', ...flags], { cwd })).stdout).toContain(
    'REVOKE SELECT ON TABLE ops.migrations FROM place_reader',
  )
  await db.exec('drop owned by place_reader; drop role place_reader')
})

test('--ledger schema.table: a superuser, and the ledger has a trigger of another role -> FOREIGN_CODE, nothing runs', async () => {
  const { flags, open } = await freshServer()
  const db = await open()
  const role = uniqueName()
  await db.exec(`create role ${role}; create schema ops authorization ${role}`)
  expect((await runSkills(['migrate', '--ledger', 'ops.t', ...flags])).code).toBe(0)
  await db.exec(`alter table ops.t owner to ${role}; grant usage on schema ops to ${role}; set role ${role};
    create function ops.spy() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger spy before insert on ops.t for each row execute function ops.spy(); reset role`)
  const dir = scratch({ '1.sql': 'create table a (id int);' })
  expect(await runSkills(['migrate', '--ledger', 'ops.t', '--dir', dir, ...flags])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('FOREIGN_CODE'),
  })
})

test('--ledger schema.table: the role lacks USAGE on the schema -> the GRANT', async () => {
  const database = await freshServer()
  const admin = await database.open()
  const role = uniqueName()
  await admin.exec(`create role ${role} login; create schema ops`)
  await migrate(admin, { ledger: 'ops.t' })
  const db = await openDb(await targetOf(serverUrl(database.name).replace('postgres://postgres@', `postgres://${role}@`)))
  await expect(migrationStatus(db, { ledger: 'ops.t' })).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    hint: expect.stringContaining(`GRANT USAGE ON SCHEMA "ops" TO "${role}"; GRANT SELECT ON "ops"."t" TO "${role}"`),
  })
  await db.close()
})
