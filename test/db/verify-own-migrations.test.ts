import path from 'node:path'
import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate, verify, type VerifyCallOptions } from '../../src/index.ts'
import { onEachBackend, type TestBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

/** What verify reports of a database that these migrations and then `sql` made. */
async function faultsAfter(
  { fresh }: TestBackend,
  migration: string,
  sql: string,
  { before = '', ...options }: VerifyCallOptions & { before?: string; schema?: string } = {},
): Promise<string[]> {
  const { schema, ...rest } = options
  const database = await fresh()
  const first = await database.open()
  if (before !== '') await first.exec(before)
  await first.close()
  const db: Db = await database.open(schema === undefined ? {} : { schema })
  const migrations = [path.join(scratch({ 'db/20260101_own.sql': migration }), 'db')]
  await migrate(db, { migrations })
  if (sql !== '') await db.exec(sql)
  const { checks } = await verify(db, { migrations, cwd: scratch({}), skills: undefined, ...rest } as VerifyCallOptions)
  return checks
    .filter(({ id, status }) => (status === 'failed' || status === 'warning') && !/^(?:safety\.definer|registry)/.test(id))
    .flatMap(({ id, faults }) => faults.map(({ object, remedy }) => `${id}: ${object}: ${remedy}`))
}

onEachBackend((backend) => {
  test.each([
    [
      'a table that moves to another schema',
      'CREATE SCHEMA archive; CREATE TABLE olds (id int PRIMARY KEY); CREATE VIEW v_olds AS SELECT * FROM olds; ALTER TABLE olds SET SCHEMA archive',
    ],
    [
      'a table and a function that come from another schema',
      `CREATE SCHEMA staging; CREATE TABLE staging.news (id int PRIMARY KEY, x text); ALTER TABLE staging.news SET SCHEMA public;
       CREATE INDEX news_x ON news (x); CREATE FUNCTION staging.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; ALTER FUNCTION staging.f() SET SCHEMA public`,
    ],
    [
      'a policy whose condition names other tables',
      `CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE notes (id int, owner_id int); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON notes USING (false);
       ALTER POLICY p ON notes USING (EXISTS (SELECT FROM users u WHERE u.id = notes.owner_id))`,
    ],
    [
      'an owner of a sequence that changes',
      `CREATE TABLE a (id bigserial); CREATE TABLE b (id bigint); ALTER SEQUENCE a_id_seq OWNED BY b.id`,
    ],
    [
      'indexes without a name, in another schema too',
      `CREATE TABLE a (id int, x text); CREATE INDEX ON a (x); CREATE UNIQUE INDEX ON ONLY a (id, x); COMMENT ON INDEX a_x_idx IS 'for x';
       CREATE SCHEMA other; CREATE TABLE other.b (id int); CREATE UNIQUE INDEX ON other.b (id)`,
    ],
    [
      'a table of SELECT INTO',
      `SELECT skill_id, version INTO picked FROM skills_registry; CREATE INDEX ON picked (skill_id);
       WITH x AS (SELECT 1 AS id) SELECT id INTO TABLE numbers FROM x; ALTER TABLE numbers ADD PRIMARY KEY (id)`,
    ],
    [
      'a function before the table that it reads',
      `SET check_function_bodies TO off; CREATE FUNCTION later() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM lates $$;
       CREATE TABLE lates (id int); CREATE VIEW v_later AS SELECT later()`,
    ],
  ])('own migrations: %s -> no fault, with exclusive too', async (_, migration) => {
    expect(await faultsAfter(backend, migration, '', { exclusive: true })).toEqual([])
  })

  test.each(['app', 'user', 'e', 'things', 'id'])('own migrations: schema %s, and other things of that name -> no fault', async (name) => {
    const q = `"${name}"`
    const migration = `
      CREATE TABLE things (key int PRIMARY KEY, name text);
      CREATE VIEW v1 AS SELECT ${q}.key FROM things ${q};
      CREATE VIEW v2 AS SELECT ${q}.key FROM ${q}.things AS ${q} JOIN ${q}.things z ON z.key = ${q}.key;
      CREATE VIEW v3 AS WITH ${q} AS (SELECT key FROM things) SELECT ${q}.key FROM ${q};
      CREATE FUNCTION f1() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM things AS ${q} WHERE ${q}.key > 1 $$;
      CREATE TYPE ${q}.mood AS ENUM ('${name}.things', 'b');
      CREATE TABLE moods (${q} ${q}.mood DEFAULT '${name}.things', n ${q}.things, CHECK (${q} <> 'b'::${q}.mood));
      CREATE FUNCTION f2(p ${q}.mood) RETURNS ${q}.mood LANGUAGE sql AS $$ SELECT p $$;
      COMMENT ON TABLE things IS 'see ${name}.things and ${name}.other';`
    expect(await faultsAfter(backend, migration, '', { before: `CREATE SCHEMA ${q}`, schema: name })).toEqual([])
  })

  test('own migrations: values of an enum that were added and are used -> no fault', async () => {
    const migration = `-- skills: no-transaction
      CREATE TYPE level AS ENUM ('low', 'high'); CREATE TYPE public.none AS ENUM ();
      ALTER TYPE level ADD VALUE IF NOT EXISTS 'middle' BEFORE 'high'; ALTER TYPE level ADD VALUE 'top' AFTER 'high'; ALTER TYPE none ADD VALUE 'one';
      ALTER TYPE level RENAME VALUE 'low' TO 'lowest'; ALTER TYPE level ADD VALUE 'lower' AFTER 'lowest';
      CREATE TABLE levels (a level DEFAULT 'middle' CHECK (a <> 'top'), n public.none DEFAULT 'one');
      CREATE INDEX levels_a ON levels (a) WHERE a > 'middle'`
    expect(await faultsAfter(backend, migration, '', { exclusive: true })).toEqual([])
    const found = await faultsAfter(backend, migration, "ALTER TYPE level ADD VALUE 'more'")
    expect(found).toEqual([expect.stringContaining('drift.different: enum level: ')])
  })

  test('own migrations: the tables of the package refuse the rows of the checks -> no fault', async () => {
    const migration = `
      CREATE TABLE users (id uuid PRIMARY KEY);
      ALTER TABLE skill_usage_events ADD FOREIGN KEY (user_id) REFERENCES users, ADD COLUMN tenant uuid NOT NULL, ADD COLUMN part int NOT NULL DEFAULT 1;
      ALTER TABLE skill_unlocks ADD CONSTRAINT unlocks_user FOREIGN KEY (user_id) REFERENCES users;
      ALTER TABLE skill_usage_events ADD CONSTRAINT known FOREIGN KEY (skill_id) REFERENCES skills_registry, ALTER COLUMN session_id SET NOT NULL;
      ALTER TABLE skill_feedback ADD CONSTRAINT rated CHECK (rating IS NOT NULL), ADD UNIQUE (user_id, skill_id);
      CREATE UNIQUE INDEX ON skill_feedback (skill_id, lower(version));
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this skill'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON skills_registry FOR EACH ROW WHEN (NEW.skill_id LIKE 'skills-verify%') EXECUTE FUNCTION refuse();
      CREATE RULE nothing AS ON INSERT TO skill_feedback WHERE NEW.rating = 5 DO INSTEAD NOTHING;
      ALTER TABLE skill_usage_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY mine ON skill_usage_events USING (user_id = (SELECT nullif(current_setting('app.user', true), '')::uuid))`
    const found = await faultsAfter(backend, migration, '')
    expect(found.filter((fault) => !/^(?:functions\.calls|safety|rollups)/.test(fault))).toEqual([])
  })

  test('own migrations: a function with a type of the schema as argument, replaced by hand -> that fault alone', async () => {
    const migration = `CREATE TYPE mood AS ENUM ('a'); CREATE FUNCTION f(p mood) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$`
    const found = await faultsAfter(backend, migration, 'CREATE OR REPLACE FUNCTION f(p mood) RETURNS int LANGUAGE sql AS $$ SELECT 2 $$')
    expect(found).toEqual([expect.stringContaining('drift.different: function f(mood): ')])
  })

  test('default privileges of the role -> expected are those of PostgreSQL and the migrations, and no GRANT is proposed', async () => {
    const defaults =
      'ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO PUBLIC; ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC'
    const migration = 'CREATE TABLE a (id int); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'
    expect(await faultsAfter(backend, migration, defaults)).toEqual([])
    const found = await faultsAfter(backend, migration, '', { before: defaults })
    expect(found).toContainEqual(expect.stringMatching(/^drift\.grants: privileges of PUBLIC on table a: REVOKE SELECT /))
    expect(found.filter((fault) => fault.includes('GRANT '))).toEqual([])
  })

  test('EXECUTE of a function of the user, revoked from PUBLIC -> no fault', async () => {
    const migration = 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'
    expect(await faultsAfter(backend, migration, 'REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC')).toEqual([])
  })

  test('an event trigger that refuses CREATE TABLE -> compared with the manifest, and the reason is in the report', async () => {
    const { fresh } = backend
    const db = await (await fresh()).open()
    await migrate(db)
    await db.exec(`CREATE FUNCTION no_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no DDL here'; END $$;
      CREATE EVENT TRIGGER no_tables ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION no_ddl()`)
    const { checks } = await verify(db, { cwd: scratch({}) })
    expect(checks.filter(({ id, status }) => status === 'failed' && !id.startsWith('registry.'))).toEqual([])
    expect(checks.find(({ id }) => id === 'drift.build')).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('no DDL here'),
    })
  })

  test('an application role that the migrations grant more -> safety.app-role alone judges the objects of the package', async () => {
    const role = `app_${process.pid}_${backend.name}`
    const migration = `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT SELECT ON skill_feedback TO ${role}`
    const found = await faultsAfter(backend, migration, `REVOKE SELECT ON skill_feedback FROM ${role}`, { appRole: role, exclusive: true })
    expect(found.filter((fault) => fault.startsWith('drift.'))).toEqual([])
  })
})
