import { expect, test } from 'vitest'
import { classify } from '../../src/sqltext/statements/classify.ts'
import { tableLocks } from '../../src/sqltext/hazards/table-locks.ts'
import { freshServer } from '../support/databases.ts'

const SETUP = `
  CREATE TABLE t (a int PRIMARY KEY, b int, s text, x tsvector);
  CREATE TABLE u (a int PRIMARY KEY, b int);
  CREATE TABLE f (a int REFERENCES u);
  CREATE TABLE parent (a int, b text) PARTITION BY LIST (a);
  CREATE TABLE part PARTITION OF parent FOR VALUES IN (1);
  CREATE TABLE loose (a int, b text);
  ALTER TABLE t ADD CONSTRAINT c_b CHECK (b > 0) NOT VALID;
  CREATE INDEX t_b ON t (b);
  CREATE INDEX t_g ON t USING gin (x);
  CREATE INDEX t_e ON t ((b + 1));
  CREATE VIEW v AS SELECT a FROM t;
  CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
  CREATE UNIQUE INDEX m_a ON m (a);
  CREATE SEQUENCE seq;
  CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf();
  CREATE POLICY po ON t USING (true);
  CREATE RULE ru AS ON INSERT TO u DO ALSO NOTHING;
`

/** Each runs in a transaction; CONCURRENTLY and VACUUM cannot. */
const STATEMENTS = [
  'ALTER TABLE t ADD COLUMN c int',
  'ALTER TABLE t ADD COLUMN c int REFERENCES u',
  'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES u',
  'ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES u NOT VALID',
  'ALTER TABLE t ADD CHECK (b < 10) NOT VALID',
  'ALTER TABLE t VALIDATE CONSTRAINT c_b',
  'ALTER TABLE t VALIDATE CONSTRAINT c_b, ALTER COLUMN b SET STATISTICS 10',
  'ALTER TABLE t VALIDATE CONSTRAINT c_b, DROP COLUMN s',
  'ALTER TABLE t ALTER COLUMN b SET DEFAULT 1',
  'ALTER TABLE t ALTER b SET STATISTICS 100',
  'ALTER TABLE t ALTER COLUMN b SET (n_distinct = 5)',
  'ALTER TABLE t ALTER COLUMN s SET STORAGE EXTERNAL',
  'ALTER TABLE t SET (fillfactor = 70)',
  'ALTER TABLE t RESET (fillfactor)',
  'ALTER TABLE t SET (autovacuum_enabled = off)',
  'ALTER TABLE t SET (user_catalog_table = off)',
  'ALTER VIEW v SET (security_barrier = true)',
  'ALTER TABLE t CLUSTER ON t_b',
  'ALTER TABLE t SET WITHOUT CLUSTER',
  'ALTER TABLE t DISABLE TRIGGER tr',
  'ALTER TABLE t ENABLE ALWAYS TRIGGER tr',
  'ALTER TABLE u DISABLE RULE ru',
  'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE t RENAME TO t2',
  'ALTER TABLE t RENAME COLUMN b TO b2',
  'ALTER TABLE IF EXISTS ONLY t DROP CONSTRAINT c_b',
  'ALTER TABLE t OWNER TO CURRENT_USER',
  'ALTER TABLE parent ATTACH PARTITION loose FOR VALUES IN (2)',
  'ALTER TABLE parent DETACH PARTITION part',
  'ALTER INDEX t_b RENAME TO t_b2',
  'ALTER INDEX t_b SET (fillfactor = 70)',
  'ALTER INDEX t_b RESET (deduplicate_items)',
  'ALTER INDEX t_b SET (fillfactor = 70, deduplicate_items = off)',
  'ALTER INDEX t_g SET (fastupdate = off)',
  'ALTER INDEX t_e ALTER COLUMN 1 SET STATISTICS 10',
  'ALTER VIEW v RENAME TO v2',
  'ALTER MATERIALIZED VIEW m RENAME TO m2',
  'ALTER SEQUENCE seq INCREMENT 2',
  'ALTER SEQUENCE seq RENAME TO seq2',
  'ALTER POLICY po ON t USING (false)',
  'ALTER TRIGGER tr ON t RENAME TO tr2',
  'ANALYZE t',
  'ANALYZE (VERBOSE) t, u',
  'COMMENT ON TABLE t IS $$x$$',
  'COMMENT ON COLUMN t.b IS $$x$$',
  'COMMENT ON VIEW v IS $$x$$',
  'COMMENT ON CONSTRAINT c_b ON t IS $$x$$',
  'COMMENT ON TRIGGER tr ON t IS $$x$$',
  'CREATE INDEX i ON t (b)',
  'CREATE UNIQUE INDEX IF NOT EXISTS t_b ON ONLY t (b)',
  'CREATE TABLE n (a int REFERENCES u, b int)',
  'CREATE TABLE n (a int, FOREIGN KEY (a) REFERENCES u (a))',
  'CREATE TABLE n PARTITION OF parent FOR VALUES IN (7)',
  'CREATE TABLE n (LIKE t INCLUDING ALL)',
  'CREATE TABLE n () INHERITS (t, f)',
  'CREATE TRIGGER n AFTER UPDATE OF b ON t FOR EACH ROW EXECUTE FUNCTION tf()',
  'CREATE POLICY n ON t USING (true)',
  'CREATE RULE n AS ON DELETE TO u DO INSTEAD NOTHING',
  'CREATE STATISTICS n ON a, b FROM t',
  'CREATE VIEW n AS SELECT 1',
  'CREATE FUNCTION n() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
  'DELETE FROM ONLY u WHERE a = 1',
  'DROP TABLE loose',
  'DROP TABLE loose, f',
  'DROP INDEX t_b',
  'DROP VIEW v',
  'DROP MATERIALIZED VIEW IF EXISTS m',
  'DROP SEQUENCE seq',
  'DROP TRIGGER tr ON t',
  'DROP POLICY po ON t',
  'DROP RULE ru ON u',
  'GRANT SELECT ON t TO PUBLIC',
  'INSERT INTO loose VALUES (1)',
  'LOCK t IN SHARE ROW EXCLUSIVE MODE',
  'LOCK TABLE t, u',
  'REFRESH MATERIALIZED VIEW m',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
  'TRUNCATE TABLE loose, t',
  'UPDATE u SET b = 1',
  'MERGE INTO loose USING (SELECT 1 AS a) n ON n.a = loose.a WHEN NOT MATCHED THEN INSERT VALUES (1)',
  'CLUSTER t USING t_pkey',
]

