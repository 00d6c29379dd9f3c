import { spawn, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Context } from '../../src/cli/output/context.ts'
import type { Io } from '../../src/cli/output/io.ts'
import { createIo } from '../../src/cli/output/io.ts'
import { createProgress } from '../../src/cli/output/progress.ts'
import { tailStats } from '../../src/cli/commands/stats/tail.ts'
import type { Db } from '../../src/db/db.ts'
import { eventTail } from '../../src/index.ts'
import type { TestDatabase } from '../support/databases.ts'
import { freshEmbedded, freshServer, migratedServer } from '../support/databases.ts'
import { BIN, runSkills } from '../support/run-skills.ts'
import { startSkills } from '../support/running-skills.ts'
import { scratch } from '../support/scratch.ts'

const soon = { timeout: 120_000, interval: 20 }
const USER = '9f1c1d3e-0000-4000-8000-000000000001'
const OTHER = '9f1c1d3e-0000-4000-8000-000000000002'

async function log(db: Db, skill: string, user = USER, rows = 1): Promise<void> {
  await db.query(
    `select log_skill_usage($1::uuid, 'session-' || n, $2, '1.2.3', 'CORE', 'success', 123) from generate_series(1, $3::int) as n`,
    [user, skill, rows],
  )
}

async function ready(): Promise<{ database: TestDatabase; db: Db; cwd: string }> {
  const database = await migratedServer()
  const db = await database.open()
  return { database, db, cwd: scratch() }
}

async function loseConnections(db: Db): Promise<void> {
  await db.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
}

test('stats --tail: late commits and lost connections -> the last events, then each event once; Ctrl-C -> exit code 130', async () => {
  const { database, db, cwd } = await ready()
  for (const skill of ['first', 'second', 'third']) await log(db, skill)
  const late = await database.open()
  await late.exec('begin')
  await log(late, 'late')
  const tail = startSkills(['stats', '--tail', '--limit', '2', ...database.flags], cwd)
  await expect.poll(tail.stdout, soon).toContain('third')
  expect(tail.stdout()).toMatch(
    /^postgres:\/\/.* \(PostgreSQL .*\)\nnew events appear as they are committed; press Ctrl-C to stop\n.*second.*\n.*third/,
  )
  await log(db, 'fourth', OTHER)
  await expect
    .poll(tail.stdout, soon)
    .toMatch(new RegExp(`\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d  fourth  success +123 ms  1\\.2\\.3  CORE  ${OTHER}  session-1\n`))
  await late.exec('commit')
  await expect.poll(tail.stdout, soon).toContain('late')

  await loseConnections(db)
  await log(db, 'meanwhile')
  await expect.poll(tail.stderr, soon).toMatch(/connection to the database was lost[^]*connected again/)
  // without a terminal there is no summary
  await log(db, 'many', OTHER, 100)
  await expect.poll(() => tail.stdout().match(/many/g)?.length, soon).toBe(100)

  tail.child.kill('SIGINT')
  expect(await tail.ended).toEqual([130, null])
  const skills = tail.stdout().match(/first|second|third|fourth|late|meanwhile/g)
  expect(skills).toEqual(['second', 'third', 'fourth', 'late', 'meanwhile'])
})

test('stats --tail: NOTIFY -> it looks at once', async () => {
  const { database, db } = await ready()
  let shown = ''
  let outIsClosed = false
  const io: Io = {
    ...createIo({}, {}),
    out: (text) => (shown += `${text}\n`),
    err: () => undefined,
    terminal: undefined,
    get outIsClosed() {
      return outIsClosed
    },
  }
  const context: Context = { env: {}, cwd: scratch(), io, progress: createProgress(io, true) }
  await log(db, 'begins')
  // but for the notification the next look would be in an hour
  const running = tailStats(context, { open: () => database.open(), tail: eventTail(), ndjson: false, everyMs: 3_600_000 })
  try {
    await expect.poll(() => shown, soon).toContain('begins')
    for (const skill of ['heard', 'heard-again']) {
      await log(db, skill)
      expect(shown).not.toContain(skill)
      await db.exec('NOTIFY skill_usage')
      await expect.poll(() => shown, soon).toContain(`${skill} `)
    }
  } finally {
    outIsClosed = true
    await loseConnections(db)
    await running
  }
})

test('stats --tail: of a skill or a user -> only their events; --ndjson -> lines that skills log reads', async () => {
  const { database, db, cwd } = await ready()
  const tail = startSkills(['stats', 'mine', '--tail', '--ndjson', '--user', USER, ...database.flags], cwd)
  await log(db, 'mine', OTHER)
  await log(db, 'other')
  await log(db, 'mine', USER, 3)
  await expect.poll(() => tail.stdout().split('\n').length, soon).toBe(4)
  tail.child.kill('SIGTERM')
  expect(await tail.ended).toEqual([143, null])
  expect(tail.stderr()).toBe('')
  const events = tail
    .stdout()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(events[0]).toEqual({
    id: expect.any(String),
    userId: USER,
    sessionId: 'session-1',
    skillId: 'mine',
    version: '1.2.3',
    tier: 'CORE',
    outcome: 'success',
    latencyMs: 123,
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
  })
  const log2 = spawnSync(process.execPath, [BIN, 'log', '--dry-run', '--json'], { cwd, input: tail.stdout(), encoding: 'utf8' })
  expect(JSON.parse(log2.stdout)).toMatchObject({ ok: true, report: { events: 3, rejected: 0, ignored: 0, unknownKeys: [] } })
})

test('stats --tail: the reader has ended -> it ends with the next event', async () => {
  const { database, db, cwd } = await ready()
  const tail = startSkills(['stats', '--tail', ...database.flags], cwd)
  await expect.poll(tail.stdout, soon).toContain('Ctrl-C')
  tail.child.stdout?.destroy()
  await log(db, 'unread')
  expect(await tail.ended).toEqual([0, null])
  expect(tail.stderr()).toBe('')
})

