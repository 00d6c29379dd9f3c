import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { appRoleGrants, migrate, sync, verify, type VerifyCallOptions } from '../../src/index.ts'
import type { Fault, VerifyReport } from '../../src/verify/report.ts'
import { freshServer, migratedServer, onEachBackend, serverUrl, targetOf } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { sharedSession } from '../support/shared-session.ts'

const SKILL = '---\nname: one\ndescription: The one skill of this folder. Use it in tests.\n---\nBody.\n'
const LOG = 'log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric)'

/** The faults of a check, or of all checks that failed. */
function faultsOf({ checks }: VerifyReport, id?: string): Fault[] {
  return checks.filter((check) => (id === undefined ? check.status === 'failed' : check.id === id)).flatMap(({ faults }) => faults)
}

function objectsOf(report: VerifyReport, id: string): string[] {
  return faultsOf(report, id).map(({ object }) => object)
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

/** Runs the statements of all faults, as printed, until none is left. */
async function follow(db: Db, options: VerifyCallOptions): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const { checks } = await verify(db, options)
    const faults = checks.filter(({ id, status }) => status === 'failed' || id === 'safety.api-views').flatMap((check) => check.faults)
    if (faults.length === 0) return
    // a fault of a call has words: what it needs is the fault of another check
    for (const { sql } of faults) if (sql !== undefined) await db.exec(sql)
  }
}

function names(rows: readonly object[]): string[] {
  return rows.map((row) => (row as { name: string }).name)
}

