import { expect, test } from 'vitest'
import { openDb } from '../../src/db/open.ts'
import type { Db } from '../../src/db/db.ts'
import { rollUp, stats, type StatsCallOptions } from '../../src/index.ts'
import { migratedServer, onEachBackend, targetOf } from '../support/databases.ts'
import { NO_POOLER, startPooler } from '../support/pgbouncer.ts'
import { insertEvents, insertFeedback, randomEvents, randomFeedback, seededRandom } from '../support/random-log.ts'

const USER = '00000000-0000-4000-8000-000000000001'

const QUESTIONS: readonly StatsCallOptions[] = [
  {},
  { skill: 'alpha' },
  { sinceMs: 4 * 86_400_000 },
  { compareMs: 3 * 86_400_000 },
  { cooccurrence: true },
  { funnel: true },
  { user: USER },
  ...(['tier', 'category', 'element', 'realm', 'version', 'outcome', 'day', 'hour'] as const).map((by) => ({ by })),
]

/** Forms of values that a role, a database or a server can have. */
const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  { datestyle: 'SQL, DMY' },
  { datestyle: 'SQL, MDY', timezone: 'America/St_Johns' },
  { datestyle: 'German', timezone: 'Europe/Amsterdam' },
  { datestyle: 'Postgres, DMY', intervalstyle: 'sql_standard' },
  { datestyle: 'Postgres, YMD', timezone: 'Asia/Kathmandu', intervalstyle: 'iso_8601' },
  { extra_float_digits: '-15', bytea_output: 'escape', quote_all_identifiers: 'on', timezone: 'Pacific/Kiritimati' },
  { lc_time: 'C', intervalstyle: 'postgres_verbose', timezone: 'Europe/Paris' },
]

async function writeLog(db: Db): Promise<void> {
  const now = Date.now()
  const events = randomEvents(seededRandom(11), now, { events: 90, days: 7 })
  // in 1890 the offsets of many time zones have seconds
  const old = { ...(events[0] as (typeof events)[number]), at: Date.UTC(1890, 3, 5, 23, 50) }
  await insertEvents(db, [...events, old])
  await insertFeedback(db, randomFeedback(seededRandom(12), events))
}

/** The answers to all questions, without what differs between two moments. */
async function answers(db: Db): Promise<string[]> {
  const all: string[] = []
  for (const question of QUESTIONS) {
    const report = await stats(db, { limit: 500, ...question })
    all.push(JSON.stringify(report, (key, value: unknown) => (PASSING.has(key) ? undefined : value)))
  }
  return all
}

const PASSING: ReadonlySet<string> = new Set(['since', 'until', 'steppedAt'])

onEachBackend((backend) => {
  test('stats: forms of dates, intervals and numbers are set in the session -> the same answers, before and after a rollup', async () => {
    const db = await (await backend.migrated()).open()
    await writeLog(db)
    const expected = await answers(db)
    for (const settings of SETTINGS) {
      for (const [name, value] of Object.entries(settings)) await db.query('select set_config($1, $2, false)', [name, value])
      expect(await answers(db), JSON.stringify(settings)).toEqual(expected)
    }
    await rollUp(db)
    const rolled = await answers(db)
    await db.exec('RESET ALL')
    expect(await answers(db)).toEqual(rolled)
    expect(rolled[0]).toContain('"firstEvent":"1890-04-05T23:50:00.000Z"')
    await rollUp(db, { rebuild: true })
    expect(await answers(db)).toEqual(rolled)
  })
})

test.skipIf(NO_POOLER !== undefined)(
  'stats: forms are set for the role and the database -> the same answers, also through PgBouncer',
  async () => {
    const database = await migratedServer()
    const first = await database.open()
    await writeLog(first)
    await rollUp(first)
    const expected = await answers(first)
    const pooler = await startPooler()
    try {
      for (const settings of SETTINGS) {
        const [inDatabase, ofRole] = [Object.entries(settings), [['datestyle', 'German']] as const]
        for (const [name, value] of inDatabase)
          await first.exec(`ALTER DATABASE ${database.name} SET ${name} TO '${value.replaceAll("'", "''")}'`)
        for (const [name, value] of ofRole) await first.exec(`ALTER ROLE postgres IN DATABASE ${database.name} SET ${name} TO '${value}'`)
        for (const open of [() => database.open(), async () => openDb(await targetOf(pooler.url(database.name)))]) {
          const db = await open()
          expect(await answers(db), JSON.stringify(settings)).toEqual(expected)
          await db.close()
        }
        await first.exec(`ALTER DATABASE ${database.name} RESET ALL; ALTER ROLE postgres IN DATABASE ${database.name} RESET ALL`)
      }
    } finally {
      await pooler.stop()
    }
  },
)
