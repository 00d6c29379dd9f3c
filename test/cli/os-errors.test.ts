import { chmodSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { IS_ROOT, runScript } from '../support/run-script.ts'
import { scratch } from '../support/scratch.ts'
import type { RunResult } from '../support/run-skills.ts'

/** A user without an entry in the list of users. */
const NO_ENTRY = 54_321

const SKILL = '---\nname: walk\ndescription: Use it for a walk.\nmetadata:\n  version: "1.0.0"\n---\n\n# Walk\n'
const FILES = {
  'skills/walk/SKILL.md': SKILL,
  'old/run/meta.json': '{"id":"run","name":"Run","description":"Use it for a run."}',
  'events.ndjson': '',
}

/** Values for the arguments that a command must have. */
const VALUES: Readonly<Record<string, string>> = { '<shell>': 'bash', '<level>': '3', '<dir>': 'old', '<name>': 'add_notes' }
const REQUIRED: Readonly<Record<string, string>> = {
  'prune-events': '--older-than 180d',
  log: 'events.ndjson',
  'migrate squash': '--to x',
  'migrate import': '--from goose',
}

/** A command line for every command, from the command table. */
const LINES = COMMANDS.map(({ name, arguments: args = [] }) => {
  const values = args.filter((one) => one.name.startsWith('<')).map((one) => VALUES[one.name] ?? 'x')
  return ['skills', name, ...values, REQUIRED[name] ?? ''].join(' ').trim()
})

function expectNoBug({ stdout, stderr, signal }: RunResult): void {
  expect(signal).toBeNull()
  expect(stdout + stderr).not.toMatch(/^\s+at /m)
  expect(stderr).not.toContain('this is a bug')
}

interface Situation {
  /** `run` is each command in turn. */
  script: string
  /** The exit codes besides 3, no server. */
  codes?: readonly number[]
  uid?: number
  /** A file that only root can read. */
  locked?: string
}

/** What concerns each command alike. */
const EVERYWHERE: Readonly<Record<string, Situation>> = {
  'a deleted working directory': { script: 'mkdir gone; cd gone; rmdir ../gone; run', codes: [2] },
  'a full disk behind standard output': { script: 'run > /dev/full', codes: [2] },
  'a full disk behind standard error': { script: 'run 2> /dev/full' },
  'closed output and a reader that is gone': { script: 'run >&- 2>&-; run | true; exit ${PIPESTATUS[0]}' },
  'no HOME, and a user without an entry': { script: 'unset HOME; run', uid: NO_ENTRY },
  'too many open files': { script: 'ulimit -n 24; run' },
  'a .env that is a folder': { script: 'mkdir -p .env; run' },
  'a .env without permission': { script: 'run', uid: NO_ENTRY, locked: '.env' },
  'files in place of the folders skills and .skills': { script: 'rm -rf skills; touch skills .skills; run' },
}

describe.each(Object.entries(EVERYWHERE))('%s', (_, { script, codes = [0, 1, 2], uid, locked }) => {
  test.skipIf(uid !== undefined && !IS_ROOT).each(LINES)('%s -> no bug', async (line) => {
    const cwd = scratch(locked === undefined ? FILES : { ...FILES, [locked]: 'A=1\n' })
    chmodSync(cwd, 0o777)
    if (locked !== undefined) chmodSync(path.join(cwd, locked), 0)
    const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }
    const result = await runScript(`run() { ${line}; }\n${script}`, { cwd, env, ...(uid === undefined ? {} : { uid }) })
    expectNoBug(result)
    expect([...codes, 3], result.stderr).toContain(result.code)
    if (result.code === 2 && result.stderr !== '') expect(result.stderr.match(/^error /gm)?.length, result.stderr).toBeGreaterThan(0)
  })
})

/** Each with the path in its message. */
type Case = readonly [situation: string, script: string, message: RegExp, options?: { code?: number; uid?: number }]

