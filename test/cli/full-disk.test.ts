import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { cleanUpAfter } from '../support/clean-up.ts'
import { IS_ROOT, runScript } from '../support/run-script.ts'
import { scratch } from '../support/scratch.ts'
import { freePort } from '../support/sockets.ts'
import { event, skillsOn, spilled } from '../support/telemetry.ts'

const mounted: string[] = []
cleanUpAfter('test', () => {
  for (const folder of mounted.splice(0)) execFileSync('umount', ['-l', folder])
})

/** A small disk of its own needs the right to mount one. */
const CAN_MOUNT = IS_ROOT && canMount()

function canMount(): boolean {
  const folder = scratch()
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0
  if (isMounted) execFileSync('umount', [folder])
  return isMounted
}

function disk(size: string): string {
  const folder = scratch()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
  mounted.push(folder)
  return folder
}

/** A disk with files on it, and then full to the last byte. */
function fullDisk(files: Readonly<Record<string, string>>, { size = '1m', free = 0 } = {}): string {
  const folder = disk(size)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  fill(folder, free)
  return folder
}

function fill(folder: string, free: number): void {
  spawnSync('dd', ['if=/dev/zero', `of=${path.join(folder, 'filler')}`, 'bs=4096'], { stdio: 'ignore' })
  if (free > 0) execFileSync('truncate', ['-s', `-${free}`, path.join(folder, 'filler')])
}

/** Every file with its size. */
function contents(folder: string): Record<string, number> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(path.join(folder, name)).isFile())
  return Object.fromEntries(names.toSorted().map((name) => [name, statSync(path.join(folder, name)).size]))
}

const BROKEN = `---\nname: walk\ndescription: Use when: it rains.\nmetadata:\n  version: "1.0.0"\n---\n\n# Walk\n`
const OLD = '{"id":"run","name":"Run","description":"Use it for a run."}'
const FILES = { 'skills/walk/SKILL.md': BROKEN, 'old/run/meta.json': OLD, 'report.xml': '<old/>', 'migrations/001_a.sql': 'select 1;\n' }

const COMMANDS: readonly (readonly [command: string, code: number])[] = [
  ['new run', 2],
  ['migrate new add_notes', 2],
  ['migrate new add_notes --migrations other', 2],
  ['import old --skills imported', 2],
  ['lint --fix', 2],
  ['migrate --embedded db', 2],
]

for (const free of [0, 4096])
  test.skipIf(!CAN_MOUNT).each(COMMANDS)(
    `full disk: skills %s with ${free} bytes free -> a message with the reason or all of it, nothing half-written`,
    async (command, code) => {
      const cwd = fullDisk(FILES, { free })
      const before = contents(cwd)
      const result = await runScript(`skills ${command}`, { cwd })
      if (result.code === 0) return expect(Object.values(contents(cwd)).every((size) => size > 0)).toBe(true)
      expect(result.stderr).toMatch(/no space left on the disk/)
      expect(result.stderr).not.toMatch(/^\s+at /m)
      expect(result.code).toBe(code)
      expect(contents(cwd)).toEqual(before)
    },
  )

test.skipIf(!CAN_MOUNT)('full disk: a report -> the result is printed, and the old file is unchanged', async () => {
  const cwd = fullDisk({ ...FILES, 'skills/walk/SKILL.md': BROKEN.replace('when:', 'when') })
  const { code, stdout, stderr } = await runScript('skills lint --reporter text --reporter junit=report.xml', { cwd })
  expect(stdout).toContain('1 skill')
  expect(stderr).toMatch(/report\.xml cannot be written: no space left on the disk/)
  expect(code).toBe(2)
  expect(readFileSync(path.join(cwd, 'report.xml'), 'utf8')).toBe('<old/>')
})

