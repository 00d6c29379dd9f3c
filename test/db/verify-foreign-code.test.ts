import { existsSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import {
  appRoleGrants,
  baseline,
  demoData,
  diff,
  doctor,
  eventTail,
  forgetUser,
  importMigrations,
  listSkills,
  logEvents,
  migrate,
  migrationStatus,
  pruneEvents,
  repair,
  rollUp,
  setSkills,
  showSkill,
  stats,
  sync,
  verify,
} from '../../src/index.ts'
import type { VerifyReport } from '../../src/verify/report.ts'
import { targetOf } from '../support/databases.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { skillsOn } from '../support/telemetry.ts'

const MARKER = path.join(os.tmpdir(), `skills-foreign-code-${process.pid}`)
const USER = '5c111e00-0000-4000-8000-0000000000a1'
const SKILL = '---\nname: one\ndescription: The one skill of this folder. Use it in tests.\nmetadata:\n  version: "1.0.0"\n---\nBody.\n'

let server: TestServer
let cwd = ''
/** The schema owner, who is not a superuser. */
const urlOf = (role: string, database: string): string => server.url(database).replace('postgres://postgres@', `postgres://${role}@`)
const open = async (role: string, database: string): Promise<Db> => openDb(await targetOf(urlOf(role, database)))

/** Does what it can with the privileges of the caller: it leaves every role, takes the privileges of a superuser and runs a program. */
const PAYLOAD = `
  BEGIN EXECUTE 'RESET ROLE'; EXCEPTION WHEN OTHERS THEN NULL; END;
  BEGIN EXECUTE 'RESET SESSION AUTHORIZATION'; EXCEPTION WHEN OTHERS THEN NULL; END;
  BEGIN EXECUTE 'ALTER ROLE attacker SUPERUSER'; EXCEPTION WHEN OTHERS THEN NULL; END;
  BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''cat > ${MARKER}'''; EXCEPTION WHEN OTHERS THEN NULL; END;`
const EVIL = `CREATE FUNCTION evil() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN ${PAYLOAD} RETURN true; END $$;
  CREATE FUNCTION evil_number(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN ${PAYLOAD} RETURN n; END $$;
  CREATE FUNCTION evil_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${PAYLOAD} RETURN NEW; END $$;`

/** What the owner of the schema does to it, and the object that verify must name. */
const ATTACKS: readonly (readonly [attack: string, sql: string, object: string])[] = [
  [
    'a function has another body',
    `CREATE OR REPLACE FUNCTION is_skill_unlocked(p_user_id uuid, p_skill_id text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN ${PAYLOAD} RETURN true; END $$`,
    'function is_skill_unlocked(uuid, text)',
  ],
  [
    'a function of the rollups has another body',
    `DO $do$ DECLARE f record; BEGIN
       FOR f IN SELECT oid, proname, pg_get_function_identity_arguments(oid) AS args, pg_get_function_arguments(oid) AS given, pg_get_function_result(oid) AS result, proretset
         FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'skill\\_rollup\\_%' AND prokind = 'f' LOOP
         BEGIN
           EXECUTE format('CREATE OR REPLACE FUNCTION %I(%s) RETURNS %s LANGUAGE plpgsql AS %L', f.proname, f.given, f.result, 'BEGIN PERFORM evil(); RETURN NULL; END');
         EXCEPTION WHEN OTHERS THEN NULL; END;
       END LOOP; END $do$`,
    'function skill_rollup_events',
  ],
  [
    'an overload of log_skill_usage fits better',
    `CREATE FUNCTION log_skill_usage(a uuid, b text, c text, d text, e text, f text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN ${PAYLOAD} RETURN 1; END $$`,
    'function log_skill_usage(uuid, text, text, text, text, text)',
  ],
  [
    'a view calls a function',
    `CREATE OR REPLACE VIEW v_skill_effectiveness AS SELECT 'one'::text AS skill_id, 1::bigint AS total_uses, 1::bigint AS success_count, 1::numeric AS success_rate_pct,
       1 AS avg_latency_ms, 1::numeric AS avg_rating, 1::bigint AS unique_users, now() AS first_use, now() AS last_use WHERE evil()`,
    'view v_skill_effectiveness',
  ],
  ['a default', 'ALTER TABLE skill_usage_events ALTER tier SET DEFAULT evil()::text', 'column skill_usage_events.tier'],
  [
    'a default with the name of a function of pg_catalog',
    `CREATE FUNCTION now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN ${PAYLOAD} RETURN pg_catalog.now(); END $$;
     ALTER TABLE skills_registry ALTER updated_at SET DEFAULT public.now(); ALTER TABLE skill_usage_events ALTER created_at SET DEFAULT public.now()`,
    'column skills_registry.updated_at',
  ],
  [
    'a default with a function of pg_catalog that runs SQL',
    "ALTER TABLE skills_registry ADD COLUMN extra text DEFAULT query_to_xml('select evil()', true, true, '')::text",
    'column skills_registry.extra',
  ],
  [
    'a condition with a function of pg_catalog that runs SQL',
    "ALTER TABLE skills_registry ADD CHECK (query_to_xml('select evil()', true, true, '') IS NOT NULL) NOT VALID",
    'constraint skills_registry.skills_registry_check',
  ],
  [
    'a condition with a function that has the name of a harmless one',
    `CREATE FUNCTION lower(a int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN ${PAYLOAD} RETURN 'x'; END $$;
     ALTER TABLE skills_registry ADD CHECK (public.lower(trust_level) = 'x') NOT VALID`,
    'constraint skills_registry.skills_registry_trust_level_check1',
  ],
  [
    'a generated column',
    'ALTER TABLE skills_registry ADD COLUMN extra boolean GENERATED ALWAYS AS (evil()) STORED',
    'column skills_registry.extra',
  ],
  [
    'a trigger',
    'CREATE TRIGGER t BEFORE INSERT OR UPDATE ON skills_registry FOR EACH ROW EXECUTE FUNCTION evil_trigger(); CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON skill_usage_events FOR EACH STATEMENT EXECUTE FUNCTION evil_trigger()',
    'trigger skills_registry.t',
  ],
  [
    'a condition',
    'ALTER TABLE skills_registry ADD CHECK (evil()) NOT VALID; ALTER TABLE skill_usage_events ADD CHECK (evil()) NOT VALID',
    'constraint skills_registry.skills_registry_check',
  ],
  ['an index', 'CREATE INDEX i ON skills_registry (evil_number(1)); CREATE INDEX j ON skill_usage_events (id) WHERE evil()', 'index i'],
  ['statistics', 'CREATE STATISTICS s ON (evil_number(1)), skill_id FROM skill_usage_events', 'statistics s'],
  ['a rule', 'CREATE RULE r AS ON INSERT TO skills_registry DO ALSO SELECT evil()', 'rule skills_registry.r'],
  ['a domain', `CREATE DOMAIN word AS text CHECK (evil()); ALTER TABLE skills_registry ALTER sha256 TYPE word`, 'table skills_registry'],
  [
    'a table is a view',
    'ALTER TABLE skills_registry RENAME TO real_registry; CREATE VIEW skills_registry AS SELECT * FROM real_registry WHERE evil()',
    'view skills_registry',
  ],
  [
    'the ledger is a view',
    'ALTER TABLE schema_migrations RENAME TO real_ledger; CREATE VIEW schema_migrations AS SELECT * FROM real_ledger WHERE evil()',
    'view schema_migrations',
  ],
  [
    'the ledger has a trigger',
    'CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON schema_migrations FOR EACH STATEMENT EXECUTE FUNCTION evil_trigger()',
    'trigger schema_migrations.t',
  ],
  ['a table has a child', 'CREATE TABLE child () INHERITS (skills_registry); CREATE INDEX k ON child (evil_number(1))', 'index k'],
  [
    'a foreign key deletes rows of a table with a trigger',
    `CREATE TABLE others (skill_id text REFERENCES skills_registry ON DELETE CASCADE ON UPDATE CASCADE); INSERT INTO others SELECT skill_id FROM skills_registry;
     CREATE TRIGGER t AFTER DELETE OR UPDATE ON others FOR EACH ROW EXECUTE FUNCTION evil_trigger()`,
    'constraint others.others_skill_id_fkey',
  ],
]

/** Every call of the library that takes a connection. */
const CALLS: Readonly<Record<string, (db: Db) => Promise<unknown>>> = {
  migrate: (db) => migrate(db),
  'migrate --dry-run': (db) => migrate(db, { dryRun: true }),
  'migrate status': (db) => migrationStatus(db),
  'migrate repair': (db) => repair(db, { version: '20251220_create_skill_system' }),
  'migrate baseline': (db) => baseline(db),
  'migrate import': (db) =>
    importMigrations(db, { from: 'tern', directory: path.join(cwd, 'tern'), fromLedger: 'schema_migrations', dryRun: true }),
  sync: (db) => sync(db, { cwd }),
  'sync --check': (db) => sync(db, { cwd, mode: 'check' }),
  diff: (db) => diff(db, { cwd }),
  list: (db) => listSkills(db),
  show: (db) => showSkill(db, 'one'),
  trust: (db) => setSkills(db, ['one'], { trustLevel: 4 }),
  stats: (db) => stats(db),
  'stats --exact': (db) => stats(db, { exact: true, cooccurrence: true }),
  'stats --user': (db) => stats(db, { user: USER }),
  'stats --tail': (db) => eventTail({ limit: 5 }).read(db, () => undefined),
  rollup: (db) => rollUp(db),
  'prune-events': (db) => pruneEvents(db, { olderThanMs: 86_400_000 }),
  'forget-user': (db) => forgetUser(db, USER),
  log: (db) => logEvents(db, { input: lines(`{"userId":"${USER}","skillId":"one","version":"1","outcome":"success"}\n`) }),
  'demo-data': (db) => demoData(db, { events: 10, append: true }),
}

async function* lines(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text)
}

