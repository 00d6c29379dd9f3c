import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { diffCatalogs } from '../../src/db/catalog-diff.ts'
import { readCatalog, type CatalogObject } from '../../src/db/catalog.ts'
import type { Db } from '../../src/db/db.ts'
import { catalogQuery } from '../../src/config/package-files.ts'
import { migrate, newMigration } from '../../src/index.ts'
import { ofBackend, onEachBackend } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

/** What exists before the file that is undone. */
const BEFORE = `
  CREATE TABLE old (id int PRIMARY KEY, a int, b text);
  CREATE TABLE list (id int, kind text) PARTITION BY LIST (kind);
  CREATE TYPE mood AS ENUM ('good', 'bad');
  CREATE TYPE pair AS (a int, b int);
  CREATE TYPE of_rows AS (a int);
  CREATE TABLE typed OF of_rows;
  CREATE VIEW old_view AS SELECT id FROM old;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE SEQUENCE counter;
  CREATE INDEX old_a ON old (a);
  ALTER TABLE old ADD CONSTRAINT old_a_positive CHECK (a > 0);
`

const FILES: Readonly<Record<string, string>> = {
  'a table with all that belongs to it': `
    CREATE TABLE ratings (id bigserial PRIMARY KEY, user_id int REFERENCES old, stars int);
    CREATE INDEX ON ratings (stars);
    ALTER TABLE ratings ADD CHECK (stars > 0), ALTER COLUMN stars SET NOT NULL;
    ALTER TABLE ratings ENABLE ROW LEVEL SECURITY;
    CREATE POLICY p ON ratings USING (true);
    COMMENT ON TABLE ratings IS 'stars';
    COMMENT ON COLUMN ratings.stars IS 'one to five';
    GRANT SELECT ON ratings TO PUBLIC;
    CREATE TRIGGER t BEFORE INSERT ON ratings FOR EACH ROW EXECUTE FUNCTION touch();
    INSERT INTO ratings (stars) VALUES (1), (2) ON CONFLICT DO NOTHING;
    UPDATE ratings SET stars = 3;
    CREATE VIEW best AS SELECT * FROM ratings WHERE stars = 5;`,
  'columns and constraints': `
    ALTER TABLE old ADD COLUMN c int DEFAULT 1, ADD d text UNIQUE;
    ALTER TABLE old ADD CONSTRAINT old_b CHECK (b <> ''), ADD CONSTRAINT old_self FOREIGN KEY (a) REFERENCES old (id) NOT VALID;
    CREATE UNIQUE INDEX "Old B" ON old (b);`,
  renames: `
    ALTER TABLE old RENAME COLUMN b TO text;
    ALTER TABLE old RENAME a TO "Number";
    ALTER TABLE old RENAME CONSTRAINT old_a_positive TO positive;
    ALTER TABLE old RENAME TO older;
    ALTER TABLE older ADD COLUMN c int;
    ALTER INDEX old_a RENAME TO older_a;
    ALTER TYPE mood RENAME VALUE 'bad' TO 'poor';
    ALTER TYPE pair RENAME ATTRIBUTE a TO first;
    ALTER TYPE pair ADD ATTRIBUTE c int;
    ALTER FUNCTION touch() RENAME TO touched;
    ALTER VIEW old_view RENAME TO older_view;
    ALTER SEQUENCE counter RENAME TO counted;`,
  'objects of every kind': `
    CREATE TYPE color AS ENUM ('red');
    CREATE DOMAIN stars AS int CHECK (VALUE > 0);
    CREATE SEQUENCE s;
    CREATE FUNCTION f(a int, b text DEFAULT 'x', OUT c int) LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 2';
    CREATE PROCEDURE pr(a int) LANGUAGE sql AS 'SELECT 1';
    CREATE AGGREGATE sum_of(int) (sfunc = int4pl, stype = int, initcond = '0');
    CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a;
    CREATE INDEX mv_a ON mv (a);
    CREATE STATISTICS st ON a, b FROM old;
    CREATE TRIGGER tr AFTER INSERT ON old FOR EACH ROW EXECUTE FUNCTION touch();
    CREATE RULE ru AS ON DELETE TO old DO ALSO NOTHING;
    CREATE POLICY po ON old USING (true);`,
  'a table that is renamed later in the file': `
    CREATE TABLE draft (id int);
    ALTER TABLE draft RENAME TO final;
    ALTER TABLE final ADD COLUMN a int NOT NULL;
    INSERT INTO final VALUES (1, 2);`,
  'a table that later needs functions, types, sequences and tables of the file': `
    CREATE TABLE n (id int NOT NULL, m int);
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER t BEFORE INSERT ON n FOR EACH ROW EXECUTE FUNCTION stamp();
    CREATE SEQUENCE n_id_seq;
    ALTER SEQUENCE n_id_seq OWNED BY n.id;
    ALTER TABLE ONLY n ALTER COLUMN id SET DEFAULT nextval('n_id_seq'::regclass);
    ALTER TABLE ONLY n ADD CONSTRAINT n_pkey PRIMARY KEY (id);
    CREATE TYPE kind AS ENUM ('a');
    ALTER TABLE n ADD COLUMN k kind DEFAULT 'a';
    CREATE TABLE m (id int PRIMARY KEY, n int REFERENCES n);
    ALTER TABLE n ADD CONSTRAINT n_m FOREIGN KEY (m) REFERENCES m;
    CREATE FUNCTION fits(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE INDEX n_fits ON n (fits(id));
    ALTER TABLE n ADD CONSTRAINT n_ok CHECK (fits(m)), ALTER COLUMN m SET NOT NULL;
    CREATE POLICY p ON n USING (fits(id));
    CREATE SEQUENCE early;
    CREATE TABLE late (id int);
    ALTER SEQUENCE early OWNED BY late.id;
    CREATE VIEW v AS SELECT k FROM n;`,
  'columns and constraints in one statement': `
    ALTER TABLE old ADD COLUMN d int, ADD CONSTRAINT d_check CHECK (d > 0), ADD COLUMN e int GENERATED ALWAYS AS (d * 2) STORED,
      ADD CONSTRAINT d_e UNIQUE (d, e);
    ALTER TYPE of_rows ADD ATTRIBUTE c int CASCADE;
    ALTER TYPE of_rows RENAME ATTRIBUTE a TO first CASCADE;`,
  'names in quotes, overloads, aggregates': `
    CREATE TABLE "plain" (id int);
    INSERT INTO plain VALUES (1);
    TRUNCATE TABLE ONLY plain RESTART IDENTITY;
    CREATE FUNCTION touch(x INT) RETURNS int LANGUAGE sql AS 'SELECT 1';
    COMMENT ON FUNCTION touch(int) IS 'x';
    CREATE AGGREGATE last_of(double precision ORDER BY anyelement) (
      SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
    CREATE AGGREGATE rows_of(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');`,
  partitions: `
    CREATE TABLE list_a PARTITION OF list FOR VALUES IN ('a');
    CREATE TABLE list_b (id int, kind text);
    ALTER TABLE list ATTACH PARTITION list_b FOR VALUES IN ('b');`,
}

