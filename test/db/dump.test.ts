import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { catalogQuery } from '../../src/config/package-files.ts'
import { diffCatalogs } from '../../src/db/catalog-diff.ts'
import { readCatalog, type CatalogObject } from '../../src/db/catalog.ts'
import type { Db } from '../../src/db/db.ts'
import { dumpSchema, migrate } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { richPrivileges, richRoles, richSchema } from '../support/rich-schema/rich-schema.ts'

const catalogOf = (db: Db): Promise<CatalogObject[]> =>
  db.transaction({ readOnly: true }, () => readCatalog(db, db.info.schema, catalogQuery()))

const withoutHeader = (text: string): string => text.slice(text.indexOf('\n'))

const names = (objects: readonly CatalogObject[]): string[] => objects.map(({ kind, name }) => `${kind} ${name}`).toSorted()

onEachBackend(({ fresh }) => {
  const empty = async (schema?: string): Promise<Db> => {
    const db = await (await fresh()).open({ schema })
    await db.exec(richRoles())
    return db
  }
  const rich = async (): Promise<Db> => {
    const db = await empty()
    await db.exec(`${richSchema(db)}${richPrivileges()}`)
    return db
  }

  test('dump: applied to an empty database and dumped again -> the same text and the same catalog', async () => {
    const first = await rich()
    const dump = await dumpSchema(first)
    expect(dump.notCovered).toEqual([])
    const second = await empty()
    await second.exec(dump.sql)
    expect((await dumpSchema(second)).sql).toBe(dump.sql)
    expect(diffCatalogs(await catalogOf(first), await catalogOf(second))).toEqual([])
  })

  test('dump: a child whose columns have another order than INHERITS gives -> the same text, and the order of the columns stays', async () => {
    const first = await empty()
    await first.exec(`
      CREATE TABLE a (id int NOT NULL, x text DEFAULT 'a' CHECK (x <> ''));
      CREATE TABLE b (x text, y int);
      CREATE TABLE usual (z int) INHERITS (a, b);
      CREATE TABLE extended (x text DEFAULT 'e', z int UNIQUE) INHERITS (a, b);
      ALTER TABLE a ADD COLUMN late int;
      ALTER TABLE extended ADD COLUMN last text NOT NULL DEFAULT 'l';
      ALTER TABLE a ADD CONSTRAINT not_valid CHECK (id > 0) NOT VALID;
      CREATE TABLE grown (last text, late int, x text CONSTRAINT a_x_check CHECK (x <> ''), id int NOT NULL, CONSTRAINT not_valid CHECK (id > 0));
      ALTER TABLE grown INHERIT a;
      CREATE TABLE grandchild (own int) INHERITS (grown);
      ALTER TABLE grown ADD COLUMN more int;
      CREATE VIEW of_child AS SELECT * FROM extended`)
    const { sql } = await dumpSchema(first)
    const second = await empty()
    await second.exec(sql)
    expect((await dumpSchema(second)).sql).toBe(sql)
    const columns = `SELECT string_agg(attrelid::regclass || '.' || attname, ' ' ORDER BY attrelid::regclass::text, attnum) AS list FROM pg_attribute
      WHERE attrelid IN (SELECT inhrelid FROM pg_inherits) AND attnum > 0 AND NOT attisdropped`
    expect(await second.query(columns, [], { list: 'text' })).toEqual(await first.query(columns, [], { list: 'text' }))
    expect(diffCatalogs(await catalogOf(first), await catalogOf(second))).toEqual([])
    expect(sql).toContain('ALTER TABLE extended INHERIT a;\nALTER TABLE extended INHERIT b;')
    expect(
      await first.query(
        'SELECT conrelid::regclass::text AS t, convalidated AS v FROM pg_constraint WHERE conname = $1 ORDER BY 1',
        ['not_valid'],
        { t: 'text', v: 'boolean' },
      ),
    ).toEqual(
      await second.query(
        'SELECT conrelid::regclass::text AS t, convalidated AS v FROM pg_constraint WHERE conname = $1 ORDER BY 1',
        ['not_valid'],
        { t: 'text', v: 'boolean' },
      ),
    )
  })

  test('dump: applied to a schema of another name -> the same objects there, and functions that are pinned to it', async () => {
    const first = await rich()
    const { sql } = await dumpSchema(first)
    const other = await empty('My "App"')
    await other.exec('DROP SCHEMA public; CREATE SCHEMA "My ""App"""; SET search_path TO "My ""App"""')
    await other.exec(sql)
    const copy = await dumpSchema(other)
    expect(withoutHeader(copy.sql)).toBe(withoutHeader(sql))
    const catalog = await catalogOf(other)
    expect(names(catalog)).toEqual(names(await catalogOf(first)))
    expect(catalog.find(({ name }) => name === 'pinned_usual()')?.definition).toContain('set search_path=<schema>, pg_temp')
  })

  test('dump: to a file -> written when the schema differs, with the statements that changed; --check writes nothing', async () => {
    const db = await empty()
    const cwd = scratch()
    await db.exec('CREATE TABLE notes (id integer); CREATE TABLE gone (id integer)')
    const file = 'db/schema.sql'
    const read = (): string => readFileSync(path.join(cwd, file), 'utf8')
    expect(await dumpSchema(db, { file, cwd, check: true })).toMatchObject({
      differs: true,
      written: false,
      difference: { line: 1, file: '' },
    })
    expect(existsSync(path.join(cwd, file))).toBe(false)
    expect(await dumpSchema(db, { file, cwd })).toMatchObject({ differs: true, written: true })
    expect(read()).toBe((await dumpSchema(db)).sql)
    const { mtimeMs } = statSync(path.join(cwd, file))
    expect(await dumpSchema(db, { file, cwd })).toMatchObject({ differs: false, written: false, difference: null })
    expect(statSync(path.join(cwd, file)).mtimeMs).toBe(mtimeMs)

    await db.exec('ALTER TABLE notes ADD COLUMN body text; DROP TABLE gone; CREATE VIEW all_notes AS SELECT id FROM notes')
    const before = read()
    const changes = { added: ['CREATE VIEW all_notes AS'], removed: ['CREATE TABLE gone ('], changed: ['CREATE TABLE notes ('] }
    const line = before.split('\n').indexOf('CREATE TABLE gone (') + 1
    const difference = { line, file: 'CREATE TABLE gone (', database: 'CREATE TABLE notes (' }
    expect(await dumpSchema(db, { file, cwd, check: true })).toMatchObject({ differs: true, written: false, difference, changes })
    expect(read()).toBe(before)
    expect(await dumpSchema(db, { file, cwd })).toMatchObject({ written: true, changes })
    writeFileSync(path.join(cwd, file), `\ufeff${read().replaceAll('\n', '\r\n')}`)
    expect(await dumpSchema(db, { file, cwd, check: true })).toMatchObject({ differs: false })
  })

  test('dump: the ledger, rows and the order of creation -> not in the text', async () => {
    const [one, two] = [await empty(), await empty()]
    const [a, b] = ['CREATE TABLE a (id integer PRIMARY KEY)', "CREATE TABLE b (id integer); COMMENT ON TABLE b IS 'b'"]
    await one.exec(`${a}; ${b}`)
    await two.exec(`${b}; DROP TABLE b; ${b}; ${a}; INSERT INTO a VALUES (1)`)
    for (const ledger of ['schema_migrations', 'schema_migrations_progress']) await two.exec(`CREATE TABLE ${ledger} (version text)`)
    expect((await dumpSchema(two)).sql).toBe((await dumpSchema(one)).sql)
    expect((await dumpSchema(two, { ledger: 'other' })).sql).toContain('CREATE TABLE schema_migrations (')
  })

  test('dump: time zone, formats and quoting that the role has set -> the same text', async () => {
    const db = await empty()
    await db.exec(`CREATE TABLE notes (at timestamptz DEFAULT '2026-01-02 03:04:05+00', day date DEFAULT '2026-12-13',
      span interval DEFAULT '1 day 2 hours', share float8 DEFAULT 0.1::float8, bytes bytea DEFAULT '\\x00ff'::bytea)`)
    const usual = await dumpSchema(db)
    await db.exec(`SET timezone TO 'Asia/Tokyo'; SET datestyle TO 'SQL, DMY'; SET intervalstyle TO 'iso_8601';
      SET extra_float_digits TO '-10'; SET bytea_output TO 'escape'; SET quote_all_identifiers TO on`)
    expect((await dumpSchema(db)).sql).toBe(usual.sql)
  })

  test('dump: as a migration -> applied, and the next file has its own search_path', async () => {
    const { sql } = await dumpSchema(await rich())
    const second = await empty()
    const next = "CREATE TABLE next (a point3, path text DEFAULT current_setting('search_path'));\nINSERT INTO next DEFAULT VALUES;\n"
    const cwd = scratch({ 'db/1_schema.sql': sql, 'db/2_next.sql': next })
    const { error, report } = await migrate(second, { migrations: [path.join(cwd, 'db')] })
    expect({ error, notices: report.notices }).toEqual({ error: undefined, notices: [] })
    const [row] = await second.run(
      `SELECT path, current_setting('check_function_bodies') AS checked, current_setting('search_path') AS own FROM public.next`,
      [],
      { path: 'text', checked: 'text' },
    )
    expect(row).toMatchObject({ path: expect.stringMatching(/public.*, pg_temp/) as string, checked: 'on' })
  })

  test('dump: objects that it does not cover, and invalid indexes -> a comment, and in notCovered', async () => {
    const db = await empty()
    await db.exec(`CREATE TABLE t (n integer); CREATE OPERATOR FAMILY ways USING btree;
      CREATE OPERATOR CLASS way FOR TYPE integer USING btree FAMILY ways AS OPERATOR 1 <;
      CREATE UNIQUE INDEX broken ON t (n); UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass`)
    const { sql, notCovered } = await dumpSchema(db)
    expect(notCovered).toEqual([
      'INVALID, not created: CREATE UNIQUE INDEX broken ON t USING btree (n)',
      'OPERATOR FAMILY ways USING btree',
      'OPERATOR CLASS way USING btree',
    ])
    expect(sql).toContain('-- INVALID, not created: CREATE UNIQUE INDEX broken ON t')
    expect(sql).toContain('-- NOT COVERED: OPERATOR CLASS way USING btree')
    const copy = await empty()
    await copy.exec(sql)
    expect((await dumpSchema(copy)).notCovered).toEqual([])
  })

  test('dump: without privileges -> no GRANT and no REVOKE', async () => {
    const { sql } = await dumpSchema(await rich(), { privileges: false })
    expect(sql).not.toMatch(/GRANT|REVOKE|PRIVILEGES/)
    expect(sql).toContain('CREATE POLICY theirs ON authors TO dump_reader, dump_writer')
  })
  test('dump: functions whose parsed bodies call themselves or each other -> created in two steps', async (context) => {
    const first = await empty()
    context.skip(first.info.version < 140_000, 'parsed bodies are new in PostgreSQL 14')
    await first.exec(`
      CREATE FUNCTION alone(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n';
      CREATE OR REPLACE FUNCTION alone(n integer) RETURNS integer LANGUAGE sql RETURN CASE WHEN n > 0 THEN alone(n - 1) ELSE 0 END;
      CREATE FUNCTION odd(n integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE FUNCTION even(n integer) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT n = 0 OR odd(n - 1); END;
      CREATE OR REPLACE FUNCTION odd(n integer) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT n <> 0 AND even(n - 1); END;
      CREATE TABLE numbers (n integer CHECK (even(n)), m integer DEFAULT alone(3))`)
    const { sql, notCovered } = await dumpSchema(first)
    expect(notCovered).toEqual([])
    const second = await empty()
    await second.exec(sql)
    expect((await dumpSchema(second)).sql).toBe(sql)
    const rows = await second.query('SELECT public.odd(7) AS odd, public.alone(4) AS alone', [], { odd: 'boolean', alone: 'number' })
    expect(rows).toEqual([{ odd: true, alone: 0 }])
  })
})
