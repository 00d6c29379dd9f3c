import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { migrate, migrationStatus, verify, type Fault } from '../../src/index.ts'
import { freshServer, ofBackend, onEachBackend, serverUrl, targetOf } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { scratch } from '../support/scratch.ts'
import { applyOlderFiles, olderFile, OLDER_VERSIONS, ROWS_OUTSIDE_BOUNDS, writeOlderLedger } from '../support/older-system.ts'

/** What a database of the older system can have besides its two files and the rows of its ledger. */
const VARIANTS: readonly (readonly [string, string])[] = [
  ['rows outside the bounds', ROWS_OUTSIDE_BOUNDS],
  [
    'functions with another result, other arguments and another body',
    `DROP FUNCTION unlock_skill; DROP FUNCTION is_skill_unlocked; DROP FUNCTION log_skill_usage;
     CREATE FUNCTION unlock_skill(p_user_id uuid, p_skill_id text, p_unlock_reason text) RETURNS void LANGUAGE sql SECURITY DEFINER AS
       'INSERT INTO skill_unlocks (user_id, skill_id, unlocked) VALUES (p_user_id, p_skill_id, true)';
     CREATE FUNCTION is_skill_unlocked(u uuid, s text DEFAULT 'x') RETURNS boolean LANGUAGE sql SECURITY DEFINER AS 'SELECT true';
     CREATE FUNCTION log_skill_usage(p_user_id uuid, p_skill_id text, p_outcome text) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS
       'INSERT INTO skill_usage_events (user_id, skill_id, version, outcome) VALUES (p_user_id, p_skill_id, ''1'', p_outcome) RETURNING id'`,
  ],
  [
    'functions on which other objects depend',
    `DROP FUNCTION is_skill_unlocked;
     CREATE FUNCTION is_skill_unlocked(u uuid, s text) RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
     CREATE VIEW theirs AS SELECT is_skill_unlocked(user_id, skill_id) AS unlocked FROM skill_unlocks`,
  ],
  [
    'views with fewer, more, renamed and retyped columns',
    `DROP VIEW v_skill_effectiveness; CREATE VIEW v_skill_effectiveness AS SELECT skill_id, count(*)::int AS uses, 1 AS theirs FROM skill_usage_events GROUP BY 1;
     DROP VIEW v_skill_cooccurrence; CREATE VIEW v_skill_cooccurrence AS SELECT ARRAY[skill_id] AS skill_set FROM skill_usage_events`,
  ],
  [
    'views on which other objects depend',
    `CREATE MATERIALIZED VIEW mv_skill_cooccurrence AS SELECT * FROM v_skill_cooccurrence;
     CREATE UNIQUE INDEX ON mv_skill_cooccurrence (skill_set, tier, element, realm);
     DROP VIEW v_skill_effectiveness; CREATE VIEW v_skill_effectiveness AS SELECT skill_id, count(*) AS n FROM skill_usage_events GROUP BY 1;
     CREATE VIEW theirs AS SELECT * FROM v_skill_effectiveness`,
  ],
  [
    'a materialized view in place of a view',
    'DROP VIEW v_skill_cooccurrence; CREATE MATERIALIZED VIEW v_skill_cooccurrence AS SELECT 1 AS one',
  ],
  [
    'indexes, constraints and a foreign key of their own',
    `CREATE INDEX theirs ON skill_usage_events (tier); CREATE UNIQUE INDEX their_key ON skill_feedback (id, user_id);
     ALTER TABLE agent_emergence_candidates ADD UNIQUE (signature_hash); ALTER TABLE skills_registry ADD CHECK (trust_level < 100);
     ALTER TABLE skill_unlocks ADD CONSTRAINT fk_skill_unlocks_skill FOREIGN KEY (skill_id) REFERENCES skills_registry (skill_id) ON DELETE CASCADE`,
  ],
  ['tables partly missing', 'DROP TABLE skill_feedback CASCADE; DROP TABLE agent_emergence_candidates'],
  ['EXECUTE for PUBLIC, granted', 'GRANT EXECUTE ON FUNCTION unlock_skill(uuid, text, text), log_skill_usage TO PUBLIC'],
]

