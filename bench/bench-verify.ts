import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { connect, demoData, migrate, rollUp } from '../src/index.ts'
import type { Bench } from './bench.ts'
import { recreate, skills } from './bench.ts'
import { median, outputOf, report } from './measure.ts'
import { writeSkillFolder } from './skill-folder.ts'

const SKILLS = 100
const EVENTS = 1_000_000
const MOST_CPU_SECONDS = 1.5

/** `verify` of an embedded database, of an empty database on a server, and of one with a million events. */
export async function benchVerify(bench: Bench): Promise<void> {
  const cwd = path.join(bench.scratch, 'verify')
  writeSkillFolder(path.join(cwd, 'skills'), SKILLS)
  const ours = { ...skills(bench, 'skills verify --ephemeral', '', 'verify', '--ephemeral', '--strict'), env: {}, cwd }
  const code = "import { PGlite } from '@electric-sql/pglite'; await (await PGlite.create('memory://')).close()"
  const bare = { name: 'PGlite: create a database', argv: [process.execPath, '--input-type=module', '-e', code], cwd: bench.root }
  await report(`verify --ephemeral, ${SKILLS} skills (expected: at most 5,000 ms)`, [ours, bare], bench.runs, [
    { to: bare.name, ratio: 1.25 },
  ])
  await benchServer(bench, cwd)
}

async function benchServer(bench: Bench, cwd: string): Promise<void> {
  await recreate(bench, 'bench_empty')
  await recreate(bench, 'bench_events')
  for (const database of ['bench_empty', 'bench_events']) {
    const db = await connect({ databaseUrl: bench.url(database), env: {} })
    await migrate(db)
    if (database === 'bench_events') {
      await demoData(db, { events: EVENTS, seed: 1, skills: 100 })
      await rollUp(db)
      await db.exec('VACUUM (ANALYZE)')
    }
    await db.close()
  }
  // the registry is not compared: the events are of other skills
  const full = {
    ...skills(bench, `verify, ${EVENTS.toLocaleString('en')} events`, bench.url('bench_events'), 'verify'),
    cwd: bench.scratch,
  }
  const empty = { ...skills(bench, 'verify, an empty database', bench.url('bench_empty'), 'verify'), cwd: bench.scratch }
  await report('verify on a server', [full, empty], bench.runs, [{ to: empty.name, ratio: 1.3 }])
  const seconds: number[] = []
  for (let i = 0; i < Math.min(bench.runs, 5); i++) seconds.push(await cpuOfVerify(bench, cwd))
  const cpu = median(seconds)
  console.log(
    `\nverify, an empty database: CPU of the program and of the server process ${cpu.toFixed(2)} s   at most ${MOST_CPU_SECONDS} s: ${cpu <= MOST_CPU_SECONDS ? 'met' : 'MISSED'}`,
  )
}

/** Seconds of CPU of a process that connects and verifies, from its start to its end, and of its server process. */
async function cpuOfVerify(bench: Bench, cwd: string): Promise<number> {
  const library = pathToFileURL(path.join(bench.root, 'dist', 'index.js')).href
  const code = `
    import { readFileSync } from 'node:fs'
    import { connect, verify } from ${JSON.stringify(library)}
    const db = await connect({ databaseUrl: process.env.DATABASE_URL, env: {} })
    const [{ pid }] = await db.query('SELECT pg_backend_pid() AS pid')
    await verify(db, { cwd: ${JSON.stringify(cwd)} })
    const { user, system } = process.cpuUsage()
    console.log((user + system) / 1e6 + Number(readFileSync('/proc/' + pid + '/schedstat', 'utf8').split(' ')[0]) / 1e9)
    await db.close()`
  const argv = [process.execPath, '--input-type=module', '-e', code]
  return Number(await outputOf({ name: 'verify', argv, env: { DATABASE_URL: bench.url('bench_empty') }, cwd: bench.scratch }))
}