const named = ({ checks }: VerifyReport): string =>
  checks.flatMap(({ id, status, faults }) => (status === 'failed' ? faults.map(({ object }) => `${object} [${id}]`) : [])).join('\n')

beforeAll(async () => {
  server = await startPostgres()
  cwd = scratch({ 'skills/one/SKILL.md': SKILL, 'tern/001_a.sql': 'select 1' })
  const admin = await open('postgres', 'postgres')
  await admin.exec('CREATE ROLE attacker LOGIN; CREATE ROLE writer LOGIN')
  await admin.exec('CREATE DATABASE healthy OWNER attacker')
  await admin.close()
  const owner = await open('attacker', 'healthy')
  await owner.exec('REVOKE CREATE ON SCHEMA public FROM PUBLIC').catch(() => undefined)
  const { error } = await migrate(owner)
  if (error !== undefined) throw error
  await sync(owner, { cwd })
  await logEvents(owner, { input: lines(`{"userId":"${USER}","skillId":"one","version":"1","outcome":"success"}\n`) })
  await owner.close()
})

afterAll(async () => {
  rmSync(MARKER, { force: true })
  await server.stop()
})

let number = 0
/** A copy of the healthy database. */
async function copy(): Promise<string> {
  const name = `copy_${++number}`
  const admin = await open('postgres', 'postgres')
  await admin.exec(`CREATE DATABASE ${name} TEMPLATE healthy OWNER attacker`)
  await admin.close()
  return name
}

