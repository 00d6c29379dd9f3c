import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { freshServer } from '../support/databases.ts'
import { functionsUsed, plantOverloads } from '../support/overloads.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'

const MIGRATIONS = path.resolve(import.meta.dirname, '../../sql/migrations')
const USER = "'9f1c1d3e-0000-4000-8000-000000000001'::pg_catalog.uuid"

let db: Db

beforeAll(async () => {
  db = await (await freshServer()).openForFile()
  const names = await functionsUsed(db, MIGRATIONS)
  expect(names.length).toBeGreaterThan(40)
  await plantOverloads(db, 'public', names)
  await db.exec('SET search_path TO public, pg_temp')
})
afterAll(() => db.close())

const EVENTS = `'[
  ["s1", "walk", "1.0.0", "CORE", "success", 120, "h", {"tier": "DEEP", "element": "water"}, {}, null, "9f1c1d3e-0000-4000-8000-0000000000e1"],
  ["s1", "talk", "1.0.0", "CORE", "success", 80, null, {}, {}, null, "9f1c1d3e-0000-4000-8000-0000000000e2"]]'::pg_catalog.jsonb`

/** Each statement calls one function or reads one view; names and operators of its own are qualified. */
const CALLS: readonly string[] = [
  `public.log_skill_usage(${USER}, 's'::text, 'walk'::text, '1'::text, 'CORE'::text, 'success'::text, 12, 'h'::text, '{"tier": "FAST"}'::jsonb, '{}'::jsonb)`,
  `public.log_skill_usage_batch(${USER}, ${EVENTS}, ${USER}, false)`,
  `public.log_skill_usage_batch(${USER}, ${EVENTS}, NULL::uuid, true)`,
  `public.log_skill_usage_batch(${USER}, '[{"skill_id": "sit", "version": "1", "outcome": "soft_fail"}]'::jsonb, NULL::uuid, false)`,
  `public.unlock_skill(${USER}, 'walk'::text, 'earned'::text)`,
  `public.is_skill_unlocked(${USER}, 'walk'::text)`,
  'public.skill_rollup_events(1, true)',
  'public.skill_rollup_events(100000, false)',
  'public.skill_rollup_feedback(1, true)',
  'public.skill_rollup_feedback(100000, false)',
  `public.skill_rollup_adopt()`,
  `public.skill_rollup_repair('events'::text, false)`,
  `public.skill_rollup_repair('feedback'::text, true)`,
  `public.forget_skill_user(${USER})`,
  'public.skill_rollup_reset()',
]

test('migrations: every overload planted in the schema -> none is called while they are applied, twice', async () => {
  for (const version of [...OWN_MIGRATIONS, ...OWN_MIGRATIONS]) {
    await db.exec(readFileSync(path.join(MIGRATIONS, `${version}.sql`), 'utf8')).catch((error: unknown) => {
      throw new Error(`${version} found a planted overload`, { cause: error })
    })
  }
})

test('functions: every overload planted in the schema -> none is called', async () => {
  await db.exec(`
    SET search_path TO pg_catalog;
    INSERT INTO public.skills_registry (skill_id, version, meta) VALUES ('walk', '1.0.0', '{"category": "lineage"}');
    INSERT INTO public.skill_feedback (user_id, skill_id, version, rating, tags) VALUES (${USER}, 'walk', '1.0.0', 4, '{calm,slow}'), (${USER}, 'walk', '1.0.0', 5, '{calm}')`)
  // rows of an older database that a step sets aside
  await db.exec(`
    ALTER TABLE public.skill_usage_events DROP CONSTRAINT skill_usage_events_version_bytes;
    ALTER TABLE public.skill_feedback DROP CONSTRAINT skill_feedback_tags_bytes;
    INSERT INTO public.skill_usage_events (user_id, skill_id, version, outcome) VALUES (${USER}, 'walk', pg_catalog.repeat('x', 2000), 'success');
    INSERT INTO public.skill_feedback (user_id, skill_id, version, tags) VALUES (${USER}, 'walk', '1', ARRAY[pg_catalog.repeat('x', 2000)])`)
  for (const call of CALLS) await db.exec(`SELECT ${call}`).catch((error: unknown) => fail(call, error))
  // sessions that are old enough to be closed, in sets, and then one more event for one of them
  const old = `INSERT INTO public.skill_usage_events (user_id, session_id, skill_id, version, outcome, created_at)
    SELECT ${USER}, 'old' OPERATOR(pg_catalog.||) (i::text), skill, '1', 'success', pg_catalog.now() OPERATOR(pg_catalog.-) '2 hours'::interval
    FROM pg_catalog.generate_series(1, 4) AS i, (VALUES ('walk'::text), ('talk')) AS s (skill)`
  for (const sql of [old, old.replace("('talk')", "('sing')")]) {
    await db.exec(sql)
    await db.exec('SELECT public.skill_rollup_events(100000, true)').catch((error: unknown) => fail('skill_rollup_events', error))
  }
  await db.exec(`SELECT public.forget_skill_user(${USER})`).catch((error: unknown) => fail('forget_skill_user', error))
})

test('functions: a refused value and every overload planted in the schema -> 22023, none is called', async () => {
  for (const [key, value] of [
    ...['session_id', 'skill_id', 'version', 'tier', 'outcome', 'latency_ms', 'input_hash'].map((name) => [
      name,
      name === 'latency_ms' ? -1 : '',
    ]),
    ['state_snapshot', 'x'.repeat(262_144)],
    ['created_at', '1999-01-01'],
    ['created_at', 'soon'],
    ['event_key', 'x'],
  ] as const) {
    const events = JSON.stringify([{ skill_id: 'walk', version: '1', outcome: 'success', [String(key)]: value }])
    await expect(db.exec(`SELECT public.log_skill_usage_batch(${USER}, '${events}'::pg_catalog.jsonb)`), String(key)).rejects.toMatchObject(
      {
        code: '22023',
        message: expect.stringContaining(`p_events[0].${String(key)}`),
      },
    )
  }
  for (const call of [
    `unlock_skill(${USER}, ''::text)`,
    `is_skill_unlocked(${USER}, NULL::text)`,
    'skill_rollup_events(0, true)',
    "skill_rollup_repair('others'::text, false)",
    'forget_skill_user(NULL::uuid)',
  ])
    await expect(db.exec(`SELECT public.${call}`), call).rejects.toMatchObject({ code: '22023' })
})

test('views: every overload planted in the schema -> none is called', async () => {
  await db.exec(`SELECT public.log_skill_usage_batch(${USER}, ${EVENTS}, NULL::uuid, true)`)
  for (const view of ['v_skill_effectiveness', 'v_skill_cooccurrence'])
    await db.exec(`SELECT * FROM public.${view}`).catch((error: unknown) => fail(view, error))
})

test('overloads: a statement without qualification -> it is captured, so the tests above can fail', async () => {
  await db.exec('SET search_path TO public')
  for (const sql of [`SELECT array_to_json('{a}'::text[])`, `SELECT '{"a": 1}'::jsonb ->> '"a"'`, `SELECT '{a}'::text[] || '{b}'::text[]`])
    await expect(db.query(sql)).rejects.toThrow(/captured/)
})

function fail(what: string, cause: unknown): never {
  throw new Error(`${what} found a planted overload: ${String(cause)}`, { cause })
}
