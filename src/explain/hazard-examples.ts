import type { HazardCode } from '../sqltext/hazards/hazard.ts'

/** For each code what it is about, and a statement that gets it. */
export const HAZARD_EXAMPLES: Readonly<Record<HazardCode, { title: string; sql: string }>> = {
  INDEX_NOT_CONCURRENT: {
    title: 'An index is built while nobody can write',
    sql: 'CREATE INDEX orders_customer_idx ON orders (customer_id);',
  },
  DROP_INDEX_NOT_CONCURRENT: { title: 'An index is dropped under the strongest lock', sql: 'DROP INDEX orders_customer_idx;' },
  REINDEX_NOT_CONCURRENT: { title: 'An index is built anew while nobody can write', sql: 'REINDEX TABLE orders;' },
  ADD_COLUMN_REWRITE: {
    title: 'A new column with a value of its own for each row rewrites the table',
    sql: 'ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();',
  },
  ADD_COLUMN_REQUIRED: {
    title: 'A new column must have a value, and old rows have none',
    sql: 'ALTER TABLE orders ADD COLUMN channel text NOT NULL;',
  },
  ADD_CHECK: {
    title: 'A new CHECK reads the whole table under the strongest lock',
    sql: 'ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0);',
  },
  ADD_FOREIGN_KEY: {
    title: 'A new foreign key reads the whole table while nobody can write to both',
    sql: 'ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers;',
  },
  VALIDATE_IN_SAME_TRANSACTION: {
    title: 'NOT VALID and VALIDATE in one transaction save nothing',
    sql: 'ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT total_positive;',
  },
  ADD_UNIQUE: {
    title: 'A new UNIQUE builds its index under the strongest lock',
    sql: 'ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE (number);',
  },
  ADD_PRIMARY_KEY: {
    title: 'A new primary key builds its index under the strongest lock',
    sql: 'ALTER TABLE orders ADD PRIMARY KEY (id);',
  },
  ADD_EXCLUDE: {
    title: 'A new EXCLUDE builds its index under the strongest lock',
    sql: 'ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&);',
  },
  SET_NOT_NULL: {
    title: 'SET NOT NULL reads the whole table under the strongest lock',
    sql: 'ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;',
  },
  ALTER_COLUMN_TYPE: {
    title: 'Another type may rewrite the table and its indexes',
    sql: 'ALTER TABLE orders ALTER COLUMN id TYPE bigint;',
  },
  SET_EXPRESSION: {
    title: 'Another expression of a generated column rewrites the table',
    sql: 'ALTER TABLE orders ALTER COLUMN total SET EXPRESSION AS (price * amount);',
  },
  SET_LOGGED: { title: 'SET LOGGED rewrites the table', sql: 'ALTER TABLE imports SET LOGGED;' },
  SET_UNLOGGED: { title: 'SET UNLOGGED rewrites the table, and a crash empties it', sql: 'ALTER TABLE orders SET UNLOGGED;' },
  SET_ACCESS_METHOD: { title: 'Another access method rewrites the table', sql: 'ALTER TABLE orders SET ACCESS METHOD columnar;' },
  SET_TABLESPACE: { title: 'Another tablespace copies the table', sql: 'ALTER TABLE orders SET TABLESPACE fast;' },
  CLUSTER: { title: 'CLUSTER rewrites the table', sql: 'CLUSTER orders USING orders_pkey;' },
  VACUUM_FULL: { title: 'VACUUM FULL rewrites the table', sql: 'VACUUM FULL orders;' },
  DROP_COLUMN: { title: 'Clients that still use the column fail', sql: 'ALTER TABLE orders DROP COLUMN channel;' },
  DROP_TABLE: { title: 'Clients that still use the table fail', sql: 'DROP TABLE orders;' },
  DROP_DATABASE: { title: 'A whole database goes', sql: 'DROP DATABASE shop;' },
  DROP_CASCADE: { title: 'CASCADE drops what the text does not name', sql: 'DROP SCHEMA shop CASCADE;' },
  DROP_NOT_NULL: { title: 'Clients may meet a null they do not expect', sql: 'ALTER TABLE orders ALTER COLUMN customer_id DROP NOT NULL;' },
  RENAME_COLUMN: { title: 'Clients that use the old name of the column fail', sql: 'ALTER TABLE orders RENAME COLUMN total TO amount;' },
  RENAME_TABLE: { title: 'Clients that use the old name of the table fail', sql: 'ALTER TABLE orders RENAME TO purchases;' },
  SET_SCHEMA: { title: 'Clients that look for the table in its old schema fail', sql: 'ALTER TABLE orders SET SCHEMA archive;' },
  TRUNCATE: { title: 'All rows go', sql: 'TRUNCATE orders;' },
  TRUNCATE_CASCADE: { title: 'All rows go, also those of tables that refer to them', sql: 'TRUNCATE customers CASCADE;' },
  ATTACH_PARTITION: {
    title: 'A table that becomes a partition is read under the strongest lock',
    sql: "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
  },
  DETACH_PARTITION_NOT_CONCURRENT: {
    title: 'A partition is detached under the strongest lock on all of them',
    sql: 'ALTER TABLE events DETACH PARTITION events_2020;',
  },
  PARTITION_OF: {
    title: 'A new partition locks the whole partitioned table',
    sql: "CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');",
  },
  CREATE_TRIGGER: {
    title: 'Nobody can write while a trigger is added',
    sql: 'CREATE TRIGGER orders_audit AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION audit();',
  },
  REFRESH_NOT_CONCURRENT: {
    title: 'Nobody can read a materialized view while it is filled anew',
    sql: 'REFRESH MATERIALIZED VIEW sales_by_day;',
  },
  LOCK_TABLE: { title: 'A lock that keeps others out until the end of the file', sql: 'LOCK TABLE orders IN SHARE MODE;' },
  DOMAIN_SCAN: {
    title: 'Every table with a column of the domain is read while nobody can write',
    sql: "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%');",
  },
  UPDATE_ALL_ROWS: { title: 'Every row is written', sql: 'UPDATE orders SET total = round(total, 2);' },
  DELETE_ALL_ROWS: { title: 'Every row is deleted one by one', sql: 'DELETE FROM orders;' },
  ENUM_VALUE_IN_SAME_TRANSACTION: {
    title: 'A new value of an enum is used before it can be',
    sql: "ALTER TYPE status ADD VALUE 'refunded';\nINSERT INTO orders (status) VALUES ('refunded');",
  },
}