onEachBackend(({ migrated }) => {
  let cwd = ''
  const session = sharedSession(migrated, (db) => {
    cwd = scratch({ 'skills/one/SKILL.md': SKILL, 'db/001_notes.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY);\n' })
    return sync(db, { cwd }).then(() => migrate(db, { migrations: [`${cwd}/db`] }))
  })
  const inside = <T>(work: (db: Db, look: () => Promise<VerifyReport>, options: VerifyCallOptions) => Promise<T>): Promise<T> =>
    session.inside((db) => {
      const options = { cwd, migrations: [`${cwd}/db`] }
      return work(db, () => verify(db, options), options)
    })

  test('verify: logging fails, views cannot be read, anon opens gates and PUBLIC deletes the ledger -> each is red', async () => {
    await inside(async (db, look, options) => {
      await db.exec(`CREATE ROLE stranger; CREATE ROLE anon; GRANT ALL ON SCHEMA public TO stranger;
        ALTER FUNCTION ${LOG} OWNER TO stranger; GRANT INSERT, SELECT ON skill_usage_events TO stranger;
        ALTER VIEW v_skill_effectiveness OWNER TO stranger; ALTER VIEW v_skill_cooccurrence OWNER TO stranger; REVOKE SELECT ON skill_usage_events FROM stranger;
        GRANT EXECUTE ON FUNCTION unlock_skill(uuid, text, text) TO anon; GRANT UPDATE (unlocked) ON skill_unlocks TO anon;
        GRANT DELETE ON schema_migrations TO PUBLIC`)
      const report = await look()
      expect(objectsOf(report, 'safety.owner-rights')).toEqual(
        expect.arrayContaining([`function ${LOG}`, 'view v_skill_cooccurrence', 'view v_skill_effectiveness']),
      )
      expect(objectsOf(report, 'safety.api-roles')).toEqual([
        'function unlock_skill(uuid, text, text)',
        'table schema_migrations',
        'table skill_unlocks',
      ])
      expect(faultsOf(report, 'safety.public-writes')).toMatchObject([
        { object: 'table schema_migrations', sql: 'REVOKE DELETE ON TABLE public.schema_migrations FROM PUBLIC', destructive: true },
      ])
      await follow(db, { ...options, drift: 'no' })
      expect(faultsOf(await verify(db, { ...options, drift: 'no' }))).toEqual([])
      await db.exec(
        "SET ROLE stranger; SELECT log_skill_usage(gen_random_uuid(), NULL, 'one', '1', NULL, 'success'); SELECT * FROM v_skill_effectiveness; RESET ROLE",
      )
    })
  })

  test('verify: random privileges of anon, authenticated and PUBLIC -> after the remedies anon has none', async () => {
    for (const seed of [1, 2, 3]) {
      await inside(async (db, _, options) => {
        const random = randomOf(seed)
        const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
        await db.exec(`CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE api_users; CREATE ROLE team; GRANT api_users TO anon; GRANT anon TO authenticated;
          CREATE TABLE part () INHERITS (skill_usage_events); CREATE MATERIALIZED VIEW copy AS SELECT * FROM skill_feedback; CREATE VIEW open AS SELECT * FROM skill_unlocks;
          GRANT team TO api_users; GRANT SELECT ON skill_unlocks TO team WITH GRANT OPTION; SET ROLE team; GRANT SELECT ON skill_unlocks TO anon; RESET ROLE`)
        const tables = names(
          await db.query(
            `SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm') AND relname <> 'notes'`,
          ),
        )
        const functions = names(
          await db.query(`SELECT oid::regprocedure::text AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace`),
        )
        const sequences = names(
          await db.query(`SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'`),
        )
        for (let i = 0; i < 12; i++) {
          const role = one(['anon', 'authenticated', 'PUBLIC', 'api_users', 'team'])
          await db.exec(`GRANT ${one(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'ALL'])} ON ${one(tables)} TO ${role};
            GRANT EXECUTE ON FUNCTION ${one(functions)} TO ${role}; GRANT ${one(['USAGE', 'UPDATE', 'SELECT'])} ON SEQUENCE ${one(sequences)} TO ${role};
            GRANT ${one(['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'])} (version) ON ${one(['skill_usage_events', 'skill_feedback', 'schema_migrations'])} TO ${role}`)
        }
        await follow(db, { ...options, drift: 'no' })
        for (const role of ['anon', 'authenticated']) {
          const left = await db.query(
            `SELECT c.relname::text AS name, p FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
              WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm') AND c.relname <> 'notes'
                AND (has_table_privilege('${role}', c.oid, p) OR (p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege('${role}', c.oid, p)))
             UNION ALL SELECT proname::text, 'EXECUTE' FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND has_function_privilege('${role}', oid, 'EXECUTE')
             UNION ALL SELECT relname::text, p FROM pg_class, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS p
              WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND has_sequence_privilege('${role}', oid, p)`,
          )
          expect(left, `seed ${seed}`).toEqual([])
        }
      })
    }
  })

  test('verify: roles that are in order -> no fault and no warning', async () => {
    await inside(async (db, look) => {
      const { statements } = await appRoleGrants(db, { role: 'shop' })
      await db.exec(`CREATE ROLE reporting LOGIN; CREATE ROLE shop LOGIN; CREATE ROLE skills_owner; CREATE ROLE deploy LOGIN; CREATE ROLE service_role; CREATE ROLE authenticator LOGIN NOINHERIT;
        CREATE ROLE anon; CREATE ROLE authenticated; GRANT anon, authenticated, service_role TO authenticator; GRANT ALL ON ALL TABLES IN SCHEMA public TO service_role;
        GRANT skills_owner TO deploy; ALTER TABLE skill_feedback OWNER TO skills_owner; GRANT USAGE ON SCHEMA public TO anon, authenticated, skills_owner;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO reporting; GRANT ALL ON notes TO reporting`)
      await db.exec(statements.join('\n'))
      const report = await look()
      expect(
        report.checks
          .filter(({ id, status }) => id.startsWith('safety.') && status !== 'passed' && status !== 'skipped')
          .map(({ id }) => id),
      ).toEqual(db.info.kind === 'server' ? ['safety.definer-superuser'] : [])
    })
  })

  test('verify: another role that can log in has more -> a warning with the REVOKE', async () => {
    await inside(async (db, look) => {
      await db.exec(`CREATE ROLE crew; CREATE ROLE job LOGIN; GRANT crew TO job; GRANT DELETE ON skill_feedback TO crew; GRANT UPDATE (meta, enabled) ON skills_registry TO job;
        GRANT INSERT ON schema_migrations TO job; CREATE ROLE heir LOGIN; GRANT ${db.info.user} TO heir`)
      const report = await look()
      expect(report.checks.find(({ id }) => id === 'safety.login-roles')?.status).toBe('warning')
      expect(faultsOf(report, 'safety.login-roles')).toMatchObject([
        {
          object: 'role heir',
          expected: expect.stringContaining(`no membership in ${db.info.user}`),
          sql: `REVOKE ${db.info.user} FROM heir`,
        },
        {
          object: 'role job',
          actual:
            'INSERT on table schema_migrations; DELETE on table skill_feedback (granted to crew); UPDATE (enabled, meta) on table skills_registry',
          sql: 'REVOKE DELETE ON TABLE public.skill_feedback FROM crew; REVOKE INSERT ON TABLE public.schema_migrations FROM job; REVOKE UPDATE (enabled, meta) ON TABLE public.skills_registry FROM job',
        },
      ])
    })
  })

  test('verify: row level security -> it decides about tables, and not about functions, views, TRUNCATE and policies with true', async () => {
    await inside(async (db, look) => {
      await db.exec(`CREATE ROLE anon; ALTER TABLE skill_unlocks ENABLE ROW LEVEL SECURITY; ALTER TABLE skill_feedback ENABLE ROW LEVEL SECURITY;
        GRANT SELECT, UPDATE, TRUNCATE ON skill_unlocks TO anon; GRANT SELECT, INSERT ON skill_feedback TO anon; GRANT USAGE ON SEQUENCE skill_feedback_id_seq TO anon;
        CREATE POLICY own ON skill_unlocks TO anon USING (user_id = gen_random_uuid()); CREATE POLICY any_row ON skill_feedback FOR INSERT TO anon WITH CHECK (true);
        GRANT EXECUTE ON FUNCTION is_skill_unlocked(uuid, text) TO anon; GRANT SELECT ON v_skill_effectiveness TO anon`)
      expect(faultsOf(await look(), 'safety.api-roles').map(({ object, actual }) => `${object}: ${actual}`)).toEqual([
        'function is_skill_unlocked(uuid, text): anon has EXECUTE',
        'table skill_feedback: anon has INSERT',
        'table skill_unlocks: anon has TRUNCATE',
        'view v_skill_effectiveness: anon has SELECT',
      ])
    })
  })

  test.each([
    ['tool and digest', 'tool = NULL, checksum = NULL'],
    [
      'everything that this tool writes',
      'tool = NULL, checksum = NULL, duration_ms = NULL, statements = NULL, applied_by = NULL, tolerated = NULL',
    ],
    ['the digest', 'checksum = NULL'],
    ['the digest, to an empty text', "checksum = ''"],
    ['the tool, to an empty text', "checksum = NULL, tool = ''"],
  ])('verify: the digest of a migration is emptied (%s) -> a fault', async (_, set) => {
    await inside(async (db, look) => {
      await db.exec(
        `UPDATE schema_migrations SET ${set} WHERE version = '001_notes'; UPDATE schema_migrations SET ${set} WHERE version = '20261121_skill_rollups'`,
      )
      const report = await look()
      expect(objectsOf(report, 'ledger.edited')).toContain('migration 001_notes')
      expect([...objectsOf(report, 'ledger.edited'), ...objectsOf(report, 'ledger.pending')]).toContain('migration 20261121_skill_rollups')
    })
  })
})

