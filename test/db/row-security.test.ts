import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSkills } from '../../src/api/create-skills.ts'
import { forgetUser, pruneEvents, rollUp } from '../../src/api/events.ts'
import { listSkills, setSkills, showSkill } from '../../src/api/registry-skills.ts'
import { stats } from '../../src/api/stats.ts'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { targetOf } from '../support/databases.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const USER = '9f1c1d3e-0000-4000-8000-000000000001'
const HIDDEN = 'ROW_SECURITY'

let server: TestServer
let admin: Db
/** `filtered` has every privilege, and sees no row of a table with row security; `owner` owns everything. */
const urls = { postgres: '', filtered: '', owner: '', app: '' }

beforeAll(async () => {
  server = await startPostgres()
  urls.postgres = server.url('postgres')
  admin = await openDb(await targetOf(urls.postgres))
  await admin.exec(`create role owner login; create role filtered login; create role app login; alter schema public owner to owner;
    grant create on database postgres to owner, filtered`)
  for (const name of ['filtered', 'owner', 'app'] as const)
    urls[name] = urls.postgres.replace('postgres://postgres@', `postgres://${name}@`)
  expect((await runSkills(['migrate', '--database-url', urls.owner])).code).toBe(0)
  expect((await runSkills(['demo-data', '--events', '2000', '--days', '20', '--database-url', urls.owner])).code).toBe(0)
  await admin.exec(`grant usage on schema public to filtered, app; grant all on all tables in schema public to filtered;
    grant all on all sequences in schema public to filtered; grant execute on all functions in schema public to filtered, app`)
}, 60_000)
afterAll(async () => {
  await admin.close()
  await server.stop()
})

/** Row security on one table during the work. */
async function withRowSecurity<T>(table: string, work: () => Promise<T>): Promise<T> {
  await admin.exec(`alter table ${table} enable row level security`)
  try {
    return await work()
  } finally {
    await admin.exec(`alter table ${table} disable row level security, no force row level security`)
  }
}

const EVENTS = 'skill_usage_events'
const REGISTRY = 'skills_registry'

