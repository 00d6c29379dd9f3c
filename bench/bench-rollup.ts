import path from 'node:path'
import type { Db, UsageEvent } from '../src/index.ts'
import { connect, createSkills, demoData, migrate, rollUp } from '../src/index.ts'
import type { Bench } from './bench.ts'
import { recreate } from './bench.ts'
import { cpuOf, median } from './measure.ts'
import { backendsOf, COLUMNS } from './usage-events.ts'

const HISTORY = 300_000
const EVENTS = 100_000
const SINGLE = 3_000
const SKILLS = 400
const DAY_MS = 86_400_000

/** Names of the rates, in the order of the report. */
const INSERTS = ['log_skill_usage, one event per call', 'logUsage and flush', 'COPY'] as const
const ROLLUPS = ['new events, written by logUsage', 'new events, written by COPY', 'rebuild'] as const

/** The results of one round: rows per second of CPU, and how long inserts waited. */
interface Round {
  inserts: readonly number[]
  rollups: readonly number[]
  waits: Waits
}

interface Waits {
  alone: number
  duringRollup: number
  locks: number
}

/** The rate of rollups against the rate of one connection that inserts the same rows: the events of a day, after half a year of events. */
export async function benchRollup(bench: Bench): Promise<void> {
  const { file, events } = await prepare(bench)
  const rounds: Round[] = []
  for (let round = 0; round < Math.min(bench.runs, 3); round++) rounds.push(await measureRound(bench, file, events))

  const rates = (kind: 'inserts' | 'rollups', i: number): number => median(rounds.map((round) => round[kind][i] ?? Number.NaN))
  console.log(
    `\nrollup of ${EVENTS} events of one day, after ${HISTORY} of half a year, rows per second of CPU (medians of ${rounds.length})`,
  )
  for (const [i, name] of INSERTS.entries())
    console.log(`  one connection: ${name.padEnd(36)} ${rates('inserts', i).toFixed(0).padStart(8)} rows/s`)
  for (const [i, name] of ROLLUPS.entries()) {
    console.log(`  rollup: ${name.padEnd(44)} ${rates('rollups', i).toFixed(0).padStart(8)} rows/s`)
    for (const [j, insert] of INSERTS.entries()) {
      const ratio = rates('rollups', i) / rates('inserts', j)
      console.log(`    against ${insert.padEnd(42)} ${ratio.toFixed(1).padStart(8)} x   at least 5 x: ${ratio >= 5 ? 'met' : 'MISSED'}`)
    }
  }
  const longest = (what: keyof Waits): number => Math.max(...rounds.map(({ waits }) => waits[what]))
  console.log(`  longest insert without a rollup                      ${longest('alone').toFixed(0).padStart(8)} ms`)
  console.log(`  longest insert during a rollup                       ${longest('duringRollup').toFixed(0).padStart(8)} ms`)
  console.log(
    `  inserts that waited 50 ms or more for a lock         ${String(longest('locks')).padStart(8)}      none: ${longest('locks') === 0 ? 'met' : 'MISSED'}`,
  )
}

/** Creates a template with the rollups of the history, and the events of the day: as a file on the server for COPY and as objects. */
async function prepare(bench: Bench): Promise<{ file: string; events: UsageEvent[] }> {
  await recreate(bench, 'bench_day')
  const day = await connect({ databaseUrl: bench.url('bench_day'), env: {} })
  await migrate(day)
  await demoData(day, { events: EVENTS, seed: 8, days: 1, skills: SKILLS })
  const [place] = await day.query("select current_setting('data_directory') || '/day.tsv' as file")
  const file = String(place?.['file'])
  await day.exec(`update skill_usage_events set event_key = gen_random_uuid();
    copy (select ${COLUMNS} from skill_usage_events order by created_at) to '${file}'`)
  const rows = await day.query('select * from skill_usage_events order by created_at')
  await day.close()

  await recreate(bench, 'bench_history')
  const history = await connect({ databaseUrl: bench.url('bench_history'), env: {} })
  await migrate(history)
  await demoData(history, { events: HISTORY, seed: 7, skills: SKILLS, until: new Date(Date.now() - DAY_MS) })
  await rollUp(history)
  await history.exec('analyze')
  await history.close()
  return { file, events: rows.map(eventOf) }
}