async function expectUnharmed(): Promise<void> {
  expect(existsSync(MARKER)).toBe(false)
  const admin = await open('postgres', 'postgres')
  expect(await admin.query("SELECT rolsuper FROM pg_roles WHERE rolname = 'attacker'")).toEqual([{ rolsuper: false }])
  await admin.close()
}

test('superuser: a healthy schema of another role -> every call works, verify passes with a warning', async () => {
  const database = await copy()
  const db = await open('postgres', database)
  const report = await verify(db, { cwd })
  expect(named(report)).toBe('')
  expect(report.checks.filter(({ status }) => status === 'skipped' && status.length > 0).map(({ id, applies }) => [id, applies])).toEqual(
    report.checks.filter(({ applies }) => applies === false).map(({ id }) => [id, false]),
  )
  expect(report.checks.find(({ id }) => id === 'safety.superuser-connection')).toMatchObject({
    status: 'warning',
    faults: [{ object: 'schema public', expected: 'a connection as attacker' }],
  })
  for (const [name, call] of Object.entries(CALLS)) await expect(call(db), name).resolves.not.toThrow()
  expect((await migrate(db)).report.foreignOwners).toEqual(['attacker'])
  const examined = await doctor({ databaseUrl: urlOf('postgres', database), env: {}, cwd })
  expect(examined.findings.find(({ id }) => id === 'rights.superuser')).toMatchObject({
    status: 'warning',
    text: expect.stringContaining('attacker'),
  })
  await db.close()
  const owner = await open('attacker', database)
  expect((await migrate(owner)).report.foreignOwners).toEqual([])
  await owner.close()
})

