import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { dumpSchema, migrate, migrationStatus, squashMigrations, type SquashCallOptions, type SquashReport } from '../../src/index.ts'
import { freshServer, onEachBackend, serverUrl } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { migrationFiles, THIRTY } from '../support/thirty-migrations.ts'

const LATER = { '031_later': 'ALTER TABLE posts ADD COLUMN later text;' }
const VERSIONS = Object.keys(THIRTY)

/** A project with these migrations in `db`. */
const project = (migrations: Readonly<Record<string, string>>): { cwd: string; folder: string } => {
  const cwd = scratch(migrationFiles('db', migrations))
  return { cwd, folder: path.join(cwd, 'db') }
}

const schemaOf = async (db: Db): Promise<string> => (await dumpSchema(db)).sql

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'no error'
  } catch (error) {
    return `${String((error as { code: string }).code)}: ${(error as Error).message}`
  }
}

onEachBackend(({ name, fresh }) => {
  /** In memory, or on a server. */
  const squashed = async (folder: string, options: Partial<SquashCallOptions> = {}): Promise<SquashReport> => {
    const database = name === 'server' ? { databaseUrl: serverUrl('postgres'), env: {} } : { embedded: 'memory', env: {} }
    return squashMigrations({ migrations: [folder], to: '030_grants', cwd: path.dirname(folder), database, ...options })
  }

  test('squash: thirty files with renames, drops and rebuilds -> one file that makes the same database', async () => {
    const { folder } = project({ ...THIRTY, ...LATER })
    const old = await (await fresh()).open()
    expect((await migrate(old, { migrations: [folder] })).error).toBeUndefined()
    const report = await squashed(folder)
    expect(report).toMatchObject({
      version: '030_grants_squashed',
      replaces: VERSIONS,
      written: true,
      deleted: [],
      rows: 0,
      kept: [],
      notCompared: [],
    })
    expect(readdirSync(folder).length).toBe(32)
    expect(readFileSync(report.file, 'utf8')).toBe(report.sql)
    expect(report.sql).not.toMatch(/INSERT|TABLE tags_new|VIEW all_posts/)
    for (const version of VERSIONS) rmSync(path.join(folder, `${version}.sql`))

    // an empty database
    const empty = await (await fresh()).open()
    const first = await migrate(empty, { migrations: [folder] })
    expect({ error: first.error, applied: first.report.applied.slice(-2).map(({ version }) => version) }).toEqual({
      error: undefined,
      applied: ['030_grants_squashed', '031_later'],
    })
    expect(await schemaOf(empty)).toBe(await schemaOf(old))

    // a database with all old files
    const again = await migrate(old, { migrations: [folder] })
    expect({ error: again.error, applied: again.report.applied, recorded: again.report.recorded }).toEqual({
      error: undefined,
      applied: [],
      recorded: ['030_grants_squashed'],
    })
    expect(await migrationStatus(old, { migrations: [folder] })).toMatchObject({ upToDate: true, missing: [] })
    expect(await schemaOf(empty)).toBe(await schemaOf(old))
  })

  test('squash: a database with half of the old files -> stopped without them, completed with them', async () => {
    const { folder } = project({ ...THIRTY, ...LATER })
    const half = await (await fresh()).open()
    await migrate(half, { migrations: [folder], to: '015_unlogged' })
    await squashed(folder)
    const { folder: alone } = project(LATER)
    const sql = readFileSync(path.join(folder, '030_grants_squashed.sql'), 'utf8')
    const { folder: onlyNew } = project({ '030_grants_squashed': sql, ...LATER })
    expect(alone).not.toBe(onlyNew)
    const before = await schemaOf(half)
    const stopped = await migrate(half, { migrations: [onlyNew] })
    expect(stopped.error?.exitCode).toBe(6)
    expect(await schemaOf(half)).toBe(before)

    const completed = await migrate(half, { migrations: [folder] })
    expect({ error: completed.error, recorded: completed.report.recorded }).toEqual({ error: undefined, recorded: ['030_grants_squashed'] })
    const whole = await (await fresh()).open()
    await migrate(whole, { migrations: [onlyNew] })
    expect(await schemaOf(half)).toBe(await schemaOf(whole))
  })

  test('squash: files that leave rows -> refused with their places; with keepRows the rows and sequences are the same', async () => {
    const { folder, cwd } = project({
      '1_colors':
        "CREATE TABLE colors (id serial PRIMARY KEY, label text, at timestamptz DEFAULT now(), parent integer REFERENCES colors);\nINSERT INTO colors (label, parent) VALUES ('re''d', NULL), (E'b\\\\lue', 1);",
      '2_rename':
        "ALTER TABLE colors RENAME COLUMN label TO name;\nUPDATE colors SET name = 'green' WHERE id = 2;\nCREATE TABLE log (n int GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (2) STORED);\nINSERT INTO log DEFAULT VALUES;",
      '3_trigger':
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;\nCREATE TRIGGER refuse BEFORE INSERT ON colors FOR EACH ROW EXECUTE FUNCTION refuse();",
    })
    const to = '3_trigger'
    expect(await codeOf(squashed(folder, { to }))).toBe(
      `SQUASH_REFUSED: the files leave 3 rows: INSERT (${folder}/1_colors.sql:2), UPDATE (${folder}/2_rename.sql:2), INSERT (${folder}/2_rename.sql:4)`,
    )
    expect(readdirSync(folder).length).toBe(3)
    const report = await squashed(folder, { to, keepRows: true, deleteOld: true })
    expect(report).toMatchObject({
      rows: 3,
      written: true,
      deleted: [`${folder}/1_colors.sql`, `${folder}/2_rename.sql`, `${folder}/3_trigger.sql`],
    })
    expect(readdirSync(folder)).toEqual(['3_trigger_squashed.sql'])
    const db = await (await fresh()).open()
    expect((await migrate(db, { migrations: [path.relative(process.cwd(), path.join(cwd, 'db'))] })).error).toBeUndefined()
    const rows = await db.run(
      `SELECT (SELECT jsonb_agg(c.name ORDER BY c.id) FROM public.colors c)::text AS names, nextval('public.colors_id_seq')::text AS next`,
      [],
      { names: 'text', next: 'text' },
    )
    expect(rows).toEqual([{ names: `["re'd", "green"]`, next: '3' }])
  })

  test('squash: files that change objects of the package -> these statements are kept, and compared', async () => {
    const { folder } = project({
      '1_mood': "CREATE TYPE mood AS ENUM ('sad', 'happy');\nALTER TABLE skill_feedback ADD COLUMN mood mood;",
      '2_index': 'CREATE INDEX moods ON skill_feedback (mood);\nCREATE VIEW moods_seen AS SELECT mood FROM skill_feedback;',
      '3_comment': "COMMENT ON TABLE skill_unlocks IS 'ours';",
    })
    const old = await (await fresh()).open()
    await migrate(old, { migrations: [folder] })
    const report = await squashed(folder, { to: '3_comment', name: 'moods' })
    expect(report.version).toBe('3_moods')
    expect(report.kept.map(({ statement }) => statement)).toEqual([
      'ALTER TABLE skill_feedback ADD COLUMN mood mood',
      "COMMENT ON TABLE skill_unlocks IS 'ours'",
    ])
    const { folder: one } = project({ '3_moods': report.sql })
    const db = await (await fresh()).open()
    expect((await migrate(db, { migrations: [one] })).error).toBeUndefined()
    expect(await schemaOf(db)).toBe(await schemaOf(old))
  })

  test('squash: files with variables -> refused with their places, nothing is written', async () => {
    const { folder } = project({
      '1_a': 'CREATE TABLE a (id int[]);\nSELECT id[1:n] FROM a, (SELECT 1) x (n);',
      '2_b': `CREATE TABLE :"b" (id int);`,
    })
    expect(await codeOf(squashed(folder, { to: '2_b' }))).toMatch(/^SQUASH_REFUSED: CREATE TABLE \(.*2_b\.sql:1\) uses variables/)
    expect(readdirSync(folder)).toEqual(['1_a.sql', '2_b.sql'])
  })

  test('squash: what cannot be squashed -> refused, and nothing is written', async () => {
    const { folder } = project({
      '1_rows': 'CREATE TABLE t (a int);',
      '2_package': `INSERT INTO skills_registry (skill_id, version) VALUES ('a', '1'); UPDATE skills_registry SET version = '2';`,
      '3_role': 'CREATE ROLE squash_role;',
      '5_next': 'SELECT 1;',
    })
    const files = readdirSync(folder)
    expect(await codeOf(squashed(folder, { to: '1_rows' }))).toContain('USAGE: only 1_rows would be squashed')
    expect(await codeOf(squashed(folder, { to: '9' }))).toContain('VERSION_UNKNOWN: there is no migration 9')
    expect(await codeOf(squashed(folder, { to: '20251220_create_skill_system' }))).toContain('USAGE')
    expect(await codeOf(squashed(folder, { to: '3_role', name: 'a' }))).toBe(
      'USAGE: the new file 3_a would not sort between 3_role and 5_next',
    )
    const role = await codeOf(squashed(folder, { to: '3_role', keepRows: true }))
    expect(role).toContain(name === 'server' ? 'SQUASH_REFUSED: CREATE ROLE' : 'no error')
    if (name === 'server') expect(readdirSync(folder)).toEqual(files)
  })

  test('squash: a parsed body whose text PostgreSQL changes when it is parsed again -> equal', async (context) => {
    const { info } = await (await fresh()).open()
    context.skip(info.version < 140_000, 'parsed bodies are new in PostgreSQL 14')
    const { folder } = project({
      '1_a': "CREATE FUNCTION a() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT 'x'; END;",
      '2_b': "CREATE FUNCTION b(OUT n bigint, OUT t text) LANGUAGE sql BEGIN ATOMIC SELECT 1, 'x'; END;",
    })
    expect(await squashed(folder, { to: '2_b' })).toMatchObject({ written: true })
  })

  test('squash: a difference that only the comparison shows -> refused with it, and nothing is written', async () => {
    const { folder } = project({
      '1_t': 'CREATE TABLE t (a int);',
      '2_do': "DO $$ BEGIN EXECUTE 'CREATE OPERATOR FAMILY ways USING btree'; END $$;",
    })
    expect(await codeOf(squashed(folder, { to: '2_do' }))).toBe(
      'SQUASH_REFUSED: the new file would make another database in 1 place\n  operator family ways USING btree',
    )
    expect(readdirSync(folder)).toEqual(['1_t.sql', '2_do.sql'])
  })

  test.each([
    [
      'rows in another schema',
      'CREATE SCHEMA audit;\nCREATE TABLE audit.log (a int);\nINSERT INTO audit.log VALUES (1);',
      'rows of table audit.log',
    ],
    ['a search_path that the file sets', 'CREATE SCHEMA app2;\nSET search_path = app2;\nCREATE TABLE hidden (a int);', 'table app2.hidden'],
    ['a schema that DO creates', "DO $$ BEGIN EXECUTE 'CREATE SCHEMA x9'; END $$;", 'schema x9'],
    ['an owner', 'CREATE TABLE owned (a int);\nDO $$ BEGIN ALTER TABLE owned OWNER TO pg_monitor; END $$;', 'owner of table owned'],
    ['privileges of the owner', 'CREATE TABLE t (a int);\nREVOKE INSERT ON t FROM CURRENT_USER;', 'privileges of table t'],
    [
      'a materialized view with older rows',
      'CREATE TABLE t (a int);\nCREATE MATERIALIZED VIEW m AS SELECT a FROM t;\nINSERT INTO t VALUES (1);',
      'rows of materialized view m',
    ],
    ['a large object', 'SELECT lo_create(4711);', 'large objects'],
    [
      'a setting of the database',
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database()); END $$;",
      'settings of the database',
    ],
    [
      'an event trigger that DO creates',
      `CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
       DO $$ BEGIN EXECUTE 'CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION noted()'; END $$;`,
      'event trigger noted',
    ],
  ])('squash: what the new file would lose: %s -> refused with it, and nothing is written', async (_, sql, place) => {
    const { folder } = project({ '1_a': sql, '2_b': 'CREATE TABLE b (a int);' })
    const answer = await codeOf(squashed(folder, { to: '2_b', keepRows: true }))
    expect(answer.split('\n')[0]).toMatch(/^SQUASH_REFUSED: the new file would make another database/)
    expect(answer.split('\n').map((line) => line.trim())).toContain(place)
    expect(readdirSync(folder)).toEqual(['1_a.sql', '2_b.sql'])
  })

  test('squash: privileges and comments of other schemas, default privileges, a foreign server -> kept, and equal', async () => {
    const { folder } = project({
      '1_other': `CREATE SCHEMA audit; CREATE TABLE audit.log (a int, b int); GRANT USAGE ON SCHEMA audit TO pg_monitor;
        GRANT SELECT (a) ON audit.log TO pg_monitor; COMMENT ON COLUMN audit.log.a IS 'one'; COMMENT ON TABLE audit.log IS 'all';
        ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; GRANT SELECT ON pg_catalog.pg_authid TO pg_monitor;`,
      '2_own': `CREATE TABLE t (a int, b int); COMMENT ON COLUMN t.a IS 'ours'; CREATE SEQUENCE s OWNED BY t.b;
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP TABLE IF EXISTS audit.gone; GRANT SELECT (b) ON t TO pg_monitor;`,
    })
    const report = await squashed(folder, { to: '2_own' })
    expect(report).toMatchObject({ written: true, notCompared: [] })
    expect(report.kept.map(({ statement }) => statement.split(' ').slice(0, 3).join(' '))).toEqual([
      'CREATE SCHEMA audit',
      'CREATE TABLE audit.log',
      'COMMENT ON COLUMN',
      'COMMENT ON TABLE',
      'DROP TABLE IF',
      'GRANT USAGE ON',
      'GRANT SELECT (a)',
      'ALTER DEFAULT PRIVILEGES',
      'GRANT SELECT ON',
    ])
  })

  test('squash: rows -> in their order, equal ones and those without columns too, in formats that every server reads', async () => {
    const { folder, cwd } = project({
      '1_a': `SET datestyle = 'SQL, DMY'; CREATE TABLE t (n int, at date, span interval);
        INSERT INTO t VALUES (3, '02/01/2026', '-1 day 02:03'), (1, NULL, NULL), (1, NULL, NULL);`,
      '2_b': '-- skills: check SELECT count(*) = 3 FROM t\nCREATE TABLE none ();\nINSERT INTO none DEFAULT VALUES;',
    })
    const report = await squashed(folder, { to: '2_b', keepRows: true, deleteOld: true })
    expect(report).toMatchObject({ rows: 4, notCompared: [`the check (${folder}/2_b.sql:1)`] })
    expect(report.sql).toContain("('3', '2026-01-02', 'P-1DT2H3M'),\n    ('1', NULL, NULL),\n    ('1', NULL, NULL);")
    const db = await (await fresh()).open()
    expect((await migrate(db, { migrations: [path.join(cwd, 'db')] })).error).toBeUndefined()
    expect(await db.query('SELECT n FROM public.t', [], { n: 'number' })).toEqual([{ n: 3 }, { n: 1 }, { n: 1 }])
  })

  test('squash: the ledger has a schema -> the scratch databases do without it', async () => {
    const { folder } = project({ '1_a': 'CREATE TABLE a (id int);', '2_b': 'CREATE TABLE b (id int);' })
    expect(await squashed(folder, { to: '2_b', ledger: 'ops."my.ledger"' })).toMatchObject({ written: true })
  })

  test('squash: a dry run -> nothing is written', async () => {
    const { folder } = project(THIRTY)
    expect(await squashed(folder, { dryRun: true })).toMatchObject({
      written: false,
      sql: expect.stringContaining('-- skills: replaces 001_users\n') as string,
    })
    expect(existsSync(path.join(folder, '030_grants_squashed.sql'))).toBe(false)
  })
})

