import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { freshServer } from '../support/databases.ts'
import type { RunResult } from '../support/run-skills.ts'
import { BIN, runSkills } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'
import { untilAlone, untilRunning } from '../support/waiting.ts'

const NOWHERE = { DATABASE_URL: 'postgres://u:s3cr3t@127.0.0.1:1/x' }
const ESC = '\u001b['

async function expectHelp(name: string): Promise<void> {
  const command = name.split(' ').filter((word) => word !== '')
  const { code, stdout, stderr } = await runSkills([...command, '--help'])
  expect({ code, stderr }, name).toEqual({ code: 0, stderr: '' })
  for (const line of stdout.split('\n')) expect(line.length, `${name}: ${line}`).toBeLessThanOrEqual(80)
  if (name !== '') expect(stdout, name).toMatch(new RegExp(`^Examples:\n  \\$ skills ${name}`))
  expect(stdout, name).toContain(`\nUsage: skills ${name}`.trimEnd().slice(name === '' ? 1 : 0))
  expect(stdout, name).toMatch(/\n\nExit codes: 0 ok, 1 no[^]*130\/143 interrupted\n$/)
}

describe('help', () => {
  test('every command -> at most 80 columns, examples first, exit codes last', async () => {
    await Promise.all(['', ...COMMANDS.map(({ name }) => name)].map(expectHelp))
  })

  test('skills --help -> every command; of a command -> every subcommand', async () => {
    for (const { name } of COMMANDS) {
      const words = name.split(' ')
      const { stdout } = await runSkills([...words.slice(0, -1), '--help'])
      expect(stdout).toMatch(new RegExp(`^ {2}${words.at(-1)}( |$)`, 'm'))
    }
  })

  test('help and version -> stdout', async () => {
    const { version } = JSON.parse(readFileSync(path.resolve(BIN, '../../package.json'), 'utf8')) as { version: string }
    for (const flag of ['--version', '-V']) expect(await runSkills([flag])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
    expect((await runSkills(['stats', '-h'])).stdout).toContain('Usage: skills stats')
  })
})

test.each([
  [['migrat'], /unknown command 'migrat' \(Did you mean migrate\?\)/],
  [['migrat', '--help'], /unknown command 'migrat' \(Did you mean migrate\?\)/],
  [['migrate', 'statsu'], /unknown command 'statsu' \(Did you mean status\?\)/],
  [['migrate', 'xyz'], /unknown command 'xyz'\n  → run skills migrate --help\n$/],
  [['up'], /unknown command "up"\n  → run `skills migrate`/],
  [['up', '--steps', '1'], /unknown command "up"\n  → run `skills migrate`/],
  [['status'], /→ run `skills migrate status`/],
  [['init'], /→ nothing to prepare: `skills migrate` creates its ledger/],
  [['create', 'add_ratings'], /→ for a migration run `skills migrate new/],
  [['rollback'], /goes forward only[^]*`skills migrate new --revert VERSION`/],
  [['version'], /→ run `skills --version`/],
  [['migrate', 'up'], /unknown command "migrate up"\n  → run `skills migrate`/],
  [['migrate', 'create', 'x'], /→ run `skills migrate new/],
  [['migrate', 'version'], /→ run `skills migrate status`/],
  [['migrate', 'down'], /goes forward only[^]*`skills migrate new --revert VERSION`/],
  [['migrate', 'down', '1', '--to', 'x', '--help'], /goes forward only/],
  [['help', 'migrate', 'rollback'], /goes forward only/],
  [['migrate', '--dry-rum'], /unknown option '--dry-rum' \(Did you mean --dry-run\?\)/],
  [['--jsom'], /unknown option '--jsom'/],
  [['stats', '--limit'], /'--limit <n>' argument missing/],
  [['stats', 'a', 'b'], /too many arguments/],
  [['stats', '--limit', '0'], /\[USAGE\] invalid value "0" for --limit \(expected a whole number, at least 1\)/],
  [['stats', '--since', 'soon'], /\[USAGE\] invalid value "soon" for --since \(expected a duration such as 500ms, 30s/],
  [['migrate', '--wait', 'long', '--embedded', 'memory'], /\[USAGE\] invalid value "long" for --wait/],
  [['migrate', '--embedded', 'memory', '--database-url', 'postgres://x'], /\[USAGE\] --database-url cannot be combined with --embedded/],
  [['migrate', '--config', 'none.json'], /\[CONFIG_INVALID\]/],
  [['migrate', '--database-url', 'mysql://u:s3cr3t@h/d'], /\[DATABASE_URL_INVALID\]/],
  [['migrate', '--database-url', ''], /\[DATABASE_URL_INVALID\] --database-url is set but empty/],
])('usage: %j -> exit code 2, the error on stderr, nothing on stdout', async (args, message) => {
  const { code, stdout, stderr } = await runSkills(args, { cwd: scratch() })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/s3cr3t|\n {4}at /)
})

test.each([{ CI: 'true' }, { NODE_ENV: 'production' }])(
  'migrate: %j and no database configured -> exit code 2, no embedded database',
  async (env) => {
    const cwd = scratch()
    expect(await runSkills(['migrate'], { cwd, env })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/\[DATABASE_NOT_CONFIGURED\][^]*DATABASE_URL=/),
    })
  },
)

