/** One change in a database with the objects of REMEDY_SCHEMA. */
export interface RemedyFault {
  title: string
  sql: string
  /** A part of the statement that corrects it; undefined: it is enough that it is correct. */
  statement?: string
  /** No statement corrects it safely: a part of the words. */
  words?: string
  /** The fault is only a warning. */
  warns?: true
}

/** A migration with an object of every kind that verify compares. */
export const REMEDY_SCHEMA = `
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE unused AS ENUM ('a', 'b');
CREATE DOMAIN positive AS integer DEFAULT 1 CONSTRAINT is_positive CHECK (VALUE > 0);
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE span AS RANGE (SUBTYPE = integer);
CREATE SEQUENCE numbers INCREMENT 5 MAXVALUE 1000;
CREATE TABLE "Authors" (
  id bigserial PRIMARY KEY, name text NOT NULL, feeling mood DEFAULT 'ok', n positive, "Order" integer DEFAULT 7,
  twice integer GENERATED ALWAYS AS ("Order" * 2) STORED, code text COLLATE "C", CONSTRAINT "a check" CHECK ("Order" < 100));
CREATE TABLE books (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, author bigint CONSTRAINT by_author REFERENCES "Authors" ON DELETE CASCADE,
  title text DEFAULT 'it''s; x', at timestamptz NOT NULL DEFAULT now(), number integer DEFAULT nextval('numbers'), CONSTRAINT one_title UNIQUE (title));
CREATE INDEX books_author ON books (author) WHERE author > 0;
CREATE INDEX "Books at" ON books (at DESC);
CREATE TABLE parted (id integer, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE FUNCTION added(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE OPERATOR <+> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = added);
CREATE FUNCTION mood_number(m mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE CAST (mood AS int) WITH FUNCTION mood_number(mood) AS ASSIGNMENT;
CREATE TABLE parted_default PARTITION OF parted DEFAULT;
CREATE TABLE parted_25 PARTITION OF parted FOR VALUES FROM ('2025-01-01') TO ('2126-01-01');
CREATE INDEX parted_at ON parted (at);
CREATE FUNCTION plus(a integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT AS 'SELECT a + 1';
COMMENT ON FUNCTION plus(integer) IS 'one more';
CREATE FUNCTION plus_two() RETURNS integer LANGUAGE sql AS 'SELECT plus(plus(0))';
REVOKE EXECUTE ON FUNCTION plus(integer) FROM PUBLIC;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- as it is
  RETURN NEW;
END $$;
CREATE PROCEDURE proceed(a integer) LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE VIEW by_author AS SELECT a.id, a.name, count(*) AS n, plus(1) AS one FROM "Authors" a JOIN books b ON b.author = a.id GROUP BY a.id, a.name;
COMMENT ON VIEW by_author IS 'books of each';
CREATE VIEW of_view AS SELECT n, one FROM by_author;
CREATE MATERIALIZED VIEW titles AS SELECT title, at FROM books;
CREATE UNIQUE INDEX titles_title ON titles (title);
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OF title ON books FOR EACH ROW EXECUTE FUNCTION keep();
CREATE RULE no_delete AS ON DELETE TO books DO INSTEAD NOTHING;
CREATE POLICY seen ON books FOR SELECT USING (id > 0);
CREATE STATISTICS of_books (ndistinct) ON author, title FROM books;
COMMENT ON TABLE books IS 'the books';
COMMENT ON COLUMN books.title IS 'its title';
`

