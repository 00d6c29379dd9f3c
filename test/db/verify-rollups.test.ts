import { expect, test } from 'vitest'
import { forgetUser, pruneEvents, rollUp, verify, type VerifyReport } from '../../src/index.ts'
import type { Db } from '../../src/db/db.ts'
import { step } from '../../src/stats/rollup.ts'
import { onEachBackend } from '../support/databases.ts'
import { insertEvents, insertFeedback, randomEvents, randomFeedback, seededRandom } from '../support/random-log.ts'

const failedRollups = ({ checks }: VerifyReport): string[] =>
  checks
    .filter(({ id, status }) => id.startsWith('rollups.') && status !== 'passed')
    .flatMap(({ id, status, reason, faults }) => [
      `${id} ${status} ${reason ?? ''}`,
      ...faults.map((fault) => `${fault.object}: ${fault.actual}`),
    ])

const check = async (db: Db, recount = true): Promise<string[]> => failedRollups(await verify(db, { drift: 'no', recount }))

const one = (table: string, condition = 'true'): string => `ctid = (SELECT ctid FROM ${table} WHERE ${condition} LIMIT 1)`
const edit = (table: string, set: string, condition?: string): string => `UPDATE ${table} SET ${set} WHERE ${one(table, condition)}`

/** Changes, and the tables that no longer agree. */
const EDITS: readonly (readonly [string, ...string[]])[] = [
  [edit('skill_usage_events', 'user_id = gen_random_uuid()', 'session_id IS NOT NULL'), 'skill_rollup_users', 'skill_rollup_sessions'],
  [
    `${edit('skill_usage_events', `state_snapshot = '{"tier": "another"}'`)}; ${edit('skill_feedback', 'rating = 6 - rating', 'rating IN (1, 2, 4, 5)')}`,
    'skill_rollup_state_days',
    'skill_rollup_skill_states',
    'skill_rollup_feedback',
  ],
  [
    [
      edit('skill_rollup_hours', 'hour = 200'),
      edit('skill_rollup_days', 'latency_max = latency_max + 1', 'latency_max IS NOT NULL'),
      edit('skill_rollup_sessions', 'events = events + 1'),
      edit('skill_rollup_users', 'succeeded = NOT succeeded'),
      `INSERT INTO skill_rollup_tags VALUES ('any', 'tag', 1)`,
      "INSERT INTO skill_rollup_raters VALUES (gen_random_uuid(), 'any')",
    ].join('; '),
    'skill_rollup_hours',
    'skill_rollup_days',
    'skill_rollup_sessions',
    'skill_rollup_users',
    'skill_rollup_tags',
    'skill_rollup_raters',
  ],
]

onEachBackend((backend) => {
  const filled = async (seed: number): Promise<Db> => {
    const db = await (await backend.migrated()).open()
    const random = seededRandom(seed)
    const events = randomEvents(random, Date.now(), { events: 600, days: 30 })
    await insertEvents(db, events)
    await insertFeedback(db, randomFeedback(random, events))
    return db
  }
  test('rollups: counted in steps, in parts of a transaction, pruned, without a user, rebuilt -> verify finds no fault, with --recount too', async () => {
    const db = await filled(1)
    expect(await check(db)).toEqual([])
    // all events have one transaction, so this step takes a part of it
    await step(db, 'events', 100)
    expect(await check(db)).toEqual([])
    await rollUp(db, { batch: 70 })
    expect(await check(db)).toEqual([])
    await insertEvents(db, randomEvents(seededRandom(2), Date.now(), { events: 50, days: 30 }))
    expect(await check(db)).toEqual([])
    await rollUp(db)
    await pruneEvents(db, { olderThanMs: 12 * 86_400_000 })
    expect(await check(db)).toEqual([])
    await forgetUser(db, '00000000-0000-4000-8000-000000000000')
    expect(await check(db)).toEqual([])
    expect(await check(db, false)).toEqual([])
    await rollUp(db, { rebuild: true, loseHistory: true })
    expect(await check(db)).toEqual([])
  })

  test('rollups: the state rows are deleted -> a rebuild creates them again', async () => {
    const db = await filled(3)
    await rollUp(db)
    await db.exec('DELETE FROM skill_rollup_state')
    expect(await check(db)).not.toEqual([])
    await rollUp(db, { rebuild: true })
    expect(await check(db)).toEqual([])
  })

  test('rollups: one event of 60 skills and 90 days is deleted by hand -> --recount finds it; the sample of some day does', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(`INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, created_at)
      SELECT gen_random_uuid(), 'skill-' || s, '1', 'success', now() - make_interval(days => d) FROM generate_series(1, 60) AS s, generate_series(0, 89) AS d`)
    await rollUp(db)
    await db.exec(`DELETE FROM skill_usage_events WHERE skill_id = 'skill-7' AND created_at < now() - interval '88.5 days'`)
    const found = await check(db)
    expect(found.slice(0, 2)).toEqual([
      expect.stringContaining('rollups.recount failed'),
      expect.stringMatching(/^skill skill-7 on .*: version 1: 1 uses/),
    ])
    expect(found[2]).toContain('rollups.recount-tables failed')
  })

  test('rollups: any column of an event, a rating or a table is changed by hand -> --recount names the table', async () => {
    const db = await filled(4)
    await rollUp(db)
    for (const [change, ...named] of EDITS) {
      await db.exec(change)
      const found = (await check(db)).join('\n')
      for (const table of named) expect(found, change).toContain(`table ${table}: `)
      await rollUp(db, { rebuild: true })
    }
  })

  test('events: sent again with the same key -> stored once, no fault; stored twice by hand -> named', async () => {
    const db = await (await backend.migrated()).open()
    const user = '00000000-0000-4000-8000-000000000001'
    const key = '00000000-0000-4000-8000-0000000000ee'
    const send = `SELECT log_skill_usage_batch('${user}', '[["s","one","1","CORE","success",1,null,{},{},"2026-11-01T00:00:00Z","${key}"]]')`
    await db.exec(`${send}; ${send}`)
    await rollUp(db)
    expect(await check(db)).toEqual([])
    await db.exec(
      `INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, created_at, event_key) SELECT user_id, skill_id, version, outcome, created_at, event_key FROM skill_usage_events`,
    )
    expect(await check(db)).toContain(`event key ${key}: rows 1, 2`)
  })
})