test('stats --watch: the connection is lost -> it continues; Ctrl-C -> exit code 130', async () => {
  const { database, db, cwd } = await ready()
  await log(db, 'one')
  const watch = startSkills(['stats', '--watch', '200ms', '--by', 'tier', ...database.flags], cwd)
  await expect.poll(watch.stdout, soon).toContain('all time: 1 use of')
  await log(db, 'one')
  await expect.poll(watch.stdout, soon).toContain('all time: 2 uses of')
  await loseConnections(db)
  await log(db, 'one')
  await expect.poll(watch.stdout, soon).toContain('all time: 3 uses of')
  expect(watch.stderr()).toMatch(/connection to the database was lost[^]*connected again/)
  watch.child.kill('SIGINT')
  expect(await watch.ended).toEqual([130, null])
  const answers = watch.stdout().split('\n\npostgres://')
  expect(answers.length).toBeGreaterThan(2)
  expect(answers[1]).toMatch(/\(PostgreSQL .*\)\n\d\d:\d\d:\d\d in .*, every 200 ms; press Ctrl-C to stop\nall time: /)
})

const script = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0

test.skipIf(!script)(
  '--watch on a terminal draws in its place, no higher than it, and leaves the last answer; --tail sums up what nobody could read',
  async () => {
    const { database, db, cwd } = await ready()
    for (let i = 0; i < 30; i++) await log(db, `skill-${i}`)
    const onTerminal = (args: string): { stdout: () => string; type: (text: string) => void; ended: Promise<number | null> } => {
      const command = `stty cols 90 rows 12; '${process.execPath}' '${BIN}' stats ${args} ${database.flags.map((flag) => `'${flag}'`).join(' ')}`
      const child = spawn('script', ['-qec', command, '/dev/null'], {
        cwd,
        env: { PATH: process.env['PATH'], TERM: 'xterm', LANG: 'C.UTF-8' },
      })
      let stdout = ''
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
      return {
        stdout: () => stdout,
        type: (text) => void child.stdin.write(text),
        ended: new Promise((resolve) => child.once('close', resolve)),
      }
    }
    const watch = onTerminal('--watch 300ms --limit 40')
    await expect.poll(() => watch.stdout().split('\u001b[?2026h').length, soon).toBeGreaterThan(3)
    watch.type('\u0003')
    expect(await watch.ended).toBe(130)
    const [frames = '', after = ''] = watch.stdout().split('\u001b[?1049l')
    const frame = frames.split('\u001b[?2026h')[2]?.split('\u001b[J')[0]?.split('\r\n') ?? []
    expect(frame).toHaveLength(12)
    expect(frame[0]).toContain('\u001b[H')
    expect(frame.at(-1)).toMatch(/and \d+ more lines/)
    expect(after.match(/skill-\d/g)).toHaveLength(30)

    const tail = onTerminal('--tail --limit 1')
    await expect.poll(tail.stdout, soon).toContain('skill-29')
    await log(db, 'bulk', USER, 500)
    await expect.poll(tail.stdout, soon).toMatch(/500 uses.* of 1 skill by 1 user, 100\.0 % success, 123 ms: bulk 500/)
    tail.type('\u0003')
    expect(await tail.ended).toBe(130)
    expect(tail.stdout()).not.toContain('1.2.3  CORE  bulk')
  },
)

test('stats --tail, --watch: options that exclude them, or an embedded database -> exit code 2', async () => {
  const { flags } = await freshEmbedded()
  const cwd = scratch()
  expect((await runSkills(['migrate', ...flags], { cwd })).code).toBe(0)
  const refused: readonly (readonly [string[], string])[] = [
    [['--tail'], '--tail requires a server'],
    [['--watch', '5s'], '--watch requires a server'],
    [['--tail', '--json'], '--ndjson'],
    [['--tail', '--watch', '5s'], '--tail cannot be combined with --watch'],
    [['--tail', '--since', '1d'], '--tail cannot be combined with --since'],
    [['--tail', '--quiet'], '--quiet'],
    [['--tail', '--limit', '-1'], '--limit'],
    [['--tail', '--limit', '9007199254740992'], 'invalid value "9007199254740992" for --limit (expected a whole number, at least 0)'],
    [['--limit', '99999999999999999999'], 'invalid value "99999999999999999999" for --limit'],
    [['--limit', ' '], 'invalid value " " for --limit'],
    [['--tail', '--user', 'me'], 'invalid --user "me" (expected a UUID'],
    [['--ndjson'], '--ndjson requires --tail'],
    [['--watch', '5s', '--csv'], '--watch cannot be combined with --csv'],
    [['--watch', '5s', '--json'], '--watch cannot be combined with --json'],
    [['--watch', '5s', '--html', 'a.html'], '--watch cannot be combined with --html'],
    [['--watch', 'often'], 'invalid value "often" for --watch'],
    [['--watch', '1ms'], 'invalid value "1ms" for --watch (expected 100ms to 1d)'],
  ]
  for (const [args, message] of refused) {
    const { code, stdout, stderr } = await runSkills(['stats', ...args, ...flags], { cwd })
    expect({ code, args }).toEqual({ code: 2, args })
    expect(stdout + stderr).toContain(message)
  }
  const server = await freshServer()
  for (const args of [['--tail'], ['--watch', '1s']])
    expect(await runSkills(['stats', ...args, ...server.flags], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('NOT_MIGRATED'),
    })
  expect(await runSkills(['stats', '--tail', '--database-url', 'postgres://someone@127.0.0.1:1/none'], { cwd })).toMatchObject({ code: 3 })
})
