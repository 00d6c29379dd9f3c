import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { connect } from '../../src/index.ts'
import { migratedEmbedded, migratedServer } from '../support/databases.ts'
import { EVENTS, eventLines, INTERRUPTIONS } from '../support/interruptions.ts'
import { runSkills, type RunResult } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'
import { until, untilAlone } from '../support/waiting.ts'

const KILLS = 30

/** Runs the command and kills it when it opens the embedded database. */
async function killedAfterOpening(args: readonly string[], cwd: string, directory: string): Promise<void> {
  let child: ChildProcess | undefined
  const run = runSkills(args, { cwd, onStart: (started) => (child = started) })
  await until('it opens the database', () => existsSync(`${directory}.lock`))
  child?.kill('SIGKILL')
  expect(await run).toMatchObject({ signal: 'SIGKILL' })
}

/** Runs the command and kills it after `ms`, unless it has ended before. */
function killedRun(args: readonly string[], cwd: string, ms: number): Promise<RunResult> {
  let timer: NodeJS.Timeout | undefined
  return runSkills(args, { cwd, onStart: (child) => (timer = setTimeout(() => child.kill('SIGKILL'), ms)) }).finally(() =>
    clearTimeout(timer),
  )
}

/** How long the command takes when nothing interrupts it. */
async function durationOf(run: () => Promise<RunResult>): Promise<number> {
  const began = performance.now()
  expect(await run()).toMatchObject({ code: 0 })
  return performance.now() - began
}

test.each(INTERRUPTIONS)(
  `$command: killed ${KILLS} times -> nothing is half done, the next run completes it`,
  async ({ args, setUp, prepare, holds, isDone }) => {
    const database = await migratedServer()
    const db = await database.open()
    const cwd = scratch({ 'skills/.keep': '' })
    const all = [...args, ...database.flags]
    await setUp?.(db, cwd)
    await prepare(db, cwd, 0)
    const longest = await durationOf(() => runSkills(all, { cwd }))
    await holds(db, 0)
    expect(await isDone(db, 0, cwd)).toBe(true)
    let killed = 0
    for (let round = 1; round <= KILLS; round++) {
      await prepare(db, cwd, round)
      const run = await killedRun(all, cwd, (0.2 + 0.8 * Math.random()) * longest)
      expect([0, null], run.stdout + run.stderr).toContain(run.code)
      if (run.signal === 'SIGKILL') killed++
      await untilAlone(db)
      await holds(db, round)
      const next = await runSkills(all, { cwd })
      expect(next, next.stdout + next.stderr).toMatchObject({ code: 0 })
      await holds(db, round)
      expect(await isDone(db, round, cwd), `round ${round}: ${next.stdout}`).toBe(true)
    }
    expect(killed).toBeGreaterThan(KILLS / 3)
  },
)

test(`embedded: killed ${KILLS} times while it writes -> the next process opens it, each event is written once`, async () => {
  const cwd = scratch({ 'events.ndjson': eventLines(0) })
  const args = ['log', 'events.ndjson', '--embedded', 'db']
  expect(await runSkills(['migrate', '--embedded', 'db'], { cwd })).toMatchObject({ code: 0 })
  const longest = await durationOf(() => runSkills(args, { cwd }))
  let killed = 0
  for (let round = 1; round <= KILLS; round++) {
    writeFiles(cwd, { 'events.ndjson': eventLines(round) })
    // each run opens the folder that the kill before has left
    const run = await killedRun(args, cwd, (0.4 + 0.6 * Math.random()) * longest)
    expect([0, null], run.stdout + run.stderr).toContain(run.code)
    expect(run.stderr).not.toContain('error')
    if (run.signal === 'SIGKILL') killed++
  }
  writeFiles(cwd, { 'events.ndjson': Array.from({ length: KILLS + 1 }, (_, round) => eventLines(round)).join('\n') })
  expect(await runSkills(args, { cwd })).toMatchObject({ code: 0 })
  const db = await connect({ embedded: path.join(cwd, 'db'), env: {} })
  expect(await db.query('SELECT count(*)::int AS n, count(DISTINCT input_hash)::int AS hashes FROM skill_usage_events')).toEqual([
    { n: (KILLS + 1) * EVENTS, hashes: (KILLS + 1) * EVENTS },
  ])
  await db.close()
  expect(killed).toBeGreaterThan(KILLS / 3)
})

test('embedded: recovery fails after a kill, because files are missing -> exit 3, and the process ends', async () => {
  const database = await migratedEmbedded()
  const directory = database.flags[1] ?? ''
  const args = ['log', 'events.ndjson', ...database.flags]
  const cwd = scratch({ 'events.ndjson': eventLines(0) })
  await killedAfterOpening(args, cwd, directory)
  for (const name of readdirSync(path.join(directory, 'pg_wal'))) rmSync(path.join(directory, 'pg_wal', name), { recursive: true })
  expect(await runSkills(args, { cwd })).toMatchObject({ code: 3, stderr: expect.stringContaining('EMBEDDED_BROKEN') })
})
