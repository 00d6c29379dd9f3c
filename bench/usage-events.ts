import { spawnSync } from 'node:child_process'
import { connect } from '../src/index.ts'

/** The columns that COPY and the library both write. */
export const COLUMNS =
  'user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts, created_at, event_key'

/** Process IDs of the connections to a database. */
export async function backendsOf(url: string): Promise<number[]> {
  const db = await connect({ databaseUrl: url, env: {} })
  const rows = await db.query('select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
  await db.close()
  return rows.map((row) => Number(row['pid']))
}

/** Seconds that psql needs for a command, without the start of psql. Throws when the command fails. */
export function psqlSeconds(url: string, command: string): number {
  const idle = psql(url, 'select 1')
  return (psql(url, command) - idle) / 1000
}

/** Runs a psql command and returns its wall time in milliseconds. */
function psql(url: string, command: string): number {
  const began = performance.now()
  const { status, stderr } = spawnSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', command, url], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`psql: ${stderr}`)
  return performance.now() - began
}
