import type { HarmlessState } from './fault.ts'
import { SECURING_EVENT_TRIGGER } from './table-properties.ts'

const state = (title: string, sql: string, more: Partial<HarmlessState> = {}): HarmlessState => ({ title, sql, ...more })
const FUNCTION = "LANGUAGE sql AS 'SELECT 1'"

/** Objects that users create beside ours. */
export const HARMLESS_OBJECTS: readonly HarmlessState[] = [
  state(
    'a table with everything',
    `CREATE TABLE theirs (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" UNIQUE, price numeric(5, 2) CHECK (price > 0),
    twice numeric GENERATED ALWAYS AS (price * 2) STORED, at timestamptz DEFAULT now(), EXCLUDE USING btree (price WITH =))`,
  ),
  state('an unlogged table', 'CREATE UNLOGGED TABLE theirs (id int)'),
  state('a temporary table', 'CREATE TEMP TABLE theirs (id int) ON COMMIT DELETE ROWS'),
  state('a temporary table with the name of ours', 'CREATE TEMP TABLE skill_usage_events (id int)'),
  state('a temporary view with the name of ours', 'CREATE TEMP VIEW v_skill_effectiveness AS SELECT 1 AS x'),
  state(
    'a partitioned table',
    `CREATE TABLE theirs (at date NOT NULL) PARTITION BY RANGE (at); CREATE TABLE theirs_1 PARTITION OF theirs FOR VALUES FROM ('2020-01-01') TO (MAXVALUE)`,
  ),
  state('a table that inherits from another', 'CREATE TABLE theirs (a int); CREATE TABLE child () INHERITS (theirs)'),
  state('a foreign key to our registry', 'CREATE TABLE theirs (skill_id text REFERENCES skills_registry)'),
  state('a foreign key to our events', 'CREATE TABLE theirs (event bigint REFERENCES skill_usage_events (id) ON DELETE CASCADE)'),
  state('a view of the events', 'CREATE VIEW theirs AS SELECT user_id, count(*) FROM skill_usage_events GROUP BY 1'),
  state('a view over a view of ours', 'CREATE VIEW theirs AS SELECT skill_id, total_uses FROM v_skill_effectiveness'),
  state('a view with a security barrier', 'CREATE VIEW theirs WITH (security_barrier) AS SELECT skill_id FROM skills_registry'),
  state('a view with a check option', 'CREATE VIEW theirs AS SELECT * FROM skill_unlocks WHERE unlocked WITH LOCAL CHECK OPTION'),
  state(
    'a materialized view with a unique index',
    'CREATE MATERIALIZED VIEW theirs AS SELECT skill_id FROM v_skill_effectiveness; CREATE UNIQUE INDEX ON theirs (skill_id); REFRESH MATERIALIZED VIEW theirs',
  ),
  state(
    'a trigger on a table of a user',
    `CREATE TABLE theirs (id int); CREATE FUNCTION on_theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE INSERT ON theirs FOR EACH ROW EXECUTE FUNCTION on_theirs()`,
  ),
  state(
    'a disabled trigger on a table of a user',
    `CREATE TABLE theirs (id int); CREATE FUNCTION on_theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE INSERT ON theirs FOR EACH ROW EXECUTE FUNCTION on_theirs(); ALTER TABLE theirs DISABLE TRIGGER t`,
  ),
  state('a rule on a table of a user', 'CREATE TABLE theirs (id int); CREATE RULE r AS ON DELETE TO theirs DO INSTEAD NOTHING'),
  state(
    'policies of a table of a user',
    'CREATE TABLE theirs (id int); ALTER TABLE theirs ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON theirs USING (true)',
  ),
  state('a function with a type of the schema', `CREATE TYPE theirs AS (a int); CREATE FUNCTION f(theirs) RETURNS int ${FUNCTION}`),
  state(
    'a function with an enum of the schema',
    `CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE FUNCTION f(m mood DEFAULT 'good') RETURNS mood LANGUAGE sql AS 'SELECT m'`,
  ),
  state('a function with a row of our table', "CREATE FUNCTION f(e skill_usage_events) RETURNS text LANGUAGE sql AS 'SELECT e.skill_id'"),
  state(
    'a function with a domain',
    `CREATE DOMAIN theirs AS text CHECK (VALUE <> ''); CREATE FUNCTION f(theirs[]) RETURNS int ${FUNCTION}`,
  ),
  state('a function that returns a table', "CREATE FUNCTION f() RETURNS TABLE (a int, b text) LANGUAGE sql AS 'SELECT 1, $$x$$'"),
  state('a variadic function', `CREATE FUNCTION f(VARIADIC a int[]) RETURNS int ${FUNCTION}`),
  state(
    'overloads of a function of a user',
    `CREATE FUNCTION f(int) RETURNS int ${FUNCTION}; CREATE FUNCTION f(text) RETURNS int ${FUNCTION}`,
  ),
  state('a function with a body of SQL', 'CREATE FUNCTION f(a int) RETURNS int RETURN a + 1', { minVersion: 14 }),
  state('a procedure', "CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS 'BEGIN a := 1; END'"),
  state('an aggregate', "CREATE AGGREGATE theirs(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')"),
  state('a window function', "CREATE FUNCTION theirs() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number'", {
    backends: 'server',
  }),
  state('an operator', 'CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)'),
  state(
    'an operator of a user with the name of =',
    "CREATE FUNCTION f(text, integer) RETURNS boolean LANGUAGE sql AS 'SELECT false'; CREATE OPERATOR = (LEFTARG = text, RIGHTARG = integer, FUNCTION = f)",
  ),
  state(
    'a cast',
    "CREATE TYPE theirs AS (a text); CREATE FUNCTION f(theirs) RETURNS text LANGUAGE sql AS 'SELECT $1.a'; CREATE CAST (theirs AS text) WITH FUNCTION f(theirs)",
  ),
  state('a range type', 'CREATE TYPE theirs AS RANGE (SUBTYPE = float8)'),
  state('a collation', 'CREATE COLLATION theirs FROM "C"'),
  state('a text search configuration', 'CREATE TEXT SEARCH CONFIGURATION theirs (COPY = simple)'),
  state(
    'an event trigger of the superuser',
    "CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN NULL; END'; CREATE EVENT TRIGGER theirs ON ddl_command_end EXECUTE FUNCTION on_ddl()",
    { backends: 'server' },
  ),
  state('an event trigger that enables row level security of new tables', SECURING_EVENT_TRIGGER, { backends: 'server' }),
  state('a publication of one table of a user', 'CREATE TABLE theirs (id int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE theirs', {
    backends: 'server',
  }),
  state('a publication of all tables', 'CREATE PUBLICATION p FOR ALL TABLES', { backends: 'server' }),
  state('a large object', "SELECT lo_from_bytea(0, 'x')"),
  state(
    'another schema with tables of the same names',
    'CREATE SCHEMA copy; CREATE TABLE copy.skill_usage_events (LIKE public.skill_usage_events INCLUDING ALL); CREATE TABLE copy.schema_migrations (LIKE public.schema_migrations)',
  ),
  state(
    'another schema with functions of the same names',
    `CREATE SCHEMA other; CREATE FUNCTION other.is_skill_unlocked(uuid, text) RETURNS int ${FUNCTION}`,
  ),
  state(
    'schemas with awkward names',
    'CREATE SCHEMA s; CREATE SCHEMA c; CREATE SCHEMA "user"; CREATE SCHEMA "Ünï ""quoted"""; CREATE TABLE "Ünï ""quoted"""."a b" (id int)',
  ),
  state(
    'tables with awkward names',
    'CREATE TABLE "Skill_Usage_Events" (id int); CREATE TABLE "a ""b"" c" ("x y" int DEFAULT 1); CREATE TABLE "ü" (id int); CREATE TABLE "select" ("from" int)',
  ),
  state('a function with an awkward name', `CREATE FUNCTION "Do It, (now)"("a b" int) RETURNS int ${FUNCTION}`),
  state('names of 63 bytes', `CREATE TABLE ${'t'.repeat(63)} (${'c'.repeat(63)} int PRIMARY KEY)`),
  state(
    'comments on objects of a user',
    "CREATE TABLE theirs (id int); COMMENT ON TABLE theirs IS 'it''s theirs'; COMMENT ON COLUMN theirs.id IS 'id'; COMMENT ON SCHEMA public IS 'ours'",
  ),
  state('a comment on the database', "DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), 'x'); END $$"),
  state('an extension in the schema', 'CREATE EXTENSION pg_trgm', { backends: 'server' }),
  state('an extension in its own schema', 'CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions', { backends: 'server' }),
  state('an extension with types in the schema', 'CREATE EXTENSION hstore; CREATE TABLE theirs (a hstore)', { backends: 'server' }),
  state(
    'a foreign table',
    "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN TABLE theirs (a text) SERVER files OPTIONS (filename '/dev/null')",
    { backends: 'server' },
  ),
  state(
    'many tables',
    "DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('CREATE TABLE theirs_%s (id int PRIMARY KEY)', i); END LOOP; END $$",
  ),
  state(
    'many indexes that are not unique',
    "DO $$ BEGIN FOR i IN 1..20 LOOP EXECUTE format('CREATE INDEX theirs_%s ON skill_usage_events ((latency_ms + %s))', i, i); END LOOP; END $$",
  ),
  state(
    'an index of another method',
    'CREATE INDEX theirs ON skill_usage_events USING gin (state_snapshot jsonb_path_ops); CREATE INDEX theirs_brin ON skill_usage_events USING brin (created_at)',
  ),
  state('a hash index', 'CREATE INDEX theirs ON skill_usage_events USING hash (session_id)'),
  state('an index with included columns', 'CREATE INDEX theirs ON skill_usage_events (user_id, outcome) INCLUDE (latency_ms)'),
  state('a materialized view of ours without data', 'CREATE MATERIALIZED VIEW theirs AS SELECT * FROM skill_usage_events WITH NO DATA'),
  state(
    'extended statistics of all kinds',
    'CREATE STATISTICS theirs (ndistinct, dependencies, mcv) ON user_id, skill_id, outcome FROM skill_usage_events; ANALYZE skill_usage_events',
  ),
  state('a cursor', 'DECLARE theirs CURSOR FOR SELECT * FROM skills_registry'),
  state('prepared statements', 'PREPARE theirs AS SELECT count(*) FROM skills_registry; PREPARE skills_check AS SELECT 1'),
]