const STRENGTH = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
]

test('tableLocks: a statement in a transaction on a server -> for each relation that it names, the strongest lock in pg_locks', async () => {
  const db = await (await freshServer()).open()
  await db.exec(SETUP)
  const held = async (sql: string): Promise<Map<string, string>> => {
    const rows = await db.transaction({ rollback: true }, async () => {
      await db.exec('SET LOCAL search_path = public; SET LOCAL client_min_messages = error')
      const names = await db.query("SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
      await db.exec(sql)
      const locks = await db.query(
        "SELECT relation, upper(regexp_replace(replace(mode, 'Lock', ''), '(?<=[a-z])(?=[A-Z])', ' ', 'g')) AS mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted",
      )
      return locks.map(
        ({ relation, mode }) => [names.find(({ oid }) => oid === relation)?.['relname'], mode] as [string | undefined, string],
      )
    })
    const strongest = new Map<string, string>()
    for (const [name, mode] of rows) {
      if (name === undefined) continue
      if (STRENGTH.indexOf(mode) > STRENGTH.indexOf(strongest.get(name) ?? '')) strongest.set(name, mode)
    }
    return strongest
  }
  const wrong: string[] = []
  for (const sql of STATEMENTS) {
    const locks = await held(sql).catch((error: unknown) => new Map([['failed', String(error)]]))
    if (locks.has('failed')) wrong.push(`${sql}: ${locks.get('failed') ?? ''}`)
    const claimed = tableLocks(sql, classify(sql))
    for (const { table, lock } of claimed)
      if (locks.get(table.name) !== lock) wrong.push(`${sql}: ${table.name} ${lock}, pg_locks ${locks.get(table.name) ?? 'none'}`)
    const named = new Set(sql.match(/\w+/g))
    for (const [name, lock] of locks)
      if (named.has(name) && lock !== 'ACCESS SHARE' && !claimed.some(({ table }) => table.name === name))
        wrong.push(`${sql}: ${name} is not claimed, pg_locks ${lock}`)
  }
  expect(wrong).toEqual([])
})
