import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Db } from '../src/index.ts'
import { connect, demoData, migrate, rollUp } from '../src/index.ts'
import type { TestServer } from '../test/support/postgres-server.ts'
import { startPostgres } from '../test/support/postgres-server.ts'

/** The events of a large company: 1,000 skills with a Zipf distribution, events / 100 users, events / 5 sessions, 180 days. */
export interface TelemetryData {
  server: TestServer
  url: string
  events: number
  /** The age of the latest event: the data set is kept, and a query for the last days must go back that much further. */
  ageMs: number
}

const SEED = 1
const SETTINGS = {
  shared_buffers: '2GB',
  max_wal_size: '4GB',
  checkpoint_timeout: '30min',
  effective_cache_size: '8GB',
  maintenance_work_mem: '1GB',
  wal_level: 'minimal',
  max_wal_senders: '0',
}

/** Starts a server with the data set. Creates the data set when it does not exist, and the rollups again when their SQL changed. */
export async function openTelemetryData(root: string, events: number): Promise<TelemetryData> {
  const folder = path.join(root, 'node_modules', '.cache', 'bench-telemetry', String(events))
  const mark = path.join(folder, 'made.json')
  const made = readMark(mark)
  const wanted = { events: digestOf(root, ['sql/demo']), rollups: digestOf(root, ['sql/migrations']) }
  if (made?.events !== wanted.events) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const server = await startPostgres({ tcp: true, keep: path.join(folder, 'data'), settings: SETTINGS })
  const url = server.url('postgres')
  const db = await connect({ databaseUrl: url, env: {}, waitMs: 300_000 })
  try {
    if (made?.events !== wanted.events) {
      await timed(`${events} events`, async () => {
        await migrated(db)
        await demoData(db, { events, seed: SEED, skills: 1_000 })
      })
    }
    if (made?.events !== wanted.events || made.rollups !== wanted.rollups) {
      await timed('rollups', async () => {
        if (made?.events === wanted.events) await withoutRollups(db)
        await migrated(db)
        await rollUp(db)
      })
      await timed('vacuum', () => db.exec('VACUUM (ANALYZE)'))
      writeFileSync(mark, JSON.stringify(wanted))
    }
    const [row] = await db.query('select extract(epoch from now() - max(created_at))::float8 as age from skill_usage_events')
    return { server, url, events, ageMs: Number(row?.['age']) * 1000 }
  } catch (error) {
    await server.stop()
    throw error
  } finally {
    await db.close()
  }
}

function readMark(file: string): { events: string; rollups: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { events: string; rollups: string }
  } catch {
    return undefined
  }
}

function digestOf(root: string, folders: readonly string[]): string {
  const hash = createHash('sha256')
  for (const folder of folders)
    for (const name of readdirSync(path.join(root, folder)).toSorted()) hash.update(readFileSync(path.join(root, folder, name)))
  return hash.digest('hex')
}

async function migrated(db: Db): Promise<void> {
  const { error } = await migrate(db)
  if (error !== undefined) throw error
}

/** Removes the rollups and the ledger rows, so that changed migrations run again on the events. */
async function withoutRollups(db: Db): Promise<void> {
  const tables = await db.query(
    `select oid::regclass::text as name from pg_class where relname like 'skill\\_rollup\\_%' and relkind = 'r'`,
  )
  if (tables.length > 0) await db.exec(`DROP TABLE ${tables.map(({ name }) => String(name)).join(', ')} CASCADE`)
  await db.exec('DELETE FROM schema_migrations')
}

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now()
  process.stdout.write(`  creating ${what} ... `)
  await work()
  console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`)
}
