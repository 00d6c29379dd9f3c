// Measures skills against a lower bound and against other tools, in one run. `npm run bench` runs all parts, `npm run bench --
// migrate` one part. BENCH_RUNS=3 gives a quick result. `npm run bench:telemetry` is separate: the first time it needs
// minutes and disk space.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startPostgres } from '../test/support/postgres-server.ts'
import type { Bench } from './bench.ts'
import { benchIndexes } from './bench-indexes.ts'
import { benchLog } from './bench-log.ts'
import { benchMigrate } from './bench-migrate.ts'
import { benchPeers } from './bench-peers.ts'
import { benchRollup } from './bench-rollup.ts'
import { benchStart } from './bench-start.ts'
import { benchSync } from './bench-sync.ts'
import { benchTelemetry } from './bench-telemetry.ts'
import { benchVerify } from './bench-verify.ts'

const PARTS = {
  start: benchStart,
  migrate: benchMigrate,
  sync: benchSync,
  verify: benchVerify,
  log: benchLog,
  rollup: benchRollup,
  indexes: benchIndexes,
}

/** Run only when they are named. */
const LARGE = { telemetry: benchTelemetry, peers: benchPeers }

const wanted = process.argv.slice(2)
const scratch = mkdtempSync(path.join(os.tmpdir(), 'skills-bench-'))
const server = await startPostgres({ tcp: true })
const bench: Bench = { root: process.cwd(), scratch, runs: Number(process.env['BENCH_RUNS'] ?? 15), url: server.url }
try {
  for (const [name, part] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) await part(bench)
  for (const [name, part] of Object.entries(LARGE)) if (wanted.includes(name)) await part(bench)
} finally {
  await server.stop()
  rmSync(scratch, { recursive: true, force: true })
}
