import { createHash, randomUUID } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { UsageEvent } from '../src/index.ts'
import { connect, createSkills, migrate } from '../src/index.ts'
import type { Bench } from './bench.ts'
import { recreate } from './bench.ts'
import { cpuOf, median } from './measure.ts'
import { backendsOf, COLUMNS, psqlSeconds } from './usage-events.ts'

const EVENTS = 30_000

/** Events written with `logUsage`, against COPY of the same rows into the same table, and the time of one call. */
export async function benchLog(bench: Bench): Promise<void> {
  await recreate(bench, 'bench_log')
  const url = bench.url('bench_log')
  const db = await connect({ databaseUrl: url, env: {} })
  await migrate(db)
  await db.close()
  const runs = Math.min(bench.runs, 7)
  for (const users of [1_000, EVENTS]) {
    const copied: number[] = []
    const logged: number[] = []
    const calls: number[] = []
    const cpu = { copied: [] as number[], logged: [] as number[] }
    for (let round = -1; round < runs; round++) {
      const copy = await copyOnce(bench, url, users)
      const { rate, call, perCpu } = await logOnce(bench, url, users)
      // the first round fills the table and caches
      if (round >= 0) {
        copied.push(copy.rate)
        cpu.copied.push(copy.perCpu)
        cpu.logged.push(perCpu)
        logged.push(rate)
        calls.push(call)
      }
    }
    const ratio = median(logged) / median(copied)
    console.log(`\n${EVENTS} events of ${users} users (medians of ${runs})`)
    console.log(`  COPY, one connection        ${median(copied).toFixed(0).padStart(8)} rows/s`)
    console.log(
      `  logUsage and flush          ${median(logged).toFixed(0).padStart(8)} rows/s   ${ratio.toFixed(2)} x; at least 0.5 x: ${ratio >= 0.5 ? 'met' : 'MISSED'}`,
    )
    console.log(
      `  the same, per second of CPU ${median(cpu.logged).toFixed(0).padStart(8)} rows     ${(median(cpu.logged) / median(cpu.copied)).toFixed(2)} x of ${median(cpu.copied).toFixed(0)}; more reliable on a busy machine`,
    )
    console.log(
      `  a call of logUsage          ${median(calls).toFixed(1).padStart(8)} µs       at most 20 µs: ${median(calls) <= 20 ? 'met' : 'MISSED'}`,
    )
  }
}

function events(users: number): UsageEvent[] {
  return Array.from({ length: EVENTS }, (_, i) => ({
    userId: userOf((i * 7919) % users),
    sessionId: `s${i % (users * 3)}`,
    skillId: `skill-${Math.floor((i % 1000) ** 2 / 1000)}`,
    version: '1.0.0',
    tier: 'CORE',
    outcome: 'success',
    latencyMs: i % 1000,
    inputHash: createHash('md5').update(String(i)).digest('hex'),
    stateSnapshot: { tier: 'CORE', element: 'water', realm: 'MIDDLEWORLD' },
  }))
}

function userOf(n: number): string {
  return createHash('md5')
    .update(String(n))
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Rows per second with \copy in psql, without the start of psql; and rows per second of CPU when the server reads the file. */
async function copyOnce(bench: Bench, url: string, users: number): Promise<{ rate: number; perCpu: number }> {
  const file = path.join(bench.scratch, 'events.tsv')
  const rows = events(users).map(({ userId, sessionId, skillId, version, tier, outcome, latencyMs, inputHash, stateSnapshot }) =>
    [
      userId,
      sessionId,
      skillId,
      version,
      tier,
      outcome,
      latencyMs,
      inputHash,
      JSON.stringify(stateSnapshot),
      '{}',
      new Date().toISOString(),
      randomUUID(),
    ].join('\t'),
  )
  writeFileSync(file, `${rows.join('\n')}\n`)
  const rate = EVENTS / psqlSeconds(url, `\\copy skill_usage_events (${COLUMNS}) from '${file}'`)
  chmodSync(bench.scratch, 0o755)
  const db = await connect({ databaseUrl: url, env: {} })
  const seconds = await cpuOf([db.info.pid], () => db.exec(`copy skill_usage_events (${COLUMNS}) from '${file}'`))
  await db.close()
  return { rate, perCpu: EVENTS / seconds }
}

async function logOnce(bench: Bench, url: string, users: number): Promise<{ rate: number; call: number; perCpu: number }> {
  const skills = createSkills({ database: url, enabled: true, env: {}, maxBuffered: EVENTS, spillDir: path.join(bench.scratch, 'spill') })
  await skills.listUnlocks(userOf(0))
  const all = events(users)
  const backends = await backendsOf(url)
  let [began, called, ended, complete] = [0, 0, 0, false]
  const seconds = await cpuOf(backends, async () => {
    began = performance.now()
    for (const event of all) skills.logUsage(event)
    called = performance.now()
    ;({ complete } = await skills.flush({ timeoutMs: 120_000 }))
    ended = performance.now()
  })
  if (!complete || skills.counts().spilled > 0) throw new Error('not all events were written directly')
  await skills.close()
  return { rate: (EVENTS / (ended - began)) * 1000, call: ((called - began) * 1000) / EVENTS, perCpu: EVENTS / seconds }
}