describe('--json: one document, also for a failure', () => {
  test.each<[string[], number, string, Record<string, string>?]>([
    [['migrate'], 3, 'DATABASE_UNREACHABLE', NOWHERE],
    [['migrate', 'status'], 3, 'DATABASE_UNREACHABLE', NOWHERE],
    [['stats', '--limit', 'x'], 2, 'USAGE', NOWHERE],
    [['sync', '--prune', 'all'], 2, 'USAGE', NOWHERE],
    [['migrate', '--lock-wait', 'soon'], 2, 'USAGE', NOWHERE],
    [['verify', '--ephemeral', '--embedded'], 2, 'USAGE'],
    [['migrate'], 2, 'DATABASE_URL_INVALID', { DATABASE_URL: '' }],
    [['migrate'], 2, 'DATABASE_NOT_CONFIGURED', { CI: '1' }],
    [['migrate', '--config', 'none.json'], 2, 'CONFIG_INVALID', NOWHERE],
    [['migrate', '--no-such-option'], 2, 'USAGE', NOWHERE],
    [['migrate', '--embedded', 'file/db'], 2, 'SYSTEM_ERROR'],
    // passwords that are words of the document
    [['migrate'], 3, 'DATABASE_UNREACHABLE', { DATABASE_URL: 'postgres://u:false@127.0.0.1:1/x' }],
    [['migrate'], 3, 'DATABASE_UNREACHABLE', { DATABASE_URL: 'postgres://u:schemaVersion@127.0.0.1:1/x' }],
    [['migrate'], 3, 'DATABASE_UNREACHABLE', { DATABASE_URL: 'postgres://u:%22%5C%22@127.0.0.1:1/x' }],
  ])('%j -> exit code %i, %s (%j)', async (args, code, error, env = {}) => {
    const run = await runSkills([...args, '--json', '--color'], { cwd: scratch({ file: '' }), env })
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code, stderr: '' })
    expect(JSON.parse(run.stdout)).toEqual({
      schemaVersion: 1,
      command: args.filter((_, i) => i === 0 || args[i] === 'status').join(' '),
      ok: false,
      report: null,
      error: expect.objectContaining({ code: error, message: expect.any(String) }),
    })
    expect(run.stdout).not.toContain(ESC)
  })
})