test.each(ATTACKS)('superuser: the owner of the schema changed it: %s -> nothing of it runs, verify names it', async (_, sql, object) => {
  const database = await copy()
  const attacker = await open('attacker', database)
  await attacker.exec(`${EVIL} ${sql}`)
  await attacker.close()
  // the attack itself, run by its author, has no privileges to do harm
  await expectUnharmed()
  const db = await open('postgres', database)
  const report = await verify(db, { cwd })
  expect(report.ok).toBe(false)
  expect(named(report)).toContain(object)
  expect(report.checks.find(({ id }) => id === 'safety.foreign-code')?.faults[0]?.actual).toContain('the role attacker')
  await appRoleGrants(db, { role: 'writer' })
  for (const [name, call] of Object.entries(CALLS)) await expect(call(db), name).rejects.toMatchObject({ code: 'FOREIGN_CODE' })
  const examined = await doctor({ databaseUrl: urlOf('postgres', database), env: {}, cwd })
  expect(
    examined.findings
      .filter(({ status }) => status === 'error')
      .map(({ text }) => text)
      .join('\n'),
  ).toContain('attacker')
  await db.close()
  await expectUnharmed()
})

test('superuser: additions of the owner that run no code of it -> every call works', async () => {
  const database = await copy()
  const owner = await open('attacker', database)
  await owner.exec(`ALTER TABLE skills_registry ADD COLUMN key uuid DEFAULT gen_random_uuid(), ADD COLUMN seen timestamptz DEFAULT now() - interval '1 day',
      ADD COLUMN team text DEFAULT 'a' || lower('B'), ADD CHECK (trust_level <= 5), ADD CHECK (char_length(team) <= 40 OR team IN ('a', 'b'));
    CREATE INDEX by_name ON skills_registry (lower(skill_id)); CREATE INDEX active ON skills_registry (skill_id) WHERE enabled;
    CREATE TABLE child () INHERITS (skill_usage_events); CREATE INDEX part ON child (lower(skill_id)) WHERE latency_ms > 0`)
  await owner.close()
  const db = await open('postgres', database)
  for (const [name, call] of Object.entries(CALLS)) await expect(call(db), name).resolves.not.toThrow()
  expect((await verify(db, { cwd })).checks.find(({ id }) => id === 'safety.foreign-code')).toMatchObject({ status: 'passed' })
  await db.close()
})

test('superuser: the command line, a schema with a trigger of its owner -> exit 2, and the way out', async () => {
  const database = await copy()
  const attacker = await open('attacker', database)
  await attacker.exec(`${EVIL} CREATE TRIGGER t BEFORE INSERT OR UPDATE ON skills_registry FOR EACH ROW EXECUTE FUNCTION evil_trigger()`)
  await attacker.close()
  const refused = await runSkills(['trust', 'one', '3', '--database-url', urlOf('postgres', database)], { cwd })
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/FOREIGN_CODE.*trigger skills_registry\.t of the role attacker[^]*connect as attacker/),
  })
  expect(await runSkills(['trust', 'one', '3', '--database-url', urlOf('attacker', database)], { cwd })).toMatchObject({ code: 0 })
  await expectUnharmed()
})

test('superuser: an application, an overload of the function that it calls -> its events wait', async () => {
  const database = await copy()
  const attacker = await open('attacker', database)
  await attacker.exec(ATTACKS.find(([attack]) => attack.startsWith('an overload'))?.[1] ?? '')
  await attacker.close()
  const { skills, warnings } = skillsOn(urlOf('postgres', database), { spillDir: scratch() })
  await expect(skills.logUsageNow({ userId: USER, skillId: 'one', version: '1', outcome: 'success' })).rejects.toMatchObject({
    code: 'FOREIGN_CODE',
  })
  skills.logUsage({ userId: USER, skillId: 'one', version: '1', outcome: 'success' })
  expect(await skills.flush()).toMatchObject({ complete: false, written: 0 })
  expect(warnings.map(({ message }) => message).join('\n')).toContain('code of another role')
  await skills.close()
  await expectUnharmed()
})

