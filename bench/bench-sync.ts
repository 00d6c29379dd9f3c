import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import postgres from 'postgres'
import { loadSettings } from '../src/config/settings.ts'
import type { Db } from '../src/db/db.ts'
import { openDb } from '../src/db/open.ts'
import { migrate } from '../src/index.ts'
import type { SkillFolder } from '../src/registry/reading/read-folder.ts'
import { rowFor } from '../src/registry/skill/skill-row.ts'
import type { Skill } from '../src/registry/skill/skill.ts'
import { syncRegistry } from '../src/registry/table/sync.ts'
import type { Bench } from './bench.ts'
import { recreate, skills } from './bench.ts'
import type { Command } from './measure.ts'
import { median, report, runOnce } from './measure.ts'
import { writeSkillFolder } from './skill-folder.ts'

const SKILLS = Number(process.env['BENCH_SKILLS'] ?? 60_000)
const ROWS = 10_000
const PEAK_MB = 250

/** Reading many skills for the first time and again, and writing many rows. */
export async function benchSync(bench: Bench): Promise<void> {
  await benchReading(bench)
  await benchRows(bench)
}

async function benchReading(bench: Bench): Promise<void> {
  await recreate(bench, 'bench_sync')
  const url = bench.url('bench_sync')
  console.log(`\nwriting ${SKILLS} skills ...`)
  writeSkillFolder(path.join(bench.scratch, 'skills'), SKILLS)
  await runOnce(skills(bench, 'migrate', url, 'migrate'))
  await runOnce(quiet(bench, url))
  // the cache skips files that were written just now
  await new Promise((resolve) => setTimeout(resolve, 2500))
  const lowerBound: Command = {
    name: 'find | xargs sha256sum',
    // without the time for output
    argv: ['sh', '-c', 'find skills -type f -print0 | xargs -0 sha256sum > /dev/null'],
    cwd: bench.scratch,
  }
  const runs = Math.min(bench.runs, 5)
  const forget = async (): Promise<void> => rmSync(path.join(bench.scratch, '.skills'), { recursive: true, force: true })
  const first: Command = { ...quiet(bench, url), name: 'skills sync, without a cache', before: forget }
  await report(`sync of ${SKILLS} skills whose rows are up to date, first scan`, [first, lowerBound], runs, [
    { to: lowerBound.name, ratio: 1.3 },
  ])
  await runOnce(quiet(bench, url))
  const again: Command = { ...quiet(bench, url), name: 'skills sync, nothing changed, with a cache' }
  await report(`sync of ${SKILLS} unchanged skills`, [again, lowerBound], runs, [{ to: lowerBound.name, ratio: 0.6 }])
  peak(bench, 'with a cache', again)
  await forget()
  peak(bench, 'first scan', first)
  await recreate(bench, 'bench_sync')
  await runOnce(skills(bench, 'migrate', url, 'migrate'))
  peak(bench, 'all rows new', again, false)
}

function quiet(bench: Bench, url: string): Command {
  return skills(bench, 'skills sync', url, 'sync', '--quiet')
}

/** Peak resident memory, measured by GNU time. */
function peak(bench: Bench, what: string, command: Command, isBound = true): void {
  const { stderr } = spawnSync('/usr/bin/time', ['-f', '%M', ...command.argv], {
    cwd: bench.scratch,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...command.env },
    encoding: 'utf8',
  })
  const mb = Number(stderr?.trim().split('\n').at(-1)) / 1024
  if (Number.isNaN(mb)) console.log(`  peak memory, ${what}: GNU time is not installed`)
  else
    console.log(
      `  peak memory, ${what}: ${mb.toFixed(0)} MB${isBound ? `   at most ${PEAK_MB} MB: ${mb <= PEAK_MB ? 'met' : 'MISSED'}` : ''}`,
    )
}

/** New rows, against a COPY of the same rows, in one process and on two connections of the same kind. */
async function benchRows(bench: Bench): Promise<void> {
  await recreate(bench, 'bench_rows')
  const url = bench.url('bench_rows')
  const { database } = await loadSettings({ databaseUrl: url }, {}, bench.scratch)
  const db = await openDb(database.value)
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  await migrate(db)
  const folder: SkillFolder = {
    roots: [{ path: '/skills', label: 'skills' }],
    skills: Array.from({ length: ROWS }, (_, i) => skillNumber(i)),
    upToDate: [],
    invalid: [],
    diagnostics: [],
  }
  const lines = folder.skills.map((skill) => copyLine(skill)).join('')
  const times = { sync: [] as number[], copy: [] as number[] }
  for (let run = -1; run < bench.runs; run++) {
    const sync = await timed(() => syncRegistry(db, folder, { prune: 'disable', mode: 'write' }))
    await db.exec('TRUNCATE skills_registry')
    const copy = await timed(async () => {
      const stream = await sql`COPY skills_registry (skill_id, version, sha256, enabled, trust_level, meta) FROM STDIN`.writable()
      await new Promise((resolve, reject) => stream.once('finish', resolve).once('error', reject).end(lines))
    })
    await db.exec('TRUNCATE skills_registry')
    if (run >= 0) {
      times.sync.push(sync)
      times.copy.push(copy)
    }
  }
  const [own, lowerBound] = [median(times.sync), median(times.copy)]
  console.log(`\n${ROWS} new rows (medians of ${times.sync.length})`)
  console.log(
    `  sync ${own.toFixed(0)} ms, COPY ${lowerBound.toFixed(0)} ms: ratio ${(own / lowerBound).toFixed(2)} x   at most 2 x: ${own <= 2 * lowerBound ? 'met' : 'MISSED'}`,
  )
  await syncRegistry(db, folder, { prune: 'disable', mode: 'write' })
  const count = await statementsOf(db, (watched) => syncRegistry(watched, folder, { prune: 'disable', mode: 'write' }))
  console.log(`  unchanged sync of ${ROWS}: ${count} messages   at most 3: ${count <= 3 ? 'met' : 'MISSED'}`)
  await db.close()
  await sql.end()
}

function skillNumber(i: number): Skill {
  const id = `skill-${String(i).padStart(5, '0')}`
  const digest = i.toString(16).padStart(64, '0')
  const fileDigests = `${digest}  SKILL.md\n${digest}  references/notes.md\n`
  const meta = { name: id, triggers: ['a', 'b'], elements: [], realms: [], tags: ['x'], tier: 'CORE', license: 'MIT' } as const
  const description = `Skill number ${i}, which helps with task ${i % 97} of the people who come to it with that. Use it when that task comes up.`
  return { id, version: '1.0.0', description, enabled: true, trustLevel: 1, meta, sha256: digest, fileDigests, path: `skills/${id}`, file: `skills/${id}/SKILL.md`, root: 'skills' } // prettier-ignore
}

function copyLine(skill: Skill): string {
  const { skill_id, version, sha256, enabled, trust_level, meta } = rowFor(skill)
  return `${[skill_id, version, sha256, enabled, trust_level, JSON.stringify(meta).replaceAll('\\', '\\\\')].join('\t')}\n`
}

/** The number of messages to the server, with those of transactions. */
async function statementsOf(db: Db, work: (watched: Db) => Promise<unknown>): Promise<number> {
  let count = 0
  const counted =
    <A extends unknown[], R>(call: (...args: A) => R): ((...args: A) => R) =>
    (...args) => {
      count++
      return call(...args)
    }
  await work({
    ...db,
    run: counted(db.run) as Db['run'],
    exec: counted(db.exec),
    // BEGIN with its settings, and COMMIT
    transaction: (options, inside) => {
      count += 3
      return db.transaction(options, inside)
    },
  })
  return count
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
