import { describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { migrate } from '../../src/index.ts'
import {
  freshServer,
  migratedServer,
  onEachBackend,
  serverUrl,
  targetOf,
  type TestBackend,
  type TestDatabase,
} from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

let number = 0

/** A database with the package's migrations and a role that may create objects in `public`, and read or write no ledger. Roles belong to the server. */
async function withRole(
  backend: TestBackend,
  create: (role: string) => string = plain,
): Promise<{ database: TestDatabase; db: Db; role: string }> {
  const database = await backend.migrated()
  const db = await database.open()
  const role = `files_${process.pid}_${number++}`
  await db.exec(create(role))
  return { database, db, role }
}

function plain(role: string): string {
  return `create role ${role}; grant usage, create on schema public to ${role}`
}

const owners = (db: Db): Promise<unknown[]> =>
  db.query(
    `select relname::text as name, pg_get_userbyid(relowner)::text as owner from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname like 't\\_%' order by 1`,
  )

const rows = (db: Db): Promise<unknown[]> =>
  db.query(`select version, applied_by from schema_migrations where version like 'r%' order by version`)

/** Every way in which a file can leave another role behind. */
const WAYS: Readonly<Record<string, (role: string) => string>> = {
  'SET ROLE': (role) => `set role ${role};`,
  'SET LOCAL ROLE': (role) => `set local role ${role};`,
  'SET SESSION AUTHORIZATION': (role) => `set session authorization ${role};`,
  'SET LOCAL SESSION AUTHORIZATION': (role) => `set local session authorization ${role};`,
  set_config: (role) => `select set_config('role', '${role}', false);`,
  'set_config, local': (role) => `select pg_catalog.set_config('role', '${role}', true);`,
  'a DO block': (role) => `do $$ begin execute 'set role ${role}'; end $$;`,
  'two of them': (role) => `set session authorization ${role}; reset session authorization; set role ${role};`,
}

onEachBackend((backend) => {
  test.each(Object.entries(WAYS))(
    'role: a file leaves another role behind, by %s -> the ledger row is that of the login',
    async (_, way) => {
      const { db, role } = await withRole(backend)
      const table = (name: string): string => `${way(role)}\ncreate table ${name} (id int);`
      const { report, error } = await migrate(db, {
        migrations: [
          scratch({
            'r1.sql': table('t_1'),
            'r2.sql': `create table t_2 (id int);`,
            // an existing object: this file runs step by step
            'r3.sql': `create table if not exists t_1 (id int);\n${table('t_3')}`,
          }),
        ],
      })
      expect(error).toBeUndefined()
      expect(report.applied.map(({ version }) => version)).toEqual(['r1', 'r2', 'r3'])
      expect(await owners(db)).toEqual([
        { name: 't_1', owner: role },
        { name: 't_2', owner: db.info.user },
        { name: 't_3', owner: role },
      ])
      expect(await rows(db)).toEqual(['r1', 'r2', 'r3'].map((version) => ({ version, applied_by: db.info.user })))
      expect(await db.query('select session_user::text as session, current_user::text as role')).toEqual([
        { session: db.info.user, role: db.info.user },
      ])
    },
  )

  test('role: a no-transaction file sets a role -> its statements keep it, progress and ledger row are those of the login', async () => {
    const { db, role } = await withRole(backend)
    for (const way of [`set role ${role}`, `set session authorization ${role}`, `select set_config('role', '${role}', false)`]) {
      const dir = scratch({ 'r1.sql': `-- skills: no-transaction\n${way};\ncreate table t_1 (id int);\ncreate table t_2 (id int);` })
      expect((await migrate(db, { migrations: [dir] })).error, way).toBeUndefined()
      expect(await owners(db), way).toEqual([
        { name: 't_1', owner: role },
        { name: 't_2', owner: role },
      ])
      expect(await rows(db), way).toEqual([{ version: 'r1', applied_by: db.info.user }])
      await db.exec(`drop table t_1, t_2; delete from schema_migrations where version = 'r1'`)
    }
  })

  test('role: a no-transaction file fails after SET ROLE -> the next run sets the role again', async () => {
    const { db, role } = await withRole(backend)
    const file = (last: string): string => `-- skills: no-transaction\nset role ${role};\ncreate table t_1 (id int);\n${last};`
    const first = await migrate(db, { migrations: [scratch({ 'r1.sql': file('select nonsense') })] })
    expect(first.error).toMatchObject({ code: 'MIGRATION_FAILED' })
    expect((await migrate(db, { migrations: [scratch({ 'r1.sql': file('create table t_2 (id int)') })] })).error).toBeUndefined()
    expect(await owners(db)).toEqual([
      { name: 't_1', owner: role },
      { name: 't_2', owner: role },
    ])
  })

  test('role: a deferred trigger of a file that set a role -> runs as that role', async () => {
    const { db, role } = await withRole(backend)
    const { error } = await migrate(db, {
      migrations: [
        scratch({
          'r1.sql': `set role ${role}; create table t_1 (id int, by text);
            create function note() returns trigger language plpgsql as $$ begin insert into t_1 values (2, current_user); return null; end $$;
            create constraint trigger late after insert on t_1 deferrable initially deferred for each row when (new.id = 1) execute function note();
            insert into t_1 values (1, 'file');`,
        }),
      ],
    })
    expect(error).toBeUndefined()
    expect(await db.query('select by from t_1 where id = 2')).toEqual([{ by: role }])
  })

  test('role: a file changes the limits of its session -> the ledger row has those of the run', async () => {
    const { db } = await withRole(backend)
    const { error } = await migrate(db, {
      migrations: [scratch({ 'r1.sql': `set row_security = on; set lock_timeout = 1; reset all; create table public.t_1 (id int);` })],
    })
    expect(error).toBeUndefined()
  })

  test('--role: files run under the role -> it owns the objects, the ledger is that of the login', async () => {
    const { db, role } = await withRole(backend)
    const dir = scratch({
      'r1.sql': 'create table t_1 (id int);',
      'r2.sql': '-- skills: no-transaction\ncreate table t_2 (id int);\ncreate table t_3 (id int);',
      'r3.sql': 'create table if not exists t_1 (id int);\ncreate table t_4 (id int);',
    })
    const { report, error } = await migrate(db, { migrations: [dir], role })
    expect(error).toBeUndefined()
    expect(report.applied.map((migration) => migration.role)).toEqual([role, role, role])
    // a comparison needs no privilege of the role on the database
    expect(report.applied[2]?.existing).toMatchObject([{ name: 't_1', same: true }])
    expect(await owners(db)).toEqual(['t_1', 't_2', 't_3', 't_4'].map((name) => ({ name, owner: role })))
    expect(await rows(db)).toEqual(['r1', 'r2', 'r3'].map((version) => ({ version, applied_by: db.info.user })))
  })

  test('--role: the whole schema of the package -> the role owns it', async () => {
    const db = await (await backend.fresh()).open()
    const role = `files_${process.pid}_${number++}`
    await db.exec(plain(role))
    expect((await migrate(db, { role })).error).toBeUndefined()
    expect(await db.query(`select tablename::text as name from pg_tables where schemaname = 'public' and tableowner <> '${role}'`)).toEqual(
      [{ name: 'schema_migrations' }],
    )
  })

  test('--role: a file names another role -> the directive of the file counts', async () => {
    const { db, role } = await withRole(backend, (name) => `${plain(name)}; ${plain(`${name}_other`)}`)
    const dir = scratch({ 'r1.sql': `-- skills: role=${role}_other\ncreate table t_1 (id int);`, 'r2.sql': 'create table t_2 (id int);' })
    expect((await migrate(db, { migrations: [dir], role })).error).toBeUndefined()
    expect(await owners(db)).toEqual([
      { name: 't_1', owner: `${role}_other` },
      { name: 't_2', owner: role },
    ])
  })

  test('--role: SET LOCAL ROLE, RESET ROLE in a file -> as in psql: RESET ROLE is the role of the login', async () => {
    const { db, role } = await withRole(backend, (name) => `${plain(name)}; ${plain(`${name}_other`)}`)
    const dir = scratch({
      'r1.sql': `create table t_1 (id int); set local role ${role}_other; create table t_2 (id int); reset role; create table t_3 (id int);`,
      'r2.sql': 'create table t_4 (id int);',
    })
    expect((await migrate(db, { migrations: [dir], role })).error).toBeUndefined()
    expect(await owners(db)).toEqual([
      { name: 't_1', owner: role },
      { name: 't_2', owner: `${role}_other` },
      { name: 't_3', owner: db.info.user },
      { name: 't_4', owner: role },
    ])
  })

  test.each(['A "quoted" role; drop', 'ünï', 'CamelCase', "it's", 'current_user'])('--role: the name %s -> it is quoted', async (name) => {
    const db = await (await backend.migrated()).open()
    const quoted = `"${`${name} ${process.pid}${number++}`.replaceAll('"', '""')}"`
    const role = quoted.slice(1, -1).replaceAll('""', '"')
    await db.exec(`create role ${quoted}; grant usage, create on schema public to ${quoted}`)
    const dir = scratch({ 'r1.sql': 'create table t_1 (id int);', 'r2.sql': '-- skills: no-transaction\ncreate table t_2 (id int);' })
    expect((await migrate(db, { migrations: [dir], role })).error).toBeUndefined()
    expect(await owners(db)).toEqual([
      { name: 't_1', owner: role },
      { name: 't_2', owner: role },
    ])
    await db.exec(`drop owned by ${quoted}; drop role ${quoted}`)
  })

  test('--role: the role does not exist -> ROLE_UNUSABLE before anything, also in a dry run', async () => {
    const db = await (await backend.fresh()).open()
    for (const dryRun of [false, true]) {
      const { error } = await migrate(db, { role: 'nobody_here', dryRun })
      expect(error).toMatchObject({ code: 'ROLE_UNUSABLE', exitCode: 2, message: 'the role nobody_here does not exist' })
    }
    expect(await db.query(`select to_regclass('schema_migrations') as ledger`)).toEqual([{ ledger: null }])
  })

  test('directive role=: a later file names a role that does not exist -> its line, and no file runs', async () => {
    const { db } = await withRole(backend)
    const dir = scratch({ 'r1.sql': 'create table t_1 (id int);', 'r2.sql': '\n-- skills: role=nobody_here\ncreate table t_2 (id int);' })
    const { error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'ROLE_UNUSABLE', diagnostics: [{ file: `${dir}/r2.sql`, line: 2 }] })
    expect(await owners(db)).toEqual([])
  })

  test('--role: nothing is pending -> the role is not looked up', async () => {
    const { db } = await withRole(backend)
    expect((await migrate(db, { role: 'nobody_here' })).error).toBeUndefined()
  })

  test('--role: the role has no USAGE on the schema, or no CREATE -> the GRANT', async () => {
    const { db, role } = await withRole(backend, (name) => `revoke all on schema public from public; create role ${name}`)
    const dir = scratch({ 'r1.sql': 'create table t_1 (id int);' })
    expect((await migrate(db, { migrations: [dir], role })).error).toMatchObject({
      code: 'ROLE_UNUSABLE',
      hint: expect.stringContaining(`GRANT USAGE, CREATE ON SCHEMA "public" TO "${role}"`),
    })
    await db.exec(`grant usage on schema public to ${role}`)
    expect((await migrate(db, { migrations: [dir], role })).error).toMatchObject({
      code: 'MIGRATION_FAILED',
      hint: expect.stringContaining(`run as the owner: GRANT USAGE, CREATE ON SCHEMA public TO "${role}"`),
    })
  })
})