test('reader: what runs only when rows are written -> the tables are read, and none of it runs', async () => {
  const database = await copy()
  const owner = await open('attacker', database)
  await owner.exec(`${EVIL} CREATE TRIGGER t BEFORE INSERT ON skills_registry FOR EACH ROW EXECUTE FUNCTION evil_trigger();
    CREATE RULE r AS ON DELETE TO skill_feedback DO ALSO SELECT evil();
    ALTER TABLE skill_usage_events ADD COLUMN n int GENERATED ALWAYS AS (evil_number(1)) STORED, ADD CHECK (evil()) NOT VALID;
    CREATE TABLE others (skill_id text REFERENCES skills_registry ON DELETE CASCADE);
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO writer`)
  const examine = async (): Promise<unknown[]> => {
    const db = await open('writer', database)
    const { checks } = await verify(db, { cwd })
    await db.close()
    return ['safety.foreign-code', 'health.ratings'].map((wanted) => checks.find(({ id }) => id === wanted)?.status)
  }
  expect(await examine()).toEqual(['passed', 'passed'])
  await owner.exec('GRANT UPDATE (enabled) ON skills_registry TO writer')
  expect(await examine()).toEqual(['failed', 'skipped'])
  await owner.close()
  await expectUnharmed()
})

test('superuser: tables of a superuser, and a role that may add triggers -> its trigger does not run', async () => {
  const admin = await open('postgres', 'postgres')
  await admin.exec('CREATE DATABASE own_tables')
  await admin.close()
  const db = await open('postgres', 'own_tables')
  expect((await migrate(db)).error).toBeUndefined()
  await db.exec('GRANT ALL ON ALL TABLES IN SCHEMA public TO writer; CREATE SCHEMA others AUTHORIZATION writer')
  await db.close()
  const writer = await open('writer', 'own_tables')
  await writer.exec(`SET search_path TO others; ${EVIL.replaceAll('attacker', 'writer')}
    CREATE TRIGGER t BEFORE INSERT ON public.skills_registry FOR EACH ROW EXECUTE FUNCTION others.evil_trigger()`)
  await writer.close()
  const again = await open('postgres', 'own_tables')
  await expect(sync(again, { cwd })).rejects.toMatchObject({
    code: 'FOREIGN_CODE',
    message: expect.stringContaining('trigger skills_registry.t of the role writer'),
  })
  expect(named(await verify(again, { cwd }))).toContain('trigger skills_registry.t [safety.foreign-code]')
  await again.close()
  await expectUnharmed()
})

test('superuser with another role: code of that role -> not run, because it can switch back', async () => {
  const database = await copy()
  const attacker = await open('attacker', database)
  await attacker.exec(`${EVIL} ${ATTACKS[0]?.[1] ?? ''}`)
  await attacker.close()
  const db = await open('postgres', `${database}`)
  await db.exec('SET ROLE attacker')
  expect(named(await verify(db, { cwd }))).toContain('function is_skill_unlocked(uuid, text) [safety.foreign-code]')
  await db.close()
  await expectUnharmed()
})

test('owner of the schema: its own changes -> run, and judged by what they do', async () => {
  const database = await copy()
  const owner = await open('attacker', database)
  await owner.exec(
    `CREATE OR REPLACE FUNCTION is_skill_unlocked(p_user_id uuid, p_skill_id text) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'`,
  )
  const report = await verify(owner, { cwd })
  expect(named(report)).toContain('function is_skill_unlocked [functions.is-skill-unlocked.locked]')
  expect(report.checks.find(({ id }) => id === 'safety.foreign-code')?.status).toBe('passed')
  await owner.close()
})

test('event trigger: its function belongs to another role -> no scratch schema, and no migration by a superuser', async () => {
  const database = await copy()
  const attacker = await open('attacker', database)
  await attacker.exec('CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$')
  await attacker.close()
  const db = await open('postgres', database)
  await db.exec('CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION on_ddl()')
  await db.close()
  const again = await open('attacker', database)
  await again.exec(`CREATE OR REPLACE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN ${PAYLOAD} END $$`)
  await again.close()
  const late = await open('postgres', database)
  const report = await verify(late, { cwd })
  expect(report.checks.find(({ id }) => id === 'drift.build')).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining('event trigger watch of the role attacker'),
  })
  await expect(migrate(late)).rejects.toMatchObject({ code: 'FOREIGN_CODE' })
  await late.close()
  await expectUnharmed()
})
