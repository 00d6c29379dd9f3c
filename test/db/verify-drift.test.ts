import { describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import type { VerifyCallOptions } from '../../src/index.ts'
import { migrate, verify } from '../../src/index.ts'
import { splitStatements } from '../../src/sqltext/statements/split.ts'
import type { VerifyReport } from '../../src/verify/report.ts'
import { freshServer, migratedServer, ofBackend, onEachBackend } from '../support/databases.ts'
import { scratch, writeFiles } from '../support/scratch.ts'
import { sharedSession } from '../support/shared-session.ts'

const faultsOf = ({ checks }: VerifyReport, statuses: readonly string[] = ['failed']): string[] =>
  checks.filter(({ status }) => statuses.includes(status)).flatMap(({ id, faults }) => faults.map(({ object }) => `${id}: ${object}`))

const statusOf = ({ checks }: VerifyReport, id: string): string | undefined => checks.find((check) => check.id === id)?.status

/** Checks whose remedies are statements; the behaviour of a function follows from its definition, and a migration creates a view again. */
const isOfSchema = ({ id }: { id: string }): boolean =>
  /^(tables|indexes|drift|safety)\.|^functions\.(security|signatures|execute-rights)$/.test(id)

/** Files as people write them: qualified names, a pinned path, triggers, types, data, no transaction. */
const FILES = {
  'db/001_notes.sql': `CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE public.notes (id bigserial PRIMARY KEY, body text NOT NULL, mood mood DEFAULT 'good', at timestamptz NOT NULL DEFAULT now());
ALTER TABLE "public".notes ADD COLUMN author uuid;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM public.notes;
  NEW.at := now();
  RETURN NEW;
END $$;
CREATE TRIGGER touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION public.touch();
INSERT INTO public.notes (body) SELECT 'hello';
CREATE VIEW public.authors AS SELECT author, count(*) AS notes FROM public.notes GROUP BY author;
COMMENT ON TABLE public.notes IS 'what people write';
REVOKE ALL ON FUNCTION public.touch() FROM PUBLIC;
`,
  'db/002_more.sql': `-- skills: no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS notes_author ON public.notes (author);
CREATE UNIQUE INDEX CONCURRENTLY notes_body ON notes (md5(body));
DROP INDEX CONCURRENTLY IF EXISTS public.notes_body;
`,
  'db/003_lean.sql': `DROP INDEX IF EXISTS idx_skill_usage_outcome, public.idx_skill_unlocks_user_skill;
ALTER TABLE notes SET (fillfactor = 80);
DO $$ BEGIN ALTER TABLE notes ADD CONSTRAINT short CHECK (length(body) < 1000); END $$;
`,
}

onEachBackend((backend) => {
  const ready = async (files: Record<string, string> = FILES): Promise<{ db: Db; options: VerifyCallOptions }> => {
    const db = await (await backend.migrated()).open()
    const cwd = scratch(files)
    const dirs = Object.keys(files).length === 0 ? [] : [`${cwd}/db`]
    const { error } = await migrate(db, { migrations: dirs })
    expect(error).toBeUndefined()
    return { db, options: { cwd, migrations: dirs } }
  }

  test('drift: migrations of the user, unchanged database -> no fault', async () => {
    const { db, options } = await ready()
    const report = await verify(db, options)
    expect(faultsOf(report, ['failed'])).toEqual([])
    expect(statusOf(report, 'drift.build')).toBe('passed')
    expect(statusOf(report, 'drift.comments')).toBe('passed')
  })

  describe('one change', () => {
    const options: VerifyCallOptions = {}
    const session = sharedSession(backend.migrated, async (db) => {
      options.cwd = scratch(FILES)
      options.migrations = [`${options.cwd}/db`]
      expect((await migrate(db, options)).error).toBeUndefined()
    })

    test.each(
      ofBackend(backend, [
        ['DROP INDEX notes_author', 'drift.missing: index notes_author'],
        ['ALTER TABLE notes DROP COLUMN at CASCADE', 'drift.missing: column notes.at'],
        ["ALTER TABLE notes ALTER COLUMN mood SET DEFAULT 'bad'", 'drift.different: column notes.mood'],
        ["ALTER TYPE mood ADD VALUE 'odd'", 'drift.different: enum mood'],
        ['ALTER TABLE notes DROP CONSTRAINT short', 'drift.missing: constraint notes.short'],
        ['ALTER TABLE notes DISABLE TRIGGER touch', 'drift.different: trigger notes.touch'],
        ['ALTER FUNCTION touch() RESET ALL', 'safety.definer-search-path: function touch()'],
        ['ALTER FUNCTION touch() SECURITY INVOKER', 'drift.different: function touch()'],
        ['GRANT EXECUTE ON FUNCTION touch() TO PUBLIC', 'drift.grants: privileges of PUBLIC on function touch()'],
        ['DROP VIEW authors', 'drift.missing: view authors'],
        ['DROP TABLE notes CASCADE', 'drift.missing: table notes'],
        ['ALTER TABLE notes RESET (fillfactor)', 'drift.different: storage parameters of table notes'],
        ['CREATE UNIQUE INDEX theirs ON notes (body)', 'drift.extra: index theirs'],
      ]),
    )('drift: %s -> the fault is named', async (sql, fault) => {
      const report = await session.inside(async (db) => {
        await db.exec(sql)
        return verify(db, options)
      })
      expect(faultsOf(report)).toContain(fault)
    })

    test('drift: no -> no check of the group runs', async () => {
      const { checks } = await session.inside(async (db) => {
        await db.exec('DROP INDEX notes_author')
        return verify(db, { ...options, drift: 'no' })
      })
      expect(checks.filter(({ id }) => id.startsWith('drift.'))).toEqual([])
    })
  })

  test('drift: the remedies run as printed -> no fault remains', async () => {
    const { db, options } = await ready({})
    await db.exec(`DROP INDEX idx_agent_emergence_status; ALTER TABLE skills_registry DROP CONSTRAINT skills_registry_trust_level_check;
      DROP INDEX idx_skill_usage_created; CREATE INDEX idx_skill_usage_created ON skill_usage_events (created_at);
      ALTER TABLE skill_unlocks ALTER COLUMN unlocked DROP NOT NULL, ALTER COLUMN unlocked DROP DEFAULT, ENABLE ROW LEVEL SECURITY;
      ALTER TABLE skill_unlocks DROP CONSTRAINT skill_unlocks_pkey, ADD CONSTRAINT other_key PRIMARY KEY (skill_id, user_id);
      ALTER TABLE skill_feedback DROP COLUMN rating CASCADE; ALTER SEQUENCE skill_feedback_id_seq MAXVALUE 1000;
      ALTER FUNCTION unlock_skill(uuid, text, text) SECURITY INVOKER;
      ALTER FUNCTION log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric) SET search_path TO pg_catalog;
      GRANT EXECUTE ON FUNCTION is_skill_unlocked(uuid, text) TO PUBLIC; GRANT DELETE ON skill_feedback TO PUBLIC;
      GRANT SELECT (notes) ON skill_feedback TO PUBLIC`)
    const failed = (await verify(db, options)).checks.filter((check) => check.status === 'failed' && isOfSchema(check))
    const faults = failed.flatMap((check) => check.faults)
    expect(faults.map(({ object }) => object).toSorted()).toEqual([
      'column skill_feedback.rating',
      'column skill_unlocks.unlocked',
      'constraint skills_registry.skills_registry_trust_level_check',
      'function log_skill_usage',
      'function unlock_skill',
      'index idx_agent_emergence_status',
      'index idx_skill_feedback_rating',
      'index idx_skill_usage_created',
      'primary key skill_unlocks',
      'privileges of PUBLIC on column skill_feedback.notes',
      'privileges of PUBLIC on function is_skill_unlocked(uuid, text)',
      'sequence skill_feedback_id_seq',
      'table skill_feedback',
      'table skill_unlocks',
    ])
    for (const { sql = '' } of faults) for (const { text } of splitStatements(sql).statements) await db.exec(text)
    expect((await verify(db, options)).checks.filter((check) => check.status === 'failed' && isOfSchema(check))).toEqual([])
  })

  test('drift: an index of the package is missing -> one fault, of indexes.definitions', async () => {
    const { db, options } = await ready({})
    await db.exec('DROP INDEX idx_skill_usage_user_time')
    expect(faultsOf(await verify(db, options))).toEqual(['indexes.definitions: index idx_skill_usage_user_time'])
  })

  test('exclusive: objects that no migration creates -> faults, the ledger excepted', async () => {
    const { db, options } = await ready({})
    await db.exec(
      'CREATE TABLE theirs (id int PRIMARY KEY, at timestamptz); CREATE INDEX theirs_at ON theirs (at); CREATE INDEX mine ON skill_feedback (notes)',
    )
    expect(faultsOf(await verify(db, options))).toEqual([])
    expect(faultsOf(await verify(db, { ...options, exclusive: true }))).toEqual(['drift.extra: index mine', 'drift.extra: table theirs'])
  })

  test('drift: a pending migration -> not expected; a statement that fails in the scratch schema -> drift.build', async () => {
    const { db, options } = await ready({
      'db/001.sql': 'DO $$ BEGIN CREATE TABLE fed (id int); END $$;\nALTER TABLE fed ADD COLUMN x text;\n',
    })
    // the body looks for a row that an empty schema has not
    writeFiles(options.cwd ?? '', {
      'db/001.sql': 'DO $$ BEGIN PERFORM 1/(count(*)) FROM fed; END $$;\nALTER TABLE fed ADD COLUMN x text;\n',
      'db/002.sql': 'CREATE TABLE later (id int);\n',
    })
    const report = await verify(db, options)
    expect(faultsOf(report)).toEqual(['ledger.pending: migration 002', 'ledger.edited: migration 001'])
    expect(faultsOf(report, ['warning']).filter((line) => line.startsWith('drift'))).toEqual([
      expect.stringMatching(/^drift\.build: statement at .*001\.sql:1$/),
      expect.stringMatching(/^drift\.build: statement at .*001\.sql:2$/),
    ])
  })

  test('functions: another schema and a changed function -> the code of the database is tested', async () => {
    const database = await backend.fresh()
    const db = await database.open({ schema: 'My "App"' })
    await migrate(db)
    const cwd = scratch()
    expect(faultsOf(await verify(db, { cwd }))).toEqual([])
    await db.exec(`CREATE OR REPLACE FUNCTION "My ""App""".is_skill_unlocked(p_user_id uuid, p_skill_id text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
      SET search_path TO "My ""App""", pg_temp AS $$ BEGIN RETURN EXISTS (SELECT FROM "My ""App""".skills_registry r WHERE r.skill_id = p_skill_id); END $$`)
    const faults = faultsOf(await verify(db, { cwd }))
    expect(faults).toContain('drift.different: function is_skill_unlocked(uuid, text)')
    expect(faults).toContain('functions.is-skill-unlocked.locked: function is_skill_unlocked')
  })

  test('verify: after a run -> no row, no schema, no number taken from a sequence', async () => {
    const { db, options } = await ready({})
    const state = `SELECT pg_sequence_last_value('skill_usage_events_id_seq') AS events, pg_sequence_last_value('skill_feedback_id_seq') AS feedback,
      (SELECT count(*) FROM pg_namespace) AS schemas, (SELECT count(*) FROM pg_class) AS relations, (SELECT count(*) FROM skills_registry) AS skills`
    const before = await db.query(state)
    const report = await verify(db, options)
    expect(statusOf(report, 'functions.log-skill-usage.returns-id')).toBe('passed')
    expect(await db.query(state)).toEqual(before)
  })

  test('drift: an owner or a privilege that a migration names -> expected, no other', async () => {
    const role = `owner_${process.pid}_${backend.name}`
    const { db, options } = await ready({
      'db/001.sql': `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE notes (id int);
ALTER TABLE notes OWNER TO ${role};
GRANT SELECT ON skill_feedback TO ${role};
`,
    })
    expect(faultsOf(await verify(db, options))).toEqual([])
    await db.exec(
      `ALTER TABLE notes OWNER TO CURRENT_USER; GRANT DELETE ON skill_feedback TO ${role}; REVOKE SELECT ON skill_feedback FROM ${role}`,
    )
    expect(faultsOf(await verify(db, options))).toEqual([
      'drift.different: table notes',
      `drift.grants: privileges of ${role} on table skill_feedback`,
    ])
    await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })
})

test('verify: the role cannot create a schema -> the manifest is compared; with drift required it fails', async () => {
  const database = await migratedServer()
  const db = await database.open()
  const role = `writer_${process.pid}`
  await db.exec(`CREATE ROLE ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ${role}; SET ROLE ${role}`)
  const cwd = scratch()
  const report = await verify(db, { cwd })
  expect(report.ok).toBe(true)
  expect(statusOf(report, 'drift.missing')).toBe('passed')
  for (const id of ['drift.build', 'functions.log-skill-usage.returns-id']) {
    expect(report.checks.find((check) => check.id === id)).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('permission denied'),
    })
  }
  // on the real tables, in the transaction that is rolled back
  expect(statusOf(report, 'views.effectiveness.totals')).toBe('passed')
  expect(statusOf(report, 'functions.unlock-skill.again')).toBe('passed')
  expect((await verify(db, { cwd, drift: 'required' })).ok).toBe(false)
  await db.exec(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`)
})

test('drift: another role migrated -> no fault', async () => {
  const database = await freshServer()
  const db = await database.open()
  const role = `deployer_${process.pid}`
  await db.exec(
    `CREATE ROLE ${role}; GRANT ALL ON SCHEMA public TO ${role}; ALTER DEFAULT PRIVILEGES FOR ROLE ${role} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; SET ROLE ${role}`,
  )
  await migrate(db)
  await db.exec('RESET ROLE')
  expect(faultsOf(await verify(db, { cwd: scratch() }))).toEqual([])
  await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
})
