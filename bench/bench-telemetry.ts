import type { Db, StatsCallOptions } from '../src/index.ts'
import { connect, stats } from '../src/index.ts'
import type { Bench } from './bench.ts'
import { skills } from './bench.ts'
import { median, runOnce } from './measure.ts'
import type { TelemetryData } from './telemetry-data.ts'
import { openTelemetryData } from './telemetry-data.ts'

const DAY_MS = 86_400_000
/** The most events that `stats` reads outside the rollups; with one more it updates the rollups. */
const TAIL = 9_999
const ROUNDS = 7
/** After this time two rounds are enough. */
const LONG_MS = 4_000

interface StatsQuery {
  name: string
  options: StatsCallOptions
  args: readonly string[]
  /** In milliseconds. */
  atMost?: number
}

/** How long the queries of `skills stats` take with many events: on an open connection with filled caches, and as whole processes. */
export async function benchTelemetry(bench: Bench): Promise<void> {
  const events = Number(process.env['BENCH_EVENTS'] ?? 10_000_000)
  console.log(`\nstats over ${events.toLocaleString('en')} events (set BENCH_EVENTS to change the number)`)
  const data = await openTelemetryData(bench.root, events)
  const db = await connect({ databaseUrl: data.url, env: {} })
  try {
    const queries = queriesOf(data, await busiestSkill(db))
    console.log('\n  warm, medians                                 query     process')
    let overview = Number.NaN
    for (const statsQuery of queries) {
      const took = await ask(bench, data, db, statsQuery)
      if (statsQuery === queries[0]) overview = took
    }
    const view = await medianOf(2, () => db.query('select * from v_skill_effectiveness'))
    const ratio = view / overview
    console.log(`  ${'the view v_skill_effectiveness'.padEnd(44)} ${ms(view)}`)
    console.log(`  the overview is ${ratio.toFixed(0)} x faster; at least 120 x: ${ratio >= 120 ? 'met' : 'MISSED'}`)
    await withTail(db, async () => {
      console.log(`\n  with ${TAIL.toLocaleString('en')} events that are not in the rollups yet`)
      for (const { name, options, args } of queries) await ask(bench, data, db, { name, options, args })
    })
  } finally {
    await db.close()
    await data.server.stop()
  }
}

function queriesOf({ ageMs }: TelemetryData, skill: string): StatsQuery[] {
  const since = (days: number): Pick<StatsQuery, 'options' | 'args'> => {
    const sinceMs = Math.round(ageMs + days * DAY_MS)
    return { options: { sinceMs }, args: ['--since', `${sinceMs}ms`] }
  }
  return [
    { name: 'overview', options: {}, args: [], atMost: 100 },
    { name: '--cooccurrence', options: { cooccurrence: true }, args: ['--cooccurrence'], atMost: 200 },
    { name: `the page of ${skill}`, options: { skill }, args: [skill], atMost: 50 },
    { name: '--by tier', options: { by: 'tier' }, args: ['--by', 'tier'] },
    { name: '--funnel', options: { funnel: true }, args: ['--funnel'] },
    {
      name: '--compare 7d',
      options: { compareMs: Math.round(ageMs + 7 * DAY_MS) },
      args: ['--compare', `${Math.round(ageMs + 7 * DAY_MS)}ms`],
    },
    { name: '--since 7d', ...since(7) },
    { name: '--since 30d', ...since(30) },
    { name: `${skill} --since 30d`, options: { skill, ...since(30).options }, args: [skill, ...since(30).args] },
    {
      name: '--cooccurrence --since 30d',
      options: { cooccurrence: true, ...since(30).options },
      args: ['--cooccurrence', ...since(30).args],
    },
    { name: '--funnel --since 30d', options: { funnel: true, ...since(30).options }, args: ['--funnel', ...since(30).args] },
  ]
}

async function ask(bench: Bench, { url }: TelemetryData, db: Db, { name, options, args, atMost }: StatsQuery): Promise<number> {
  const query = await medianOf(ROUNDS, () => stats(db, options))
  const command = skills(bench, name, url, 'stats', ...args)
  const whole = await medianOf(3, () => runOnce(command))
  const promise = atMost === undefined ? '' : `   at most ${atMost} ms: ${query <= atMost ? 'met' : 'MISSED'}`
  console.log(`  ${name.padEnd(44)} ${ms(query)}  ${ms(whole)}${promise}`)
  return query
}

/** The median of the rounds, after one that fills caches; of fewer rounds when they take long. */
async function medianOf(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  const enough = performance.now() + LONG_MS
  for (let round = -1; round < rounds && (round < 2 || performance.now() < enough); round++) {
    const began = performance.now()
    await work()
    if (round >= 0) times.push(performance.now() - began)
  }
  return median(times)
}

function ms(value: number): string {
  return `${value.toFixed(0).padStart(7)} ms`
}

async function busiestSkill(db: Db): Promise<string> {
  const [row] = await db.query('select skill_id from skill_rollup_versions group by 1 order by sum(n) desc limit 1')
  return String(row?.['skill_id'])
}

/** Adds events of new users and sessions and of known ones, and deletes them after the work. */
async function withTail(db: Db, work: () => Promise<void>): Promise<void> {
  await db.query(
    `insert into skill_usage_events (user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, created_at)
     select case when n % 4 = 0 then gen_random_uuid() else user_id end, case when n % 4 < 2 then session_id || '-later' else session_id end,
            skill_id, version, tier, outcome, latency_ms, 'bench-tail', state_snapshot, now() - make_interval(secs => n / 10.0)
       from (select *, row_number() over () as n from skill_usage_events order by created_at desc limit $1) as latest`,
    [TAIL],
  )
  try {
    await work()
  } finally {
    await db.query(
      `delete from skill_usage_events where txid >= (select txid_snapshot_xmin(snapshot) from skill_rollup_state where source = 'events') and input_hash = 'bench-tail'`,
    )
    await db.exec('VACUUM (ANALYZE) skill_usage_events')
  }
}