test.skipIf(!CAN_MOUNT)('full disk: the cache -> the sync is complete, and no part of a cache stays', async () => {
  const cwd = fullDisk({ 'skills/walk/SKILL.md': BROKEN.replace('when:', 'when') })
  execFileSync('touch', ['-d', '1 hour ago', path.join(cwd, 'skills/walk/SKILL.md')])
  const before = contents(cwd)
  const db = path.join(scratch(), 'db')
  const { code, stdout, stderr } = await runScript(`skills migrate --embedded ${db} --quiet && skills sync --embedded ${db}`, { cwd })
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('1 added')
  expect(contents(cwd)).toEqual(before)
})

test.skipIf(!CAN_MOUNT)('full disk: the spill folder -> the events are counted as dropped, and no part of a file stays', async () => {
  const cwd = fullDisk({ 'spill/keep': '' })
  const { skills, warnings } = skillsOn(`postgres://someone@127.0.0.1:${await freePort()}/x`, { spillDir: path.join(cwd, 'spill') })
  for (let i = 0; i < 5; i++) skills.logUsage(event())
  await skills.close({ timeoutMs: 200 })
  expect(skills.counts()).toMatchObject({ dropped: 5, spilled: 0 })
  expect(warnings.map(({ message }) => message).join('\n')).toMatch(
    /events are dropped: cannot write \S+\.ndjson: no space left on the disk/,
  )
  expect(spilled(path.join(cwd, 'spill'))).toEqual([])
  expect(readdirSync(path.join(cwd, 'spill'))).toEqual(['keep'])
})

describe.skipIf(!CAN_MOUNT)('full disk: an existing embedded database', () => {
  const project = scratch({
    'events.ndjson': Array.from({ length: 50 }, (_, i) => JSON.stringify({ ...event(), id: `${i}` })).join('\n'),
    'more/20300101_notes.sql': `CREATE TABLE notes (id int);
SELECT count(pg_logical_emit_message(true, 'x', repeat('x', 1000000))) FROM generate_series(1, 40);`,
  })
  const LOG = 'skills log events.ndjson --embedded'

  beforeAll(async () => {
    cpSync(inject('embeddedTemplate'), path.join(project, 'db'), { recursive: true })
    expect(await runScript(`skills migrate --embedded db && ${LOG} db`, { cwd: project })).toMatchObject({ code: 0 })
  })

  function onNearlyFullDisk(free: number): { folder: string; run: typeof runScript; makeRoom: () => void } {
    const folder = disk('100m')
    cpSync(path.join(project, 'db'), path.join(folder, 'db'), { recursive: true })
    fill(folder, free)
    return {
      folder: path.join(folder, 'db'),
      run: (script) => runScript(script, { cwd: project }),
      makeRoom: () => rmSync(path.join(folder, 'filler')),
    }
  }

  test('the write-ahead log finds no space -> exit code 3 with the reason, nothing is half-applied, the next run completes it', async () => {
    const { folder, run, makeRoom } = onNearlyFullDisk(3_000_000)
    const failed = await run(`skills migrate --dir more --embedded ${folder}`)
    expect(failed.stderr).toMatch(/\[CONNECTION_LOST\].*No space left on device/)
    expect(failed.code).toBe(3)
    makeRoom()
    const next = await run(`skills migrate --dir more --embedded ${folder} && ${LOG} ${folder}`)
    expect(next.stdout).toContain('1 migration applied')
    expect(next.stdout).toContain('50 already there')
  })

  test.each([0, 4_096])('it cannot be opened, %i bytes free -> exit code 2 with the reason, and later it is unchanged', async (free) => {
    const { folder, run, makeRoom } = onNearlyFullDisk(free)
    const failed = await run(`skills migrate --embedded ${folder}`)
    expect(failed.stderr).toMatch(/\[SYSTEM_ERROR\].*(no space left on the disk|the disk is full)/)
    expect(failed.code).toBe(2)
    makeRoom()
    expect((await run(`${LOG} ${folder}`)).stdout).toContain('50 already there')
  })
})
