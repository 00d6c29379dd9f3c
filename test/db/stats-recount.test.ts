import { expect, test } from 'vitest'
import { rollUp, stats } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { expectRecount } from '../support/stats-recount.ts'

onEachBackend((backend) => {
  test('stats: a random log -> every number equals a recount of the events', async () => {
    expect(await expectRecount(backend, 1)).toBeGreaterThan(300)
  })

  test('stats: late events of closed sessions -> the sets equal those of the events', async () => {
    const db = await (await backend.migrated()).open()
    const log = async (user: number, session: string, skills: readonly string[]): Promise<void> => {
      await db.query(
        `insert into skill_usage_events (user_id, session_id, skill_id, version, outcome, created_at)
         select ('00000000-0000-4000-8000-' || lpad($1::int::text, 12, '0'))::uuid, $2, skill, '1', 'success', now() - interval '1 day'
           from jsonb_array_elements_text($3::jsonb) as skill`,
        [user, session, skills],
      )
    }
    // four users in {a, b}, one of them with two sessions; three in {a, c}
    for (const user of [1, 2, 3, 4]) await log(user, `ab-${user}`, ['a', 'b'])
    await log(4, 'ab-again', ['a', 'b'])
    for (const user of [1, 5, 6]) await log(user, `ac-${user}`, ['a', 'c'])
    for (const user of [7, 8]) await log(user, `bc-${user}`, ['b', 'c'])
    await rollUp(db)
    const late: readonly (readonly [number, string, string[]])[] = [
      [1, 'ab-1', ['a']],
      [4, 'ab-again', ['c']],
      [4, 'ab-new', ['a', 'b']],
      [3, 'ab-3', ['d']],
      [3, 'ab-new', ['b', 'a']],
      [5, 'ac-5', ['b']],
      [6, 'ac-6', ['b']],
      [6, 'ac-new', ['c', 'a']],
      [9, 'bc-9', ['b', 'c']],
      [2, 'ab-2', ['c', 'd']],
    ]
    for (const [user, session, skills] of late) {
      await log(user, session, skills)
      const [rolled, exact] = [await stats(db, { cooccurrence: true }), await stats(db, { cooccurrence: true, exact: true })]
      expect(rolled.source.kind).toBe('rollup')
      expect(rolled.cooccurrence, session).toEqual(exact.cooccurrence)
    }
  })
})