/** By hidden table: the commands that read or write it. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  schema_migrations: [
    'migrate',
    'migrate --dry-run',
    'migrate status',
    'migrate baseline',
    'migrate repair 20251220_create_skill_system --yes',
    'verify',
  ],
  [REGISTRY]: [
    'sync',
    'sync --check',
    'sync --dry-run',
    'diff',
    'list',
    'show demo-skill-01',
    'enable demo-skill-01',
    'disable demo-skill-01',
    'trust demo-skill-01 2',
    'verify',
    'stats',
  ],
  [EVENTS]: [
    'verify',
    'demo-data --events 10',
    'stats',
    'stats --exact',
    'stats demo-skill-01 --since 7d',
    'stats --cooccurrence',
    'stats --by tier --exact',
    'stats --compare 7d',
    'stats --funnel --exact',
    `stats --user ${USER}`,
    'rollup',
    'rollup --rebuild',
    'prune-events --older-than 5d --yes',
    'prune-events --older-than 5d --dry-run',
    `forget-user ${USER} --yes`,
    `forget-user ${USER} --dry-run`,
  ],
  skill_feedback: ['stats', 'rollup'],
  skill_unlocks: ['stats --funnel', `forget-user ${USER} --yes`],
  skill_rollup_days: ['stats --since 10d'],
  skill_rollup_state: ['rollup', 'prune-events --older-than 5d --yes'],
}

describe('a role that row security filters', () => {
  test.each(Object.entries(CASES))(
    '%s hidden: every command that uses it -> exit 2, table and remedy',
    async (table, commands) => {
      const cwd = scratch({ 'skills/a/SKILL.md': '---\nname: a\ndescription: a\n---\n' })
      const results = await withRowSecurity(table, () =>
        Promise.all(
          commands.map(async (command) => {
            const { code, stdout } = await runSkills([...command.split(' '), '--json', '--database-url', urls.filtered], { cwd })
            return { command, code, error: (JSON.parse(stdout) as { error: object }).error }
          }),
        ),
      )
      const error = {
        code: HIDDEN,
        message: `row-level security hides rows of ${table} from role filtered`,
        hint: 'connect as the owner of the table, or as a role with BYPASSRLS',
      }
      expect(results).toEqual(commands.map((command) => ({ command, code: 2, error: expect.objectContaining(error) as object })))
    },
    60_000,
  )

  test('stats --tail -> exit 2, not an empty list', async () => {
    const result = await withRowSecurity(EVENTS, () => runSkills(['stats', '--tail', '--database-url', urls.filtered]))
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(HIDDEN) })
  })

  test('doctor -> a finding that is an error', async () => {
    const result = await withRowSecurity(REGISTRY, () =>
      runSkills(['doctor', '--database-url', urls.filtered], {
        cwd: scratch({ 'skills/a/SKILL.md': '---\nname: a\ndescription: a\n---\n' }),
      }),
    )
    expect(result.code).toBe(1)
    expect(result.stdout).toContain(HIDDEN)
  })

  test('library calls -> ROW_SECURITY', async () => {
    const db = await openDb(await targetOf(urls.filtered))
    const calls: [table: string, call: () => Promise<unknown>][] = [
      [REGISTRY, () => listSkills(db)],
      [REGISTRY, () => showSkill(db, 'demo-skill-01')],
      [REGISTRY, () => setSkills(db, ['demo-skill-01'], { enabled: true })],
      [EVENTS, () => stats(db)],
      [EVENTS, () => rollUp(db)],
      [EVENTS, () => pruneEvents(db, { olderThanMs: 86_400_000 })],
      [EVENTS, () => forgetUser(db, USER)],
    ]
    for (const [table, call] of calls)
      await withRowSecurity(table, () => expect(call(), String(call)).rejects.toMatchObject({ code: HIDDEN }))
    await db.close()
  })
})

test('an owner with FORCE ROW LEVEL SECURITY: stats -> exit 2, and its own remedy', async () => {
  const result = await withRowSecurity(EVENTS, async () => {
    await admin.exec(`alter table ${EVENTS} force row level security`)
    return runSkills(['stats', '--exact', '--database-url', urls.owner])
  })
  expect(result.code).toBe(2)
  expect(result.stderr).toContain('NO FORCE ROW LEVEL SECURITY')
})

test('a role with BYPASSRLS: stats -> all rows', async () => {
  await admin.exec('alter role filtered bypassrls')
  const result = await withRowSecurity(EVENTS, () => runSkills(['stats', '--exact', '--json', '--database-url', urls.filtered]))
  await admin.exec('alter role filtered nobypassrls')
  expect(JSON.parse(result.stdout)).toMatchObject({ ok: true, report: { totals: { events: 2000 } } })
})

test('telemetry client: policies of the application -> they hold, and logging works', async () => {
  await admin.exec(`grant select on skills_registry, skill_unlocks to app; grant insert, select on skill_feedback to app;
    grant usage on all sequences in schema public to app;
    create policy shown on skills_registry for select to app using (skill_id = 'demo-skill-01');
    create policy added on skill_feedback to app using (true)`)
  const tables = [REGISTRY, EVENTS, 'skill_feedback', 'skill_unlocks']
  for (const table of tables) await admin.exec(`alter table ${table} enable row level security`)
  const skills = createSkills({ enabled: true, database: urls.app, spillDir: false, atExit: false, env: {} })
  const event = { userId: USER, skillId: 'demo-skill-01', version: '1.0.0', outcome: 'success' } as const
  expect((await skills.listSkills()).map(({ id }) => id)).toEqual(['demo-skill-01'])
  expect(await skills.logUsageNow(event)).toMatch(/^\d+$/)
  skills.logUsage(event)
  expect(await skills.flush()).toMatchObject({ complete: true })
  expect(await skills.feedback({ userId: USER, skillId: 'demo-skill-01', version: '1.0.0', rating: 4 })).toMatch(/^\d+$/)
  expect(await skills.listUnlocks(USER)).toEqual([])
  await skills.close()
  for (const table of tables) await admin.exec(`alter table ${table} disable row level security`)
  expect(await admin.query(`select count(*)::int as n from ${EVENTS} where user_id = '${USER}'`)).toEqual([{ n: 2 }])
})