describe('verify: a role that may not look', () => {
  let admin: Db
  let name = ''
  const role = `ci_${process.pid}`
  beforeAll(async () => {
    const database = await freshServer()
    name = database.name
    admin = await database.openForFile()
    await admin.exec(`CREATE ROLE ${role} LOGIN; CREATE SCHEMA led; CREATE SCHEMA app; REVOKE USAGE ON SCHEMA public FROM PUBLIC`)
    const own = await openDb(await targetOf(serverUrl(name)), { schema: 'app' })
    await migrate(own, { ledger: 'led.versions' })
    await own.close()
  })
  afterAll(async () => {
    await admin.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    await admin.close()
  })
  const look = async (schema = 'app'): Promise<{ code: number | null; stderr: string }> => {
    const url = serverUrl(name).replace('postgres://postgres@', `postgres://${role}@`)
    const chosen = schema === '' ? [] : ['--schema', schema]
    return runSkills(['verify', '--database-url', url, '--ledger', 'led.versions', ...chosen], { cwd: scratch() })
  }

  test('no privilege, in two schemas -> exit 2 with one GRANT after the other, then it looks', async () => {
    const steps = [
      'GRANT USAGE ON SCHEMA "app" TO',
      'GRANT USAGE ON SCHEMA "led" TO',
      'GRANT SELECT ON "app"."agent_emergence_candidates"',
      '"led"."versions" TO',
    ]
    const first = await look()
    expect(first.code).toBe(2)
    for (const step of steps) expect(first.stderr).toContain(step)
    expect(first.stderr).not.toMatch(/does not exist|no such/)
    await admin.exec(/run as the owner: (.*)/.exec(first.stderr)?.[1] ?? '')
    expect((await look()).code).not.toBe(2)
    await admin.exec(`REVOKE SELECT ON app.skill_rollup_days FROM ${role}`)
    expect(await look()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`GRANT SELECT ON "app"."skill_rollup_days" TO "${role}"`),
    })
    await admin.exec(`GRANT SELECT ON app.skill_rollup_days TO ${role}`)
  })

  test('the schema of the search_path without USAGE -> exit 2 with the GRANT, and not "no schema"', async () => {
    await admin.exec(`ALTER ROLE ${role} SET search_path = app; REVOKE USAGE ON SCHEMA app FROM ${role}`)
    const { code, stderr } = await look('')
    await admin.exec(`GRANT USAGE ON SCHEMA app TO ${role}; ALTER ROLE ${role} RESET search_path`)
    expect(code).toBe(2)
    expect(stderr).toContain(`GRANT USAGE ON SCHEMA "app" TO "${role}"`)
    expect(stderr).not.toContain('SCHEMA_MISSING')
  })

  test('row level security on a table that no check reads -> exit 2', async () => {
    await admin.exec('ALTER TABLE app.skill_rollup_tags ENABLE ROW LEVEL SECURITY')
    const { code, stderr } = await look()
    await admin.exec('ALTER TABLE app.skill_rollup_tags DISABLE ROW LEVEL SECURITY')
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('hides rows of skill_rollup_tags') })
  })
})

test('verify: a table is locked for longer than the time limit -> exit 2 with the holder', async () => {
  const database = await migratedServer()
  const db = await database.open()
  for (const table of ['skill_feedback', 'schema_migrations']) {
    await db.exec(`BEGIN; LOCK TABLE ${table}`)
    const { code, stderr } = await runSkills(['verify', '--check-timeout', '200ms', ...database.flags], { cwd: scratch() })
    await db.exec('ROLLBACK')
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(`\\[TABLE_LOCKED\\] the table ${table} is locked by pid \\d+`),
    })
  }
})