function catalogOf(db: Db): Promise<CatalogObject[]> {
  return db.transaction({ rollback: true }, () => readCatalog(db, 'public', catalogQuery()))
}

onEachBackend((backend) => {
  test.each(ofBackend(backend, Object.entries(FILES)))('migrate new --revert: %s -> the draft brings the schema back', async (_, sql) => {
    const db = await (await backend.fresh()).open()
    const directory = scratch({ '1_before.sql': BEFORE })
    await migrate(db, { migrations: [directory] })
    const before = await catalogOf(db)
    writeFiles(directory, { '2_change.sql': sql })
    expect((await migrate(db, { migrations: [directory] })).error).toBeUndefined()
    expect(diffCatalogs(before, await catalogOf(db))).not.toEqual([])
    const { version } = await newMigration({ directory, revert: '2_change' })
    expect(version).toMatch(/^\d{14}_revert_2_change$/)
    expect((await migrate(db, { migrations: [directory] })).error).toBeUndefined()
    expect(diffCatalogs(before, await catalogOf(db))).toEqual([])
  })
})

test.each([
  ['DROP TABLE old', 'what it drops is gone'],
  ['CREATE TABLE IF NOT EXISTS t (id int)', 'IF NOT EXISTS: the object may have existed before'],
  ['CREATE OR REPLACE VIEW v AS SELECT 1', 'OR REPLACE: the definition before is not known'],
  ['CREATE INDEX ON old (a)', 'the server chooses its name: name it'],
  ['ALTER TABLE old ADD CHECK (a > 1)', 'the server chooses the name of the constraint: name it'],
  ['ALTER TABLE old ADD CONSTRAINT pk PRIMARY KEY (a)', 'without the primary key its columns stay NOT NULL'],
  ['ALTER TABLE old ADD COLUMN IF NOT EXISTS z int', 'IF NOT EXISTS: it may have existed before'],
  ['ALTER TABLE IF EXISTS old ADD COLUMN z int', 'IF EXISTS: it may have changed nothing'],
  ['ALTER TABLE old ADD COLUMN z int, ALTER COLUMN a SET DEFAULT 1', 'the state before is not known'],
  ['ALTER TABLE old SET SCHEMA other', 'its schema before is not known'],
  ["ALTER TYPE mood ADD VALUE 'new'", 'PostgreSQL cannot remove a value of an enum'],
  ["COMMENT ON TABLE old IS 'x'", 'the comment before is not known'],
  ['GRANT SELECT ON old TO PUBLIC', 'the privileges before are not known'],
  ['UPDATE old SET a = 1', 'the rows before are not known'],
  ['CREATE TABLE n (id int); INSERT INTO n WITH d AS (DELETE FROM old RETURNING id) SELECT id FROM d', 'the rows before are not known'],
  ['TRUNCATE fine, old', 'the rows before are not known'],
  ['TRUNCATE fine CASCADE', 'the rows before are not known'],
  ['ALTER TABLE fine RENAME TO n; ALTER TABLE old RENAME TO fine; UPDATE fine SET id = 1', 'the rows before are not known'],
  ["CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON FUNCTION f() IS 'x'", 'the comment before is not known'],
  ["CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() STRICT", 'the state before is not known'],
  ["CREATE TYPE late AS ENUM ('a'); ALTER TABLE fine ALTER COLUMN id TYPE late USING NULL", 'an object that the file creates later'],
  ['CREATE ROLE late; ALTER TABLE fine OWNER TO late', 'an object that the file creates later'],
  ['CREATE ROLE late; GRANT SELECT ON fine TO late', 'an object that the file creates later'],
  ['CREATE TABLE late (id int PRIMARY KEY); ALTER TABLE fine ADD FOREIGN KEY (id) REFERENCES late', 'the server chooses the name'],
  ["ALTER TABLE list ATTACH PARTITION old FOR VALUES IN ('a')", 'the indexes that the partition gets stay'],
  ['CREATE EXTENSION earthdistance CASCADE', 'CASCADE: it may create other extensions'],
  ['CREATE SCHEMA AUTHORIZATION app', 'the server chooses its name: name it'],
  ['CREATE AGGREGATE a (basetype = int, sfunc = int4pl, stype = int)', 'write its arguments in parentheses of their own'],
  ['DO $$ BEGIN END $$', 'what it does cannot be seen from its text'],
  ['SET search_path = other; CREATE TABLE t (id int)', 'the names in the file depend on it: qualify them'],
])('migrate new --revert: %s -> NO_EXACT_INVERSE at its place, no file is created', async (sql, reason) => {
  const directory = scratch({ '1_change.sql': `-- a comment\nCREATE TABLE fine (id int);\n${sql};\n` })
  await expect(newMigration({ directory, revert: '1_change' })).rejects.toMatchObject({
    code: 'NO_EXACT_INVERSE',
    exitCode: 1,
    diagnostics: [{ message: expect.stringContaining(reason), file: path.join(directory, '1_change.sql'), line: 3 }],
  })
  expect(readdirSync(directory)).toEqual(['1_change.sql'])
})

