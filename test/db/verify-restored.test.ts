import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { migrate, verify } from '../../src/index.ts'
import type { VerifyReport } from '../../src/verify/report.ts'
import { freshServer, onEachBackend, targetOf } from '../support/databases.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'
import { scratch } from '../support/scratch.ts'

const BIN = '/usr/lib/postgresql/15/bin'

/** Expressions of which the server prints another text after a dump and restore. */
const RICH = `
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN code AS varchar(20) DEFAULT 'a' CHECK (VALUE IN ('x', 'y'));
CREATE TABLE orders (
  id bigserial PRIMARY KEY, status varchar(20) NOT NULL DEFAULT 'new', kind varchar, price numeric(10, 2), m mood DEFAULT 'good', c code,
  tags text[] DEFAULT ARRAY['a'::varchar, 'b'::varchar], r int4range,
  total numeric GENERATED ALWAYS AS (CASE WHEN kind IN ('x', 'y') THEN price * 2 ELSE price END) STORED,
  CONSTRAINT orders_status CHECK (status IN ('new', 'paid', 'sent')),
  CONSTRAINT orders_spans EXCLUDE USING gist (r WITH &&) WHERE (kind IN ('x', 'y'))
);
CREATE INDEX orders_open ON orders (status) WHERE status IN ('new', 'paid');
CREATE VIEW v_orders AS SELECT id, status FROM orders WHERE status IN ('new', 'paid');
CREATE MATERIALIZED VIEW mv_orders AS SELECT status, count(*) FILTER (WHERE kind IN ('a', 'b')) AS n FROM orders GROUP BY status;
CREATE FUNCTION of_mood(p mood, q text[] DEFAULT ARRAY['a'::varchar, 'b'::varchar]) RETURNS boolean LANGUAGE sql AS $$ SELECT p = 'good' $$;
CREATE FUNCTION of_kind(p varchar) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT p IN ('x', 'y'); END;
CREATE FUNCTION orders(p varchar) RETURNS bigint LANGUAGE sql BEGIN ATOMIC
  SELECT count(*) FROM orders WHERE orders.kind = p AND orders.status IN ('new', 'paid'); END;
CREATE COLLATION plain FROM "C";
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER orders_keep BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.status IN ('paid', 'sent')) EXECUTE FUNCTION keep();
CREATE RULE orders_stay AS ON DELETE TO orders WHERE OLD.status IN ('sent', 'paid') DO INSTEAD NOTHING;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY orders_read ON orders FOR SELECT USING (status IN ('new', 'paid'));
CREATE POLICY orders_write ON orders FOR INSERT WITH CHECK (status IN ('new', 'paid'));
CREATE STATISTICS orders_kinds ON (lower(status)), (kind IN ('a', 'b')) FROM orders;
CREATE TABLE lists (region varchar CHECK (region IN ('eu', 'us'))) PARTITION BY LIST (region);
CREATE TABLE lists_eu PARTITION OF lists FOR VALUES IN ('eu', 'us');
`

const files = (): string => path.join(scratch({ 'db/20260101_orders.sql': RICH }), 'db')

/** What fails and what warns, without the rights of the superuser and the position of the rollups, which is that of another server. */
const faultsOf = ({ checks }: VerifyReport): string[] =>
  checks
    .filter(({ id, status }) => (status === 'failed' || status === 'warning') && !/^safety\.|rollup/.test(id))
    .flatMap(({ id, faults }) => faults.map(({ object, expected, actual }) => `${id}: ${object}: ${expected} / ${actual}`))