const PATHS: readonly Case[] = [
  [
    'migrate: a folder named x.sql',
    'mkdir -p m/x.sql; skills migrate --dir m --embedded memory',
    /m\/x\.sql: it is not a regular file/,
    { code: 4 },
  ],
  [
    'migrate: a dangling link',
    'mkdir m; ln -s gone m/x.sql; skills migrate --dir m --embedded memory',
    /m\/x\.sql: it does not exist/,
    { code: 4 },
  ],
  [
    'migrate: a loop of links',
    'mkdir m; ln -s x.sql m/x.sql; skills migrate --dir m --embedded memory',
    /m\/x\.sql: its symbolic links/,
    { code: 4 },
  ],
  [
    'migrate: a pipe',
    'mkdir m; mkfifo m/x.sql; skills migrate --dir m --embedded memory',
    /m\/x\.sql: it is not a regular file/,
    { code: 4 },
  ],
  [
    'migrate: a device',
    'mkdir m; ln -s /dev/zero m/x.sql; skills migrate --dir m --embedded memory',
    /m\/x\.sql: it is a symbolic link that leads out/,
    { code: 4 },
  ],
  [
    'migrate: a file without permission',
    'mkdir m; touch m/x.sql; chmod 0 m/x.sql; skills migrate --dir m --embedded memory',
    /m\/x\.sql: permission denied/,
    { code: 4, uid: NO_ENTRY },
  ],
  [
    'migrate: a name that is not UTF-8',
    String.raw`mkdir m; touch $'m/x\xff.sql'; skills migrate --dir m --embedded memory`,
    /m\/x.*\.sql: its name is not UTF-8/,
    { code: 4 },
  ],
  [
    'migrate: too large a file',
    'mkdir m; truncate -s 1025M m/x.sql; skills migrate --dir m --embedded memory',
    /m\/x\.sql: it is larger than 1024 MiB/,
    { code: 4 },
  ],
  ['migrate: a folder that is a file', 'touch m; skills migrate --dir m --embedded memory', /folder m: a part of the path is not a folder/],
  [
    'migrate: a folder without permission',
    'mkdir m; chmod 0 m; skills migrate --dir m --embedded memory',
    /folder m: permission denied/,
    { uid: NO_ENTRY },
  ],
  ['migrate: too long a name', `skills migrate --dir ${'m'.repeat(300)} --embedded memory`, /mmm: the name is too long/],
  [
    'verify: a check file without permission',
    'mkdir c; touch c/x.sql; chmod 0 c/x.sql; skills verify --ephemeral --checks c',
    /c\/x\.sql: permission denied/,
    { uid: NO_ENTRY },
  ],
  [
    'verify: a check file that is a folder',
    'mkdir -p c/x.sql; skills verify --ephemeral --checks c',
    /c\/x\.sql: it is not a regular file/,
  ],
  [
    'verify: a check file that is a pipe',
    'mkdir c; mkfifo c/x.sql; skills verify --ephemeral --checks c',
    /c\/x\.sql: it is not a regular file/,
  ],
  ['lint: a path below a file', 'touch f; skills lint f/x', /f\/x/],
  ['lint: too long a path', `skills lint ${'s'.repeat(300)}`, /sss.*(?:does not exist|too long)/],
  ['lint: a loop of links', 'ln -s s s; skills lint s', /s.*(?:does not exist|symbolic links)/],
  ['log: a file without permission', 'touch e; chmod 0 e; skills log --dry-run e', /e: permission denied/, { uid: NO_ENTRY }],
  ['log: a pipe', 'mkfifo e; skills log --dry-run e', /e is not a regular file\n.*standard input/],
  ['log: a device', 'skills log --dry-run /dev/zero', /\/dev\/zero is not a regular file/],
  ['log: a file that cannot be read', 'skills log --dry-run /proc/self/mem', /cannot read \/proc\/self\/mem: input\/output error/],
  ['log: a folder', 'mkdir e; skills log --dry-run e', /e is a folder/],
  ['log: a path below a file', 'touch f; skills log --dry-run f/e', /f\/e/],
  ['log: too long a name', `skills log --dry-run ${'e'.repeat(300)}`, /eee/],
  ['new: a folder without permission', 'mkdir s; chmod 555 s; skills new walk --skills s', /s\/walk.*permission denied/, { uid: NO_ENTRY }],
  ['new: below a file', 'touch s; skills new walk --skills s', /s.*(?:folder|exists)/],
  [
    'migrate new: a folder without permission',
    'mkdir m; chmod 555 m; skills migrate new x --migrations m',
    /m\/\d+_x\.sql.*permission denied/,
    { uid: NO_ENTRY },
  ],
  ['migrate new: below a file', 'touch m; skills migrate new x --migrations m', /m.*(?:folder|exists)/],
  ['migrate new: too long a name', `skills migrate new ${'x'.repeat(300)}`, /xxx.*too long/],
  [
    'import: a target without permission',
    'mkdir s; chmod 555 s; skills import old --skills s',
    /run.*permission denied/,
    { uid: NO_ENTRY },
  ],
  ['a report below a file', 'touch f; skills lint --reporter junit=f/r.xml', /f\/r\.xml.*folder/],
  ['a report to a pipe without a reader', 'mkfifo r; skills lint --reporter junit=r', /\br\b.*without a partner/],
  ['a report that is a folder', 'mkdir r; skills lint --reporter junit=r', /\br\b.*folder/],
  [
    'a report without permission',
    'mkdir r; chmod 555 r; skills lint --reporter junit=r/r.xml',
    /r\/r\.xml.*permission denied/,
    { uid: NO_ENTRY },
  ],
  [
    'a configuration file without permission',
    'touch c.json; chmod 0 c.json; skills lint --config c.json',
    /c\.json.*permission denied/,
    { uid: NO_ENTRY },
  ],
  ['a configuration program that is a pipe', 'mkfifo c.mjs; skills lint --config c.mjs', /c\.mjs.*not a regular file/],
  ['a configuration program that does not exist', 'skills lint --config c.mjs', /c\.mjs.*it does not exist\n/],
  ['a configuration file that is a folder', 'mkdir c.json; skills lint --config c.json', /c\.json.*(?:folder|directory)/],
  [
    'an embedded folder without permission',
    'mkdir d; chmod 0 d; skills migrate --embedded d',
    /\bd\b.*permission denied/,
    { uid: NO_ENTRY },
  ],
  ['an embedded folder below a file', 'touch d; skills migrate --embedded d/x', /d\/x|\bd\b/],
  ['a service file that is a folder', 'mkdir f; PGSERVICEFILE=f PGSERVICE=a skills migrate', /\bf: it is not a regular file/],
  [
    'a password file without permission',
    'mkdir h; touch h/.pgpass; chmod 0 h/.pgpass; HOME=$PWD/h skills migrate --database-url postgres://me@127.0.0.1:1/x',
    /\.pgpass: permission denied/,
    { uid: NO_ENTRY },
  ],
  ['a database user that cannot be found', 'skills migrate --database-url postgres://localhost:1/x', /no user is given/, { uid: NO_ENTRY }],
]