describe('unreachable database: exit code 3, and no secret in the output', () => {
  test.each<[string, string[], Record<string, string>]>([
    ['DATABASE_URL', ['migrate'], NOWHERE],
    ['DATABASE_URL, encoded', ['migrate'], { DATABASE_URL: 'postgres://u:s3%23cr3t@127.0.0.1:1/x' }],
    ['DATABASE_URL, not encoded', ['sync'], { DATABASE_URL: 'postgres://u:s3#cr3t@127.0.0.1:1/x' }],
    ['DATABASE_URL, as a parameter', ['stats'], { DATABASE_URL: 'postgres://u@127.0.0.1:1/x?password=s3cr3t' }],
    ['PGPASSWORD', ['verify'], { PGHOST: '127.0.0.1', PGPORT: '1', PGUSER: 'u', PGPASSWORD: 's3cr3t' }],
    ['DIRECT_URL', ['migrate'], { DIRECT_URL: NOWHERE.DATABASE_URL, DATABASE_URL: 'postgres://u:0ther@192.0.2.1/y' }],
    ['--database-url', ['migrate', 'status', '--database-url', NOWHERE.DATABASE_URL], {}],
  ])('%s', async (_, args, env) => {
    for (const format of [[], ['--json']]) {
      const { code, stdout, stderr } = await runSkills([...args, ...format], { cwd: scratch(), env })
      expect(code).toBe(3)
      expect(stdout + stderr).toContain('127.0.0.1:1: connection refused')
      expect(stdout + stderr).not.toMatch(/s3(?:#|%23)?cr3t|0ther/)
    }
  })
})

test.each([[[]], [['--json']]])('secrets: in an error of the database and the SQL around it -> not printed (%j)', async (format) => {
  const { flags } = await freshServer()
  const sql = "do $$ begin raise exception 'no postgres://u:s3cr3t@h/d'; end $$; -- alter role app password 's3cr3t'"
  const { code, stdout, stderr } = await runSkills(['migrate', '--dir', '.', ...format, ...flags], { cwd: scratch({ '1.sql': sql }) })
  expect(code).toBe(4)
  expect(stdout + stderr).toContain('no postgres://u:***@h/d')
  expect(stdout + stderr).not.toContain('s3cr3t')
})

describe('colours', () => {
  test.each<[boolean, string[], Record<string, string>]>([
    [false, [], {}],
    [true, ['--color'], {}],
    [true, [], { FORCE_COLOR: '1' }],
    [false, [], { FORCE_COLOR: '0' }],
    [false, [], { FORCE_COLOR: '1', NO_COLOR: '1' }],
    [true, [], { FORCE_COLOR: '1', NO_COLOR: '' }],
    [true, ['--color'], { NO_COLOR: '1' }],
    [false, ['--no-color'], { FORCE_COLOR: '1' }],
    [true, [], { FORCE_COLOR: '1', TERM: 'dumb' }],
  ])('colors: %s with %j, %j and no terminal', async (colors, flags, env) => {
    const { stderr } = await runSkills(['migrate', ...flags], { env: { ...NOWHERE, ...env } })
    expect(stderr.includes(ESC)).toBe(colors)
  })

  const script = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0
  // util-linux gives a command a real terminal
  describe.skipIf(!script)('on a terminal (needs `script` of util-linux)', () => {
    test.each<[boolean, string[], Record<string, string>]>([
      [true, [], {}],
      [false, [], { NO_COLOR: '1' }],
      [false, [], { FORCE_COLOR: '0' }],
      [false, [], { TERM: 'dumb' }],
      [false, ['--no-color'], {}],
    ])('colors: %s with %j, %j', async (colors, flags, env) => {
      const command = `'${process.execPath}' '${BIN}' migrate ${flags.join(' ')}`
      const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
        env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...NOWHERE, ...env },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      expect(stdout).toContain('DATABASE_UNREACHABLE')
      expect(stdout.includes(ESC)).toBe(colors)
    })
  })
})

test('output: the reader ends early (| head -1) -> no error', async () => {
  const { flags } = await freshServer()
  const files = Array.from({ length: 2000 }, (_, i) => [`${i}_${'x'.repeat(150)}.sql`, 'select 1;'])
  const cwd = scratch(Object.fromEntries(files) as Record<string, string>)
  const child = spawn(process.execPath, [BIN, 'migrate', '--dry-run', '--json', '--dir', '.', ...flags], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdout.once('data', () => child.stdout.destroy())
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('GITHUB_ACTIONS=true: output -> annotations are added', async () => {
  const { flags } = await freshServer()
  const cwd = scratch({ 'db/1.sql': 'select 1;\nselect * from nowhere;\n' })
  const run = (env: Record<string, string>): Promise<RunResult> => runSkills(['migrate', '--dir', 'db', ...flags], { cwd, env })
  const plain = await run({})
  expect(plain).toMatchObject({ code: 4, stderr: expect.stringContaining('db/1.sql:2:15 error') })
  expect(plain.stderr).not.toContain('::error')
  const { code, stderr } = await run({ GITHUB_ACTIONS: 'true' })
  expect(code).toBe(4)
  expect(stderr).toMatch(/^::error file=db\/1\.sql,line=2,col=15,title=42P01::relation "nowhere" does not exist/m)
})

describe('a signal while a statement runs on the server', () => {
  test.each<[NodeJS.Signals, number, string]>([
    ['SIGINT', 130, 'INTERRUPTED'],
    ['SIGTERM', 143, 'TERMINATED'],
  ])('%s -> the statement is cancelled, exit code %i', async (signal, code, error) => {
    const database = await freshServer()
    const cwd = scratch({ 'db/1.sql': 'create table never (id int);\nselect pg_sleep(600);\n' })
    const db = await database.open()
    let kill: (() => void) | undefined
    const running = runSkills(['migrate', '--dir', 'db', '--json', ...database.flags], {
      cwd,
      onStart: (child) => (kill = () => child.kill(signal)),
    })
    await untilRunning(db, 'pg_sleep(600)')
    kill?.()
    const run = await running
    await untilAlone(db)
    expect(run).toMatchObject({ code, signal: null })
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: false, error: { code: error }, report: { pending: [{ version: '1' }] } })
    expect(await db.query("select to_regclass('never') as never")).toEqual([{ never: null }])
  })
})

describe('skills help', () => {
  test.each([
    [[], '--help'],
    [['migrate'], 'migrate --help'],
    [['migrate', 'status'], 'migrate status --help'],
    [['sync', 'no-command'], 'sync --help'],
  ])('skills help %j -> %s', async (words, same) => {
    const [asked, plain] = await Promise.all([runSkills(['help', ...words]), runSkills(same.split(' '))])
    expect(asked).toEqual(plain)
    expect(asked.code).toBe(0)
  })

  test('help of an unknown command -> an error', async () => {
    const { code, stderr } = await runSkills(['help', 'mirgate', 'x'])
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('Did you mean migrate?') })
  })
})