// what a restore makes of `status IN ('new', 'paid')`, for each kind of object; `n` is another list
const list = (...values: string[]): string => `ARRAY[${values.map((value) => `('${value}'::character varying)::text`).join(', ')}]`
const printedAgain = (a: string, b: string): string => `
ALTER TABLE orders DROP CONSTRAINT orders_status, ADD CONSTRAINT orders_status CHECK ((status)::text = ANY (${list('new', b, 'sent')}));
ALTER TABLE orders DROP CONSTRAINT orders_spans, ADD CONSTRAINT orders_spans EXCLUDE USING gist (r WITH &&) WHERE ((kind)::text = ANY (${list('x', a)}));
DROP INDEX orders_open;
CREATE INDEX orders_open ON orders (status) WHERE ((status)::text = ANY (${list('new', b)}));
CREATE OR REPLACE VIEW v_orders AS SELECT id, status FROM orders WHERE ((status)::text = ANY (${list('new', b)}));
DROP TRIGGER orders_keep ON orders;
CREATE TRIGGER orders_keep BEFORE UPDATE ON orders FOR EACH ROW WHEN ((NEW.status)::text = ANY (${list(b, 'sent')})) EXECUTE FUNCTION keep();
CREATE OR REPLACE RULE orders_stay AS ON DELETE TO orders WHERE ((OLD.status)::text = ANY (${list('sent', b)})) DO INSTEAD NOTHING;
ALTER POLICY orders_read ON orders USING ((status)::text = ANY (${list('new', b)}));
ALTER POLICY orders_write ON orders WITH CHECK ((status)::text = ANY (${list('new', b)}));
CREATE OR REPLACE FUNCTION of_kind(p varchar) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT ((p)::text = ANY (${list('x', a)})); END;
CREATE OR REPLACE FUNCTION orders(p varchar) RETURNS bigint LANGUAGE sql BEGIN ATOMIC
  SELECT count(*) FROM orders WHERE (orders.kind)::text = (orders.p)::text AND (orders.status)::text = ANY (${list('new', b)}); END;
ALTER DOMAIN code DROP CONSTRAINT code_check;
ALTER DOMAIN code ADD CONSTRAINT code_check CHECK ((VALUE)::text = ANY (${list('x', a)}));
`

onEachBackend(({ fresh }) => {
  let db: Db | undefined
  let migrations: string[] = []
  beforeAll(async () => {
    db = await (await fresh()).openForFile()
    migrations = [files()]
    await migrate(db, { migrations })
  })
  afterAll(async () => db?.close())
  const after = async (sql: string): Promise<string[]> => {
    if (db === undefined) return ['not open']
    await db.exec(sql)
    return faultsOf(await verify(db, { migrations, cwd: scratch({}) }))
  }

  test('definitions that the server prints in another way -> not drift', async () => {
    expect(await after(printedAgain('y', 'paid'))).toEqual([])
  })

  test('definitions with another list -> each is drift', async () => {
    const found = (await after(printedAgain('z', 'late'))).join('\n')
    for (const object of [
      'constraint orders.orders_status',
      'constraint orders.orders_spans',
      'index orders_open',
      'view v_orders',
      'trigger orders.orders_keep',
      'rule orders.orders_stay',
      'policy orders.orders_read',
      'policy orders.orders_write',
      'function of_kind(character varying)',
      'function orders(character varying)',
      'domain code',
    ])
      expect(found).toContain(`: ${object}: `)
  })
})

describe.skipIf(!existsSync(path.join(BIN, 'pg_dump')))('pg_dump of PostgreSQL 15', () => {
  let server: TestServer | undefined
  let dump = ''
  let migrations: string[] = []
  beforeAll(async () => {
    server = await startPostgres({ bin: BIN, tcp: true })
    const db = await openDb(await targetOf(server.url('postgres')))
    migrations = [files()]
    await migrate(db, { migrations })
    await db.exec('CREATE DATABASE restored TEMPLATE template0')
    await db.close()
    const text = execFileSync(path.join(BIN, 'pg_dump'), ['--inserts', server.url('postgres')], { encoding: 'utf8' })
    // a command of psql
    dump = text.replaceAll(/^\\.*$/gm, '')
  })
  afterAll(async () => server?.stop())

  const restoredInto = async (db: Db): Promise<string[]> => {
    await db.exec(dump)
    await db.exec('RESET ALL')
    const faults = faultsOf(await verify(db, { migrations, cwd: scratch({}) }))
    await db.close()
    return faults
  }

  test('restored on the same version -> verify finds no drift', async () => {
    expect(await restoredInto(await openDb(await targetOf(server?.url('restored') ?? '')))).toEqual([])
  })

  test('restored on the newest version -> verify finds no drift', async () => {
    expect(await restoredInto(await (await freshServer()).open())).toEqual([])
  })
})