describe('errors of the operating system', () => {
  for (const [situation, script, message, { uid, code = 2 } = {}] of PATHS)
    test.skipIf(uid !== undefined && !IS_ROOT)(`${situation} -> one message with the path, no bug`, async () => {
      const cwd = scratch(FILES)
      chmodSync(cwd, 0o777)
      const result = await runScript(script, { cwd, ...(uid === undefined ? {} : { uid }) })
      expectNoBug(result)
      expect(result.stderr.match(/^error /gm), result.stderr).toHaveLength(1)
      expect(result.stderr).toMatch(message)
      expect(result.code, result.stderr).toBe(code)
    })

  test('a full disk behind standard output: the result is lost -> exit code 2, with the reason on standard error', async () => {
    const { code, stderr } = await runScript('skills rules > /dev/full')
    expect(stderr).toBe(
      'error [SYSTEM_ERROR] cannot write to standard output: no space left on the disk\n  → free some space, and run the command again\n',
    )
    expect(code).toBe(2)
  })

  test('a file that may not grow: standard output is cut -> exit code 2', async () => {
    // bash counts in KiB; the list of rules is longer
    const { code, stderr } = await runScript("trap '' XFSZ; ulimit -f 4; skills rules > out", { cwd: scratch() })
    expect(stderr).toContain('cannot write to standard output: the file is larger than the system allows')
    expect(code).toBe(2)
  })
})

test('pipes that work: process substitution for events and reports -> read and written', async () => {
  const script = 'skills log --dry-run <(echo); skills lint --reporter junit=>(cat > r.xml) && sleep 1 && grep -c testsuites r.xml'
  const { code, stdout, stderr } = await runScript(script, { cwd: scratch(FILES) })
  expect(stderr).not.toContain('error')
  expect(code, stdout).toBe(0)
})

test('a bug in the log of a CI system: its message cannot be a command', async () => {
  const cwd = scratch({ 'broken.cjs': "JSON.stringify = () => { throw new TypeError('x\\n::error::y ##[group]z') }" })
  const { code, stderr } = await runScript('NODE_OPTIONS="-r ./broken.cjs" GITHUB_ACTIONS=true skills rules --json', { cwd })
  expect(code).toBe(70)
  expect(stderr).toContain('TypeError: x')
  expect(stderr).not.toMatch(/^\s*::|##\[/m)
})

test('a bug: the command waits for something that cannot happen -> exit code 70, not 0', async () => {
  const silent = '{ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }'
  const cwd = scratch({ 'broken.cjs': `Object.defineProperty(process, 'stdin', { value: ${silent} })` })
  const { code, stderr } = await runScript('NODE_OPTIONS="-r ./broken.cjs" skills log --dry-run', { cwd })
  expect(stderr).toContain('the command waits for something that cannot happen')
  expect(code).toBe(70)
})

test('a bug: an unexpected error -> exit code 70, where to report it, and the places in the source', async () => {
  const cwd = scratch({ 'broken.cjs': "JSON.stringify = () => { throw new TypeError('broken on purpose') }" })
  const { code, stderr } = await runScript('NODE_OPTIONS="-r ./broken.cjs" skills rules --json', { cwd })
  expect(code).toBe(70)
  expect(stderr).toMatch(/^this is a bug in skills \d[^\n]*please report it to its maintainers/)
  expect(stderr).toContain('TypeError: broken on purpose')
  expect(stderr).toMatch(/at jsonWithoutSecrets \(src\/core\/redaction\.ts:\d+:\d+\)/)
})

test('a bug: a command waits for something that cannot happen -> exit code 70, not 0', async () => {
  const waits = "require('fs/promises').readFile = () => new Promise(() => {}); require('module').syncBuiltinESMExports()"
  const { code, stderr } = await runScript('NODE_OPTIONS="-r ./waits.cjs" skills lint', {
    cwd: scratch({ 'waits.cjs': waits, 'skills/a/SKILL.md': '' }),
  })
  expect(code).toBe(70)
  expect(stderr).toContain('the command waits for something that cannot happen any more')
})