function eventOf(row: Record<string, unknown>): UsageEvent {
  return {
    userId: row['user_id'],
    sessionId: row['session_id'],
    skillId: row['skill_id'],
    version: row['version'],
    tier: row['tier'],
    outcome: row['outcome'],
    latencyMs: row['latency_ms'],
    inputHash: row['input_hash'],
    stateSnapshot: row['state_snapshot'],
    artifacts: row['artifacts'],
    at: row['created_at'],
  } as UsageEvent
}

async function measureRound(bench: Bench, file: string, events: readonly UsageEvent[]): Promise<Round> {
  const url = bench.url('bench_rollup')
  await recreate(bench, 'bench_rollup', 'bench_history')
  const logged = await logAll(bench, url, events)
  const afterLogged = await rollUpRate(url)

  await recreate(bench, 'bench_rollup', 'bench_history')
  const copied = await insertRate(url, EVENTS, (db) => db.exec(`copy skill_usage_events (${COLUMNS}) from '${file}'`))
  const afterCopied = await rollUpRate(url)
  const first = await rollUpRate(url, true)
  const single = await insertRate(url, SINGLE, async (db) => {
    for (let i = 0; i < SINGLE; i++) await db.exec(INSERT)
  })
  const waits = await insertsDuringRollup(url)
  return { inserts: [single, logged, copied], rollups: [afterLogged, afterCopied, first], waits }
}

async function insertRate(url: string, rows: number, insert: (db: Db) => Promise<void>): Promise<number> {
  const db = await connect({ databaseUrl: url, env: {} })
  const seconds = await cpuOf([db.info.pid], () => insert(db))
  await db.close()
  return rows / seconds
}

async function logAll(bench: Bench, url: string, events: readonly UsageEvent[]): Promise<number> {
  const skills = createSkills({ database: url, enabled: true, env: {}, maxBuffered: EVENTS, spillDir: path.join(bench.scratch, 'spill') })
  await skills.listUnlocks(events[0]?.userId ?? '')
  let complete = false
  const log = async (): Promise<void> => {
    for (const event of events) skills.logUsage(event)
    ;({ complete } = await skills.flush({ timeoutMs: 120_000 }))
  }
  const seconds = await cpuOf(await backendsOf(url), log)
  if (!complete || skills.counts().spilled > 0) throw new Error('not all events were written directly')
  await skills.close()
  return events.length / seconds
}

async function rollUpRate(url: string, rebuild = false): Promise<number> {
  const db = await connect({ databaseUrl: url, env: {} })
  let events = 0
  const seconds = await cpuOf([db.info.pid], async () => ({ events } = await rollUp(db, { rebuild })))
  await db.close()
  return events / seconds
}

const INSERT = `select log_skill_usage(('00000000-0000-4000-8000-' || lpad((random() * 20000)::int::text, 12, '0'))::uuid, 's' || (random() * 20000)::int,
  'demo-skill-' || (random() * 40)::int, '1.0.0', 'CORE', 'success', 100, null, '{"tier": "CORE", "element": "water", "realm": "MIDDLEWORLD"}', '{}')`

/** Inserts one by one, first without and then during a rebuild. The server reports each lock wait of 50 ms. */
async function insertsDuringRollup(url: string): Promise<Waits> {
  const writer = await connect({ databaseUrl: url, env: {} })
  let locks = 0
  writer.onNotice(({ message }) => (locks += message.includes('still waiting for') ? 1 : 0))
  await writer.exec("set log_lock_waits = on; set deadlock_timeout = '50ms'; set client_min_messages = log")
  const steps = { running: true }
  const insertWhile = async (isOn: () => boolean): Promise<number> => {
    let longest = 0
    while (isOn()) {
      const began = performance.now()
      await writer.exec(INSERT)
      longest = Math.max(longest, performance.now() - began)
    }
    return longest
  }
  const until = performance.now() + 2000
  const alone = await insertWhile(() => performance.now() < until)
  const rolling = rollUpRate(url, true).finally(() => (steps.running = false))
  const duringRollup = await insertWhile(() => steps.running)
  await rolling
  await writer.close()
  return { alone, duringRollup, locks }
}