test('migrate new --revert: a file that leaves nothing behind -> NO_EXACT_INVERSE, no file is created', async () => {
  const directory = scratch({ '1.sql': 'CREATE TEMPORARY VIEW v AS SELECT 1 AS a; ANALYZE;' })
  await expect(newMigration({ directory, revert: '1' })).rejects.toMatchObject({
    code: 'NO_EXACT_INVERSE',
    message: expect.stringContaining('leaves nothing behind'),
  })
  expect(readdirSync(directory)).toEqual(['1.sql'])
})

test('migrate new --revert: an index built CONCURRENTLY -> a no-transaction file', async () => {
  const directory = scratch({ '1.sql': '-- skills: no-transaction\nCREATE INDEX CONCURRENTLY i ON app.old (a);\n' })
  const { file } = await newMigration({ directory, revert: '1' })
  expect(readFileSync(file, 'utf8')).toBe(
    '-- skills: no-transaction\n-- Reverts 1, drafted from its text: read it before you apply it.\n\nDROP INDEX CONCURRENTLY app.i;\n',
  )
})

test('skills migrate new --revert: an unknown version -> exit code 2 with the nearest name; without a name -> usage', async () => {
  const cwd = scratch({ 'db/1_ratings.sql': 'CREATE TABLE r (id int);' })
  const run = (...args: string[]): ReturnType<typeof runSkills> => runSkills(['migrate', 'new', '--migrations', 'db', ...args], { cwd })
  expect(await run('--revert', '1_rating')).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean 1_ratings?') })
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('the name of the migration is missing') })
  expect(await run('--revert', '1_ratings', 'no ratings')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/db\/\d+_no_ratings\.sql/),
  })
})