const loginWith = async (create: (login: string, role: string) => string): Promise<{ db: Db; admin: Db; login: string; role: string }> => {
  const database = await freshServer()
  const admin = await database.open()
  const name = `login_${process.pid}_${number++}`
  const role = `${name}_files`
  await admin.exec(`create role ${name} login; create role ${role}; grant all on schema public to ${name}; ${create(name, role)}`)
  const db = await openDb(await targetOf(serverUrl(database.name).replace('postgres://postgres@', `postgres://${name}@`)))
  return { db, admin, login: name, role }
}

describe('a login that is no superuser', () => {
  test('--role: the login is not a member of the role -> ROLE_UNUSABLE with the GRANT; after it, the run succeeds', async () => {
    const { db, admin, login: name, role } = await loginWith((_, files) => `grant all on schema public to ${files}`)
    expect((await migrate(db, { role })).error).toMatchObject({
      code: 'ROLE_UNUSABLE',
      exitCode: 2,
      message: `role ${name} cannot take the role ${role}: it is not a member of it`,
      hint: expect.stringContaining(`GRANT "${role}" TO "${name}"`),
    })
    expect(await admin.query(`select to_regclass('schema_migrations') as ledger`)).toEqual([{ ledger: null }])
    await admin.exec(`grant ${role} to ${name}`)
    const { error, report } = await migrate(db, { role })
    expect(error).toBeUndefined()
    // the role of the files can create objects, as it should
    expect(report.schemaWriters.map((writer) => writer.role)).not.toContain(role)
    expect(await admin.query('select distinct applied_by from schema_migrations')).toEqual([{ applied_by: name }])
    await db.close()
  })

  test('--role: the login does not inherit the privileges of the role -> the run succeeds', async () => {
    const { db, role } = await loginWith(
      (name, files) => `alter role ${name} noinherit; grant ${files} to ${name}; grant all on schema public to ${files}`,
    )
    expect((await migrate(db, { role })).error).toBeUndefined()
    expect((await migrate(db, { role })).error).toBeUndefined()
    await db.close()
  })

  test('role: the login has a role of its own by ALTER ROLE ... SET role -> files and ledger have it, also after SET ROLE', async () => {
    const {
      db,
      admin,
      login: name,
      role,
    } = await loginWith(
      (own, files) => `grant ${files} to ${own}; grant all on schema public to ${files}; alter role ${own} set role = '${files}'`,
    )
    expect(db.info.user).toBe(role)
    const dir = scratch({
      'r1.sql': `set role ${name}; create table t_1 (id int);`,
      'r2.sql': 'create table t_2 (id int);',
      'r3.sql': `-- skills: no-transaction\nset role none;\ncreate table t_3 (id int);`,
    })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await owners(admin)).toEqual([
      { name: 't_1', owner: name },
      { name: 't_2', owner: role },
      { name: 't_3', owner: name },
    ])
    expect(await admin.query('select distinct applied_by from schema_migrations')).toEqual([{ applied_by: role }])
    await db.close()
  })

  test('--role: an existing object is compared -> the statements of the files run under the role, not under the login', async () => {
    const database = await migratedServer()
    const db = await database.open()
    const role = `files_${process.pid}_${number++}`
    await db.exec(plain(role))
    const dir = scratch({
      'r1.sql': 'create table t_1 (id int);',
      'r2.sql': "do $$ begin raise notice 'as %', current_user; end $$;\ncreate table if not exists t_1 (id int);",
    })
    const { report, error } = await migrate(db, { migrations: [dir], role })
    expect(error).toBeUndefined()
    // once for the file, once for the comparison
    expect(report.notices).toEqual([`as ${role}`, `as ${role}`])
  })
})