test('squash: a foreign server needs its extension, and the comment on an extension is changed -> both are in the new file', async () => {
  const { folder } = project({
    '1_a': `CREATE EXTENSION postgres_fdw; COMMENT ON EXTENSION postgres_fdw IS 'ours'; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;`,
    '2_b': 'CREATE FOREIGN TABLE f (a int) SERVER s;',
  })
  const report = await squashMigrations({ migrations: [folder], to: '2_b', database: { databaseUrl: serverUrl('postgres'), env: {} } })
  expect(report.sql).toMatch(/CREATE EXTENSION[^]*COMMENT ON EXTENSION postgres_fdw IS 'ours'[^]*CREATE SERVER[^]*CREATE FOREIGN TABLE/)
  const older = project({ '1_a': `CREATE EXTENSION pg_trgm VERSION '1.3';`, '2_b': 'CREATE TABLE b (a int);' }).folder
  expect(
    await codeOf(squashMigrations({ migrations: [older], to: '2_b', database: { databaseUrl: serverUrl('postgres'), env: {} } })),
  ).toContain('extension pg_trgm')
})

test('squash: on a server -> the scratch databases are dropped', async () => {
  const db = await (await freshServer()).open()
  const count = async (): Promise<unknown> =>
    db.run(`SELECT count(*)::int AS n FROM pg_database WHERE datname LIKE 'skills_verify_%'`, [], { n: 'number' })
  const { folder } = project({ '1_a': 'CREATE TABLE a (id int);', '2_b': 'ALTER TABLE a ADD COLUMN b int;' })
  await squashMigrations({ migrations: [folder], to: '2_b', database: { databaseUrl: serverUrl('postgres'), env: {} } })
  expect(await count()).toEqual([{ n: 0 }])
})