const DATABASES: readonly (readonly [string, (db: Db) => Promise<void>])[] = [
  ['both files, no ledger', applyOlderFiles],
  [
    'both files, with their ledger rows',
    async (db) => {
      await applyOlderFiles(db)
      await writeOlderLedger(db, OLDER_VERSIONS)
    },
  ],
  [
    'both files, ledger rows that end in .sql',
    async (db) => {
      await applyOlderFiles(db)
      await writeOlderLedger(
        db,
        OLDER_VERSIONS.map((version) => `${version}.sql`),
      )
    },
  ],
  ['ledger rows, and no file ever ran', (db) => writeOlderLedger(db, OLDER_VERSIONS)],
  [
    'ledger rows, and the second file never ran',
    async (db) => {
      await db.exec(olderFile(OLDER_VERSIONS[0]))
      await writeOlderLedger(db, OLDER_VERSIONS)
    },
  ],
  ...VARIANTS.map(
    ([name, sql]) =>
      [
        name,
        async (db: Db) => {
          await applyOlderFiles(db)
          await writeOlderLedger(db, OLDER_VERSIONS)
          await db.exec(sql)
        },
      ] as const,
  ),
]

const verified = (db: Db): ReturnType<typeof verify> => verify(db, { cwd: scratch() })

/** All rows of the tables of the older system, with the columns that they had. */
const rowsOf = (db: Db): Promise<unknown> =>
  db.query(`SELECT (SELECT jsonb_agg(t ORDER BY t.skill_id) FROM skills_registry t) AS registry,
    (SELECT jsonb_agg(to_jsonb(t) - 'txid' - '{event_key,error_type,input_tokens,output_tokens,cost_usd}'::text[] ORDER BY t.id) FROM skill_usage_events t) AS events,
    (SELECT jsonb_agg(to_jsonb(t) - 'txid' ORDER BY t.id) FROM skill_feedback t) AS feedback`)

