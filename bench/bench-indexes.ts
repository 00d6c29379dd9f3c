import type { Db } from '../src/index.ts'
import { connect, demoData, migrate } from '../src/index.ts'
import type { Bench } from './bench.ts'
import { recreate } from './bench.ts'
import { cpuOf, median } from './measure.ts'
import { COLUMNS } from './usage-events.ts'

const EVENTS = 100_000
const STATEMENT = 1_000
const SKILLS = 400

/** Needed for queries: the history of a user and of a skill, a period, and the next rows of a rollup. */
const LEAN = [
  'CREATE INDEX idx_skill_usage_user_time ON skill_usage_events (user_id, created_at DESC)',
  'CREATE INDEX idx_skill_usage_skill_time ON skill_usage_events (skill_id, created_at DESC)',
  'CREATE INDEX idx_skill_usage_created ON skill_usage_events (created_at DESC)',
  'CREATE INDEX idx_skill_usage_txid ON skill_usage_events (txid)',
]
/** Shipped because the schema requires them; the indexes above serve the same queries. */
const EXTRA = [
  'CREATE INDEX idx_skill_usage_user ON skill_usage_events (user_id)',
  'CREATE INDEX idx_skill_usage_skill ON skill_usage_events (skill_id)',
  'CREATE INDEX idx_skill_usage_outcome ON skill_usage_events (outcome)',
]
const SHIPPED = [...LEAN, ...EXTRA]

interface Cost {
  /** Rows per second of CPU. */
  statement: number
  copy: number
  /** Bytes per event. */
  table: number
  indexes: number
  wal: number
}

/** What each index of skill_usage_events costs a writer: with all shipped indexes, without one of them, and without the extra ones. */
export async function benchIndexes(bench: Bench): Promise<void> {
  const file = await prepare(bench)
  const sets: readonly (readonly [string, readonly string[]])[] = [
    ['shipped', SHIPPED],
    ...SHIPPED.map((index) => [`without ${columnsOf(index)}`, SHIPPED.filter((other) => other !== index)] as const),
    ['lean', LEAN],
    ['primary key only', []],
  ]
  const costs = new Map(sets.map(([name]) => [name, [] as Cost[]]))
  // in turn, so that a slow phase of the machine affects all of them; the first round fills caches
  for (let round = -1; round < Math.min(bench.runs, 5); round++) {
    for (const [name, indexes] of sets) {
      const cost = await measureCost(bench, file, indexes)
      if (round >= 0) costs.get(name)?.push(cost)
    }
  }
  const of = (name: string, what: keyof Cost): number => median((costs.get(name) ?? []).map((cost) => cost[what]))
  console.log(`\nindexes of skill_usage_events, ${EVENTS} events, rows per second of CPU (medians of ${costs.get('shipped')?.length})`)
  console.log(
    '  | indexes | rows/s, 1,000 per statement | rows/s, COPY | index bytes per event | WAL bytes per event |\n  |---|---|---|---|---|',
  )
  for (const [name] of sets) {
    const rate = (what: 'statement' | 'copy'): string =>
      `${of(name, what).toFixed(0)} (${(of(name, what) / of('shipped', what)).toFixed(2)} x)`
    console.log(
      `  | ${name} | ${rate('statement')} | ${rate('copy')} | ${of(name, 'indexes').toFixed(0)} | ${of(name, 'wal').toFixed(0)} |`,
    )
  }
  console.log(`  the rows themselves: ${of('shipped', 'table').toFixed(0)} bytes per event`)
}

function columnsOf(index: string): string {
  return index.slice(index.indexOf('(')).toLowerCase()
}

/** Creates a template without indexes, and the events as a file on the server. */
async function prepare(bench: Bench): Promise<string> {
  await recreate(bench, 'bench_bare')
  const db = await connect({ databaseUrl: bench.url('bench_bare'), env: {} })
  await migrate(db)
  await demoData(db, { events: EVENTS, seed: 9, skills: SKILLS })
  const [place] = await db.query("select current_setting('data_directory') || '/indexes.tsv' as file")
  const file = String(place?.['file'])
  await db.exec(`update skill_usage_events set event_key = gen_random_uuid();
    copy (select ${COLUMNS} from skill_usage_events order by created_at) to '${file}';
    create table day as select row_number() over (order by created_at) as number, ${COLUMNS} from skill_usage_events;
    create index on day (number); truncate skill_usage_events; analyze`)
  const found = await db.query(
    "select indexname from pg_indexes where tablename = 'skill_usage_events' and indexname like 'idx%' order by 1",
  )
  const known = SHIPPED.map((index) => index.split(' ')[2]).toSorted()
  const names = found.map((row) => String(row['indexname']))
  if (names.join() !== known.join()) throw new Error(`the shipped indexes are not the measured ones: ${names.join(', ')}`)
  for (const name of names) await db.exec(`drop index ${name}`)
  await db.close()
  return file
}

async function measureCost(bench: Bench, file: string, indexes: readonly string[]): Promise<Cost> {
  await recreate(bench, 'bench_indexes', 'bench_bare')
  const db = await connect({ databaseUrl: bench.url('bench_indexes'), env: {} })
  for (const index of indexes) await db.exec(index)
  const rate = async (work: () => Promise<void>): Promise<number> => EVENTS / (await cpuOf([db.info.pid], work))
  const copy = await rate(() => db.exec(`copy skill_usage_events (${COLUMNS}) from '${file}'`))
  await db.exec('truncate skill_usage_events; checkpoint')
  const before = await walPosition(db)
  const statement = await rate(async () => {
    for (let from = 0; from < EVENTS; from += STATEMENT)
      await db.exec(
        `insert into skill_usage_events (${COLUMNS}) select ${COLUMNS} from day where number > ${from} and number <= ${from + STATEMENT}`,
      )
  })
  const [sizes] = await db.query(
    `select pg_table_size('skill_usage_events')::float8 as data, pg_indexes_size('skill_usage_events')::float8 as indexes,
            pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::text::pg_lsn)::float8 as wal`,
    [before],
  )
  await db.close()
  const each = (what: string): number => Number(sizes?.[what]) / EVENTS
  return { statement, copy, table: each('data'), indexes: each('indexes'), wal: each('wal') }
}

async function walPosition(db: Db): Promise<string> {
  const [row] = await db.query('select pg_current_wal_insert_lsn()::text as lsn')
  return String(row?.['lsn'])
}