export const REMEDY_FAULTS: readonly RemedyFault[] = [
  { title: 'a column dropped', sql: 'ALTER TABLE books DROP COLUMN number', statement: 'ADD COLUMN number integer DEFAULT' },
  { title: 'a column dropped with its views', sql: 'ALTER TABLE books DROP COLUMN author CASCADE', statement: 'ADD COLUMN author bigint' },
  { title: 'a column with an index dropped', sql: 'ALTER TABLE books DROP COLUMN at CASCADE' },
  { title: 'a generated column dropped', sql: 'ALTER TABLE "Authors" DROP COLUMN twice', statement: 'GENERATED ALWAYS AS' },
  { title: 'a column renamed', sql: 'ALTER TABLE "Authors" RENAME COLUMN "Order" TO theirs', statement: 'RENAME COLUMN theirs TO "Order"' },
  {
    title: 'a column without a default renamed, with rows',
    sql: `INSERT INTO "Authors" (name) VALUES ('a'); ALTER TABLE "Authors" RENAME COLUMN name TO theirs`,
    statement: 'RENAME COLUMN theirs TO name',
  },
  { title: 'a column added', sql: 'ALTER TABLE books ADD COLUMN "Their s" text', statement: 'DROP COLUMN "Their s"' },
  { title: 'the type of a column', sql: 'ALTER TABLE "Authors" ALTER COLUMN n TYPE bigint', statement: 'TYPE' },
  {
    title: 'the type of a column of a view',
    sql: 'DROP VIEW by_author CASCADE; ALTER TABLE "Authors" ALTER COLUMN name TYPE varchar(40); CREATE VIEW theirs AS SELECT name FROM "Authors"',
    statement: 'TYPE text USING name::text',
  },
  {
    title: 'the type of a column, another enum',
    sql: 'ALTER TABLE "Authors" ALTER COLUMN feeling DROP DEFAULT, ALTER COLUMN feeling TYPE unused USING NULL',
    statement: 'USING feeling::text::',
  },
  {
    title: 'the type of a column with a default',
    sql: `ALTER TABLE "Authors" ALTER COLUMN feeling DROP DEFAULT, ALTER COLUMN feeling TYPE text, ALTER COLUMN feeling SET DEFAULT 'ok'`,
  },
  { title: 'the collation of a column', sql: 'ALTER TABLE "Authors" ALTER COLUMN code TYPE text COLLATE "default"', statement: 'COLLATE' },
  { title: 'NOT NULL gone', sql: 'ALTER TABLE "Authors" ALTER COLUMN name DROP NOT NULL', statement: 'SET NOT NULL' },
  {
    title: 'NOT NULL gone, with rows without a value',
    sql: 'ALTER TABLE "Authors" ALTER COLUMN name DROP NOT NULL; INSERT INTO "Authors" (name) VALUES (NULL), (NULL)',
    words: '2 rows',
  },
  {
    title: 'a column without a default dropped, with rows',
    sql: `INSERT INTO "Authors" (name) VALUES ('a'); DROP VIEW by_author CASCADE; ALTER TABLE "Authors" DROP COLUMN name`,
    words: 'give each row a value',
  },
  { title: 'another default', sql: `ALTER TABLE books ALTER COLUMN title SET DEFAULT 'y'`, statement: `SET DEFAULT 'it''s; x'::text` },
  { title: 'no default', sql: 'ALTER TABLE "Authors" ALTER COLUMN "Order" DROP DEFAULT', statement: 'ALTER COLUMN "Order" SET DEFAULT 7' },
  { title: 'no identity', sql: 'ALTER TABLE books ALTER COLUMN id DROP IDENTITY', statement: 'ADD GENERATED ALWAYS AS IDENTITY' },
  { title: 'another identity', sql: 'ALTER TABLE books ALTER COLUMN id SET GENERATED BY DEFAULT', statement: 'SET GENERATED ALWAYS' },
  { title: 'no expression', sql: 'ALTER TABLE "Authors" ALTER COLUMN twice DROP EXPRESSION', statement: 'DROP COLUMN twice' },
  { title: 'a foreign key dropped', sql: 'ALTER TABLE books DROP CONSTRAINT by_author', statement: 'VALIDATE CONSTRAINT by_author' },
  {
    title: 'another foreign key',
    sql: 'ALTER TABLE books DROP CONSTRAINT by_author, ADD CONSTRAINT by_author FOREIGN KEY (author) REFERENCES "Authors"',
  },
  {
    title: 'a unique constraint dropped',
    sql: 'ALTER TABLE books DROP CONSTRAINT one_title',
    statement: 'ADD CONSTRAINT one_title UNIQUE (title)',
  },
  { title: 'a CHECK dropped', sql: 'ALTER TABLE "Authors" DROP CONSTRAINT "a check"', statement: 'VALIDATE CONSTRAINT "a check"' },
  {
    title: 'a CHECK dropped, with rows that violate it',
    sql: `ALTER TABLE "Authors" DROP CONSTRAINT "a check"; INSERT INTO "Authors" (name, "Order") VALUES ('a', 200)`,
    words: '1 row',
  },
  {
    title: 'a CHECK that is not valid',
    sql: `ALTER TABLE "Authors" DROP CONSTRAINT "a check", ADD CONSTRAINT "a check" CHECK ("Order" < 100) NOT VALID`,
    statement: 'VALIDATE CONSTRAINT "a check"',
  },
  { title: 'a primary key dropped with what references it', sql: 'ALTER TABLE "Authors" DROP CONSTRAINT "Authors_pkey" CASCADE' },
  { title: 'a constraint added', sql: 'ALTER TABLE books ADD CONSTRAINT theirs CHECK (id > 0)', statement: 'DROP CONSTRAINT theirs' },
  { title: 'an index dropped', sql: 'DROP INDEX books_author', statement: 'CREATE INDEX CONCURRENTLY books_author ON' },
  { title: 'another index', sql: 'DROP INDEX "Books at"; CREATE INDEX "Books at" ON books (at)', statement: 'DROP INDEX CONCURRENTLY' },
  { title: 'an index renamed', sql: 'ALTER INDEX "Books at" RENAME TO theirs', statement: 'RENAME TO "Books at"' },
  { title: 'an index of a partitioned table dropped', sql: 'DROP INDEX parted_at', statement: 'CREATE INDEX parted_at ON' },
  { title: 'a unique index added', sql: 'CREATE UNIQUE INDEX theirs ON books (author, id)', statement: 'DROP INDEX CONCURRENTLY' },
  { title: 'a view dropped with its views', sql: 'DROP VIEW by_author CASCADE' },
  {
    title: 'another view',
    sql: 'CREATE OR REPLACE VIEW by_author AS SELECT a.id, a.name, 1::bigint AS n, 1 AS one FROM "Authors" a',
    statement: 'CREATE OR REPLACE VIEW',
  },
  { title: 'a column of a view renamed', sql: 'ALTER VIEW of_view RENAME COLUMN n TO theirs', statement: 'RENAME COLUMN theirs TO n' },
  {
    title: 'one column more of a view that others read, with privileges and an owner',
    sql: `CREATE OR REPLACE VIEW by_author AS SELECT a.id, a.name, 1::bigint AS n, 1 AS one, 2 AS two FROM "Authors" a;
      CREATE ROLE remedy_reader; GRANT SELECT ON of_view, by_author TO remedy_reader; GRANT ALL ON SCHEMA :schema TO remedy_reader; ALTER VIEW of_view OWNER TO remedy_reader`,
    statement: 'OWNER TO remedy_reader',
  },
  { title: 'options of a view', sql: 'ALTER VIEW of_view SET (security_barrier = true)' },
  { title: 'a view renamed', sql: 'ALTER VIEW of_view RENAME TO theirs', statement: 'RENAME TO of_view' },
  {
    title: 'a table in place of a view',
    sql: 'DROP VIEW of_view; CREATE TABLE of_view (n integer)',
    statement: 'RENAME TO of_view_replaced_1',
  },
  { title: 'a materialized view dropped', sql: 'DROP MATERIALIZED VIEW titles', statement: 'REFRESH MATERIALIZED VIEW' },
  {
    title: 'another materialized view',
    sql: 'DROP MATERIALIZED VIEW titles; CREATE MATERIALIZED VIEW titles AS SELECT title, at FROM books LIMIT 1; CREATE UNIQUE INDEX titles_title ON titles (title)',
  },
  { title: 'a function dropped with its views', sql: 'DROP FUNCTION plus CASCADE', statement: 'REVOKE ALL ON FUNCTION' },
  {
    title: 'another body',
    sql: `CREATE OR REPLACE FUNCTION plus(a integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT AS 'SELECT 1'`,
    statement: 'CREATE OR REPLACE FUNCTION',
  },
  {
    title: 'another body, whose names depend on the search_path',
    sql: `CREATE OR REPLACE FUNCTION plus_two() RETURNS integer LANGUAGE sql AS 'SELECT 2'`,
    statement: 'SET check_function_bodies TO off; CREATE OR REPLACE FUNCTION',
  },
  {
    title: 'a function dropped whose names depend on the search_path',
    sql: 'DROP FUNCTION plus_two',
    statement: 'RESET check_function_bodies',
  },
  {
    title: 'a body with other white space',
    sql: `CREATE OR REPLACE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n-- as it is\n  RETURN NEW;\nEND $$`,
  },
  {
    title: 'a default of an argument',
    sql: `DROP FUNCTION plus CASCADE; CREATE FUNCTION plus(a integer) RETURNS integer LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT AS 'SELECT a + 1'`,
  },
  {
    title: 'another result of a function that a view calls',
    sql: `DROP FUNCTION plus CASCADE; CREATE FUNCTION plus(a integer DEFAULT 1) RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path FROM CURRENT AS 'SELECT a + 1::bigint';
      CREATE VIEW theirs AS SELECT plus(2) AS two`,
    statement: 'CREATE VIEW',
  },
  { title: 'a function renamed', sql: 'ALTER FUNCTION plus RENAME TO theirs', statement: 'RENAME TO plus' },
  { title: 'the volatility of a function', sql: 'ALTER FUNCTION plus VOLATILE', statement: 'IMMUTABLE' },
  { title: 'the security of a function', sql: 'ALTER FUNCTION plus SECURITY DEFINER', statement: 'SECURITY INVOKER' },
  { title: 'the search_path of a function', sql: 'ALTER FUNCTION plus RESET search_path', statement: 'SET search_path' },
  { title: 'a function for PUBLIC', sql: 'GRANT EXECUTE ON FUNCTION plus TO PUBLIC', statement: 'REVOKE EXECUTE ON FUNCTION' },
  {
    title: 'another procedure',
    sql: `CREATE OR REPLACE PROCEDURE proceed(a integer) LANGUAGE plpgsql AS 'BEGIN a := 1; END'`,
    statement: 'CREATE OR REPLACE PROCEDURE',
  },
  { title: 'a trigger function dropped with its trigger', sql: 'DROP FUNCTION keep CASCADE' },
  { title: 'a trigger dropped', sql: 'DROP TRIGGER kept ON books', statement: 'CREATE TRIGGER kept' },
  {
    title: 'another trigger',
    sql: 'DROP TRIGGER kept ON books; CREATE TRIGGER kept AFTER INSERT ON books FOR EACH ROW EXECUTE FUNCTION keep()',
  },
  { title: 'a trigger disabled', sql: 'ALTER TABLE books DISABLE TRIGGER kept', statement: 'ENABLE TRIGGER kept' },
  { title: 'a rule dropped', sql: 'DROP RULE no_delete ON books' },
  { title: 'another rule', sql: 'CREATE OR REPLACE RULE no_delete AS ON DELETE TO books WHERE old.id > 1 DO INSTEAD NOTHING' },
  { title: 'a policy dropped', sql: 'DROP POLICY seen ON books' },
  { title: 'another policy', sql: 'ALTER POLICY seen ON books USING (id > 1)' },
  { title: 'row level security', sql: 'ALTER TABLE books ENABLE ROW LEVEL SECURITY', statement: 'DISABLE ROW LEVEL SECURITY' },
  { title: 'statistics dropped', sql: 'DROP STATISTICS of_books' },
  { title: 'a sequence dropped', sql: 'DROP SEQUENCE numbers CASCADE' },
  {
    title: 'the sequence of a column dropped, with rows',
    sql: `INSERT INTO "Authors" (id, name) VALUES (41, 'a'); DROP SEQUENCE "Authors_id_seq" CASCADE`,
    statement: 'setval',
  },
  { title: 'options of a sequence', sql: 'ALTER SEQUENCE numbers INCREMENT 1 MAXVALUE 10', statement: 'INCREMENT 5' },
  { title: 'a value of an enum gone', sql: `DROP TYPE unused; CREATE TYPE unused AS ENUM ('b')`, statement: `ADD VALUE 'a' BEFORE 'b'` },
  { title: 'a value of an enum renamed', sql: `ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'`, statement: `RENAME VALUE 'fine' TO 'ok'` },
  { title: 'a value of an enum more', sql: `ALTER TYPE mood ADD VALUE 'c'`, words: 'cannot remove a value' },
  { title: 'a type dropped', sql: 'DROP TYPE unused', statement: 'CREATE TYPE' },
  {
    title: 'another check of a domain',
    sql: 'ALTER DOMAIN positive ADD CONSTRAINT theirs CHECK (VALUE < 10)',
    statement: 'DROP CONSTRAINT theirs',
  },
  {
    title: 'a check of a domain dropped',
    // PostgreSQL 18 refuses a savepoint after DROP CONSTRAINT, until another statement has written
    sql: 'ALTER DOMAIN positive DROP CONSTRAINT is_positive; ALTER DOMAIN positive SET DEFAULT 1',
    statement: 'ADD CONSTRAINT is_positive CHECK',
  },
  {
    title: 'another check of a domain under its name',
    sql: 'ALTER DOMAIN positive DROP CONSTRAINT is_positive; ALTER DOMAIN positive ADD CONSTRAINT is_positive CHECK (VALUE > -5)',
    statement: 'DROP CONSTRAINT is_positive',
  },
  { title: 'another default of a domain', sql: 'ALTER DOMAIN positive SET DEFAULT 2', statement: 'SET DEFAULT 1' },
  { title: 'NOT NULL of a domain', sql: 'ALTER DOMAIN positive SET NOT NULL', statement: 'DROP NOT NULL' },
  { title: 'an attribute more', sql: 'ALTER TYPE pair ADD ATTRIBUTE c text', statement: 'DROP ATTRIBUTE c' },
  { title: 'an attribute gone', sql: 'ALTER TYPE pair DROP ATTRIBUTE b', statement: 'ADD ATTRIBUTE b text' },
  { title: 'an attribute renamed', sql: 'ALTER TYPE pair RENAME ATTRIBUTE a TO z', statement: 'RENAME ATTRIBUTE z TO a' },
  { title: 'the type of an attribute', sql: 'ALTER TYPE pair ALTER ATTRIBUTE a TYPE bigint', statement: 'ALTER ATTRIBUTE a TYPE integer' },
  { title: 'another range', sql: 'DROP TYPE span; CREATE TYPE span AS RANGE (SUBTYPE = bigint)' },
  { title: 'an aggregate dropped', sql: 'DROP AGGREGATE total(integer)', statement: 'CREATE AGGREGATE' },
  { title: 'a partition detached', sql: 'ALTER TABLE parted DETACH PARTITION parted_25', statement: 'ATTACH PARTITION' },
  {
    title: 'a partition with other bounds',
    sql: `ALTER TABLE parted DETACH PARTITION parted_25; ALTER TABLE parted ATTACH PARTITION parted_25 FOR VALUES FROM ('2025-02-01') TO ('2126-01-01')`,
    statement: 'DETACH PARTITION',
  },
  {
    title: 'a foreign key dropped, and a row without the other one',
    sql: "ALTER TABLE books DROP CONSTRAINT by_author; INSERT INTO books (author, title) VALUES (99, 'a'), (NULL, 'b')",
    words: '1 row does not allow it',
  },
  { title: 'a partition dropped', sql: 'DROP TABLE parted_25' },
  {
    title: 'a partition dropped, with another one of the user',
    sql: "DROP TABLE parted_25; CREATE TABLE parted_39 PARTITION OF parted FOR VALUES FROM ('2130-01-01') TO ('2131-01-01')",
    statement: 'CREATE TABLE',
  },
  {
    title: 'an operator and a cast dropped',
    sql: 'DROP OPERATOR <+> (integer, integer); DROP CAST (mood AS integer)',
    words: 'again: CREATE OPERATOR <+> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = added);',
  },
  { title: 'a partitioned table dropped', sql: 'DROP TABLE parted' },
  { title: 'a table dropped with what needs it', sql: 'DROP TABLE "Authors" CASCADE', statement: 'CREATE TABLE' },
  { title: 'a table with everything on it dropped', sql: 'DROP TABLE books CASCADE' },
  { title: 'a table renamed', sql: 'ALTER TABLE books RENAME TO theirs', statement: 'RENAME TO books' },
  { title: 'a comment changed', sql: `COMMENT ON COLUMN books.title IS 'x'`, statement: `IS 'its title'`, warns: true },
  { title: 'a comment gone', sql: 'COMMENT ON FUNCTION plus(integer) IS NULL', statement: `IS 'one more'`, warns: true },
]