onEachBackend((backend) => {
  test.each(ofBackend(backend, DATABASES))('older system: %s -> verify passes after migrate', async (_, build) => {
    const db = await (await backend.fresh()).open()
    await build(db)
    expect((await migrate(db)).error).toBeUndefined()
    // a function with other arguments may be in use: an operator drops it
    const others = (await verified(db)).checks.find(({ id }) => id === 'functions.overloads')?.faults ?? []
    for (const { sql = '' } of others) await db.exec(sql)
    const { ok, checks } = await verified(db)
    expect(checks.filter(({ status }) => status === 'failed')).toEqual([])
    expect(ok).toBe(true)
    const faults = checks.flatMap((check) => check.faults)
    for (const { remedy } of faults) expect(remedy).not.toContain('sql/migrations')
    expect((await migrationStatus(db)).upToDate).toBe(true)
    expect(await migrate(db)).toMatchObject({ report: { applied: [], pending: [], adopted: [] } })
  })

  test('older system: rows outside the bounds -> they stay, their number and the query that finds them are shown, and VALIDATE works afterwards', async () => {
    const db = await (await backend.fresh()).open()
    await applyOlderFiles(db)
    await db.exec(ROWS_OUTSIDE_BOUNDS)
    const before = await rowsOf(db)
    expect((await migrate(db)).error).toBeUndefined()
    expect(await rowsOf(db)).toEqual(before)
    const faults = async (): Promise<Fault[]> => (await verified(db)).checks.find(({ id }) => id === 'tables.rows')?.faults ?? []
    const found = await faults()
    expect(found.map(({ object, actual }) => `${object.replace(/.*\./, '')}: ${actual}`)).toEqual([
      'skill_usage_events_latency_ms_positive: NOT VALID; 1 row violates it',
      'skill_usage_events_outcome_known: NOT VALID; 2 rows violate it',
      'skills_registry_trust_level_check: missing; 1 row violates it',
    ])
    const counts = await Promise.all(
      found.map(async ({ remedy }) => (await db.query(/SELECT .*?(?=; correct)/.exec(remedy)?.[0] ?? '')).length),
    )
    expect(counts).toEqual([1, 2, 1])
    // an operator can still change a row with a trust level of 9
    await db.exec("UPDATE skills_registry SET enabled = false WHERE skill_id = 'old'")
    await db.exec("UPDATE skills_registry SET trust_level = 5; UPDATE skill_usage_events SET outcome = 'soft_fail', latency_ms = 1")
    for (const { remedy } of found) await db.exec(remedy.slice(remedy.indexOf('ALTER TABLE')))
    expect(await faults()).toEqual([])
    expect((await verified(db)).ok).toBe(true)
  })

  test('older system: constraints -> those that all rows satisfy are valid', async () => {
    const db = await (await backend.fresh()).open()
    await applyOlderFiles(db)
    await db.exec(ROWS_OUTSIDE_BOUNDS)
    await migrate(db)
    expect(await db.query("select conname from pg_constraint where contype = 'c' and not convalidated order by 1")).toEqual([
      { conname: 'skill_usage_events_latency_ms_positive' },
      { conname: 'skill_usage_events_outcome_known' },
    ])
  })

  test('older system: functions -> EXECUTE is revoked from PUBLIC and kept for roles, the search_path is pinned, also of other forms', async () => {
    const db = await (await backend.fresh()).open()
    const role = `older_${process.pid}_${backend.name}`
    await applyOlderFiles(db)
    await db.exec(`CREATE ROLE ${role}; DROP FUNCTION unlock_skill;
      CREATE FUNCTION unlock_skill(u uuid, s text, r text) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT';
      CREATE FUNCTION unlock_skill(u uuid, s text) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT';
      GRANT EXECUTE ON FUNCTION unlock_skill(uuid, text, text), is_skill_unlocked TO ${role}`)
    try {
      const { report, error } = await migrate(db)
      expect(error).toBeUndefined()
      expect(report.notices.join()).toContain('unlock_skill(uuid,text,text) of an older version was dropped')
      const functions = await db.query(
        `select p.oid::regprocedure::text as name, proconfig is not null as pinned, has_function_privilege('${role}', p.oid, 'EXECUTE') as role,
          exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0) as public
          from pg_proc p where pronamespace = current_schema()::regnamespace and prosecdef and proname ~ 'unlock|log_skill_usage$' order by 1`,
      )
      expect(functions).toMatchObject([
        { name: expect.stringMatching(/^is_skill/), pinned: true, role: true, public: false },
        { name: expect.stringMatching(/^log_/), pinned: true, role: false, public: false },
        { name: 'unlock_skill(uuid,text)', pinned: true, role: false, public: false },
        { name: 'unlock_skill(uuid,text,text)', pinned: true, role: true, public: false },
      ])
    } finally {
      await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  })

  test('older system: another object depends on a view whose columns differ -> the view is renamed and stays', async () => {
    const db = await (await backend.fresh()).open()
    await applyOlderFiles(db)
    await db.exec(`DROP VIEW v_skill_effectiveness; CREATE VIEW v_skill_effectiveness AS SELECT 7 AS seven;
      CREATE VIEW theirs AS SELECT * FROM v_skill_effectiveness`)
    const { report } = await migrate(db)
    expect(report.notices.join()).toContain('v_skill_effectiveness of an older version is now v_skill_effectiveness_older')
    expect(await db.query('SELECT * FROM theirs')).toEqual([{ seven: 7 }])
    expect(await db.query('SELECT * FROM v_skill_effectiveness')).toEqual([])
  })

  test('adopted file of the package: its tables are missing -> status is not up to date, migrate creates them', async () => {
    const db = await (await backend.fresh()).open()
    await writeOlderLedger(db, OLDER_VERSIONS)
    const status = await migrationStatus(db)
    expect(status).toMatchObject({ upToDate: false, foreign: 0 })
    const { report } = await migrate(db)
    expect(report.applied.map(({ version }) => version)).toEqual(OWN_MIGRATIONS)
    expect(await db.query("select to_regclass('skill_feedback') is not null as found")).toEqual([{ found: true }])
  })

  test('ledger of the older system: without a key and a default -> migrate adds both', async () => {
    const db = await (await backend.fresh()).open()
    await applyOlderFiles(db)
    await writeOlderLedger(db, OLDER_VERSIONS, 'version varchar(255), applied_at timestamp not null')
    expect((await migrate(db)).error).toBeUndefined()
    expect((await verified(db)).ok).toBe(true)
  })

  test('adopted file of the user -> it does not run', async () => {
    const db = await (await backend.fresh()).open()
    await writeOlderLedger(db, ['001_mine', '002_mine.sql'])
    const migrations = [scratch({ '001_mine.sql': 'create table mine (id int)', '002_mine.sql': 'create table mine (id int)' })]
    const { report } = await migrate(db, { migrations })
    expect(report.adopted).toEqual(['001_mine', '002_mine'])
    expect(await db.query("select to_regclass('mine') as mine")).toEqual([{ mine: null }])
  })

  test('older system: verify before migrate -> the differences, with comments of functions', async () => {
    const db = await (await backend.fresh()).open()
    await applyOlderFiles(db)
    await db.exec('CREATE TABLE schema_migrations (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())')
    const faults = (await verified(db)).checks.flatMap((check) => check.faults)
    expect(faults.map(({ remedy }) => remedy).join('\n')).toMatch(/^COMMENT ON FUNCTION public\.unlock_skill\(.*text\) IS '/m)
  })

  test('remedy of a changed function, view and comment -> it restores them, and names no file of the package', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(`COMMENT ON COLUMN skill_unlocks.unlocked IS 'other'; COMMENT ON VIEW v_skill_effectiveness IS NULL;
      COMMENT ON FUNCTION log_skill_usage IS NULL;
      CREATE OR REPLACE VIEW v_skill_cooccurrence AS SELECT NULL::text[] AS skill_set, '' AS tier, '' AS element, '' AS realm, 1::bigint AS cooccurrence_count,
        1::bigint AS distinct_users, 1::numeric(4,3) AS avg_success_rate, now() AS first_observed, now() AS last_observed;
      DROP FUNCTION unlock_skill`)
    const faults = (await verified(db)).checks.filter(({ status }) => status !== 'skipped').flatMap((check) => check.faults)
    for (const { sql = '' } of faults) await db.exec(sql)
    expect((await verified(db)).checks.filter(({ status }) => status === 'failed')).toEqual([])
  })
})

/** The folder of the older system, with another migration of its owner. */
const olderFolder = (more: Readonly<Record<string, string>> = {}): string =>
  scratch({ ...Object.fromEntries(OLDER_VERSIONS.map((version) => [`${version}.sql`, olderFile(version)])), ...more })

onEachBackend((backend) => {
  test.each([
    ['an empty database', async () => undefined],
    [
      'its database',
      async (db: Db) => {
        await applyOlderFiles(db)
        await writeOlderLedger(db, [...OLDER_VERSIONS, '20251225_theirs'])
        await db.exec('create table theirs (id int)')
      },
    ],
    [
      'its database, with .sql in the ledger',
      async (db: Db) => {
        await applyOlderFiles(db)
        await writeOlderLedger(
          db,
          [...OLDER_VERSIONS, '20251225_theirs'].map((version) => `${version}.sql`),
        )
        await db.exec('create table theirs (id int)')
      },
    ],
  ])(
    'folder of the older system as a folder of migrations: %s -> the files of the package run in place of its two files',
    async (_, build) => {
      const db = await (await backend.fresh()).open()
      await build(db)
      const migrations = [olderFolder({ '20251225_theirs.sql': 'create table theirs (id int); insert into theirs values (1)' })]
      const { report, error } = await migrate(db, { migrations })
      expect(error).toBeUndefined()
      expect(report.folderNotes.map(({ kind }) => kind)).toEqual(['package file', 'package file'])
      const status = await migrationStatus(db, { migrations })
      expect(status.migrations.map(({ version }) => version)).toEqual([...OWN_MIGRATIONS, '20251225_theirs'])
      expect(status.upToDate).toBe(true)
      const { checks } = await verify(db, { cwd: scratch(), migrations })
      expect(checks.filter((check) => check.status === 'failed')).toEqual([])
    },
  )

  test.each([
    ['other objects', 'create table theirs (id int);', /CREATE TABLE on line 1 is not about an object of the package/],
    ['rows', "create table if not exists skills_registry (skill_id text);\ninsert into skills_registry values ('a');", /INSERT on line 2/],
    ['nothing', 'select 1', /creates nothing of the package/],
  ])(
    'file with the name of one of the package by chance: %s -> MIGRATION_FILE_INVALID with both paths and the new name',
    async (_, sql, says) => {
      const db = await (await backend.fresh()).open()
      const dir = scratch({ '20251220_create_skill_system.sql': sql })
      const { error } = await migrate(db, { migrations: [dir] })
      expect(error).toMatchObject({ code: 'MIGRATION_FILE_INVALID', message: expect.stringMatching(says) })
      expect(error?.message).toContain('sql/migrations/20251220_create_skill_system.sql')
      expect(error?.hint).toContain(`mv ${dir}/20251220_create_skill_system.sql ${dir}/20251220_create_skill_system_own.sql`)
      expect(await db.query("select to_regclass('schema_migrations') as ledger")).toEqual([{ ledger: null }])
      await expect(migrationStatus(db, { migrations: [dir] })).rejects.toMatchObject({ code: 'MIGRATION_FILE_INVALID' })
    },
  )
})

test('older system: another role owns it -> a superuser must connect as that role, which migrates, and verify passes', async () => {
  const database = await freshServer()
  const admin = await database.open()
  const role = `older_owner_${process.pid}`
  await admin.exec(`CREATE ROLE ${role} LOGIN; GRANT CREATE ON SCHEMA public TO ${role}; SET ROLE ${role}`)
  await applyOlderFiles(admin)
  await writeOlderLedger(admin, OLDER_VERSIONS)
  await admin.exec('RESET ROLE')
  await expect(migrate(admin)).rejects.toMatchObject({ code: 'FOREIGN_CODE', hint: expect.stringContaining(`connect as ${role}`) })
  const owner = await openDb(await targetOf(serverUrl(database.name).replace('postgres://postgres@', `postgres://${role}@`)))
  try {
    expect((await migrate(owner)).error).toBeUndefined()
    expect((await verified(owner)).checks.filter(({ status }) => status === 'failed').map(({ id }) => id)).toEqual([])
  } finally {
    await owner.close()
    await admin.exec(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`)
  }
})