describe('an error with places: each text once', () => {
  test.each([
    [
      'a key',
      '{"shema": "x"}',
      /^error \[CONFIG_INVALID\] .*skills\.config\.json: unknown key "shema".*\n {2}.*skills\.config\.json:1:2\n {2}→ known keys: .*\n$/,
    ],
    [
      'a slip in the syntax',
      '{\n  s3cr3t\n}\n',
      /^error \[CONFIG_INVALID\] .*: invalid JSON: expected a key in double quotes\n {2}.*skills\.config\.json:2:3\n$/,
    ],
  ])('%s', async (_, config, expected) => {
    const { code, stderr } = await runSkills(['stats'], { cwd: scratch({ 'skills.config.json': config }) })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(expected) })
  })

  test('a changed migration -> one line and one hint', async () => {
    const { flags } = await freshServer()
    const cwd = scratch({ 'db/1.sql': 'select 1;' })
    await runSkills(['migrate', '--dir', 'db', ...flags], { cwd })
    writeFiles(cwd, { 'db/1.sql': 'select 2;' })
    const { code, stderr } = await runSkills(['migrate', '--dir', 'db', ...flags], { cwd })
    expect(code).toBe(6)
    expect(stderr).toMatch(/^error \[HISTORY_CHANGED\] 1 applied migration changed: 1\n {2}db\/1\.sql changed after it .*\n {2}→ .*\n$/)
  })
})
