import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshEmbedded, freshServer } from '../support/databases.ts'
import type { TestDatabase } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import type { RunningSkills } from '../support/running-skills.ts'
import { startSkills } from '../support/running-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const skill = (name: string, text = 'Body.'): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test. Use it there.\nmetadata:\n  version: "1.0.0"\n---\n\n${text}\n`

function watch(cwd: string, flags: readonly string[]): RunningSkills {
  return startSkills(['sync', '--watch', ...flags], cwd)
}

const soon = { timeout: 120_000, interval: 20 }

async function started(database: TestDatabase, files: Record<string, string>): Promise<{ cwd: string; watching: RunningSkills }> {
  const cwd = scratch(files)
  await runSkills(['migrate', ...database.flags], { cwd })
  const watching = watch(cwd, database.flags)
  await expect.poll(watching.stdout, soon).toContain('synced:')
  return { cwd, watching }
}

describe.each([
  ['server', freshServer],
  ['embedded', freshEmbedded],
] as const)('on the %s', (_, fresh) => {
  test('sync --watch: files change in any way -> each change is synced; Ctrl-C -> exit code 0', async () => {
    const { cwd, watching } = await started(await fresh(), { 'skills/one/SKILL.md': skill('one') })
    expect(watching.stdout()).toMatch(/watching skills; press Ctrl-C to stop\n\d\d:\d\d:\d\d synced: 1 added, 0 unchanged\n/)

    writeFiles(cwd, { 'skills/one/SKILL.md': skill('one', 'In place.') })
    await expect.poll(watching.stdout, soon).toMatch(/synced: 1 changed, 0 unchanged\n {2}~ one/)

    // as vim, VS Code and others save: a new file takes the place of the old one
    const file = path.join(cwd, 'skills/one/SKILL.md')
    for (const [i, more] of ['First.', 'Second.'].entries()) {
      writeFileSync(`${file}.tmp`, skill('one', more))
      renameSync(`${file}.tmp`, file)
      await expect.poll(() => watching.stdout().match(/1 changed, 0 unchanged/g)?.length, soon).toBe(i + 2)
    }

    // a folder that is new, with a folder in it, and files that come later
    mkdirSync(path.join(cwd, 'skills/group/two/scripts'), { recursive: true })
    writeFiles(cwd, { 'skills/group/two/SKILL.md': skill('two') })
    await expect.poll(watching.stdout, soon).toContain('1 added, 1 unchanged')
    writeFiles(cwd, { 'skills/group/two/scripts/run.sh': 'echo\n' })
    await expect.poll(watching.stdout, soon).toMatch(/1 changed, 1 unchanged\n {2}~ two/)

    // a fault is printed with its place, the other skills are synced
    writeFiles(cwd, { 'skills/one/SKILL.md': '---\nname: one\ndescription: a: b\n---\n' })
    await expect.poll(watching.stderr, soon).toMatch(/skills\/one\/SKILL\.md:3:15 error/)
    rmSync(path.join(cwd, 'skills/one'), { recursive: true })
    await expect.poll(watching.stdout, soon).toMatch(/1 disabled/)

    watching.child.kill('SIGINT')
    expect(await watching.ended).toEqual([0, null])
    expect(watching.stdout()).toMatch(/stopped after \d+ syncs\n$/)
  })
})

test('sync --watch: the connection is lost -> it reconnects and syncs everything', async () => {
  const database = await freshServer()
  const { cwd, watching } = await started(database, { 'skills/one/SKILL.md': skill('one') })
  const db = await database.open()
  const terminate = async (): Promise<void> => {
    await db.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
  }
  await terminate()
  await expect.poll(watching.stderr, soon).toMatch(/connection to the database was lost[^]*connected again; syncing everything/)
  // somebody changed the registry meanwhile: a full sync sets it right
  await db.query(`UPDATE skills_registry SET version = '0.0.1'`)
  await db.exec(`ALTER DATABASE ${database.name} CONNECTION LIMIT 0`)
  writeFiles(cwd, { 'skills/two/SKILL.md': skill('two') })
  await terminate()
  await db.exec(`ALTER DATABASE ${database.name} CONNECTION LIMIT -1`)
  await expect
    .poll(async () => db.query('select skill_id, version from skills_registry order by 1'), soon)
    .toEqual([
      { skill_id: 'one', version: '1.0.0' },
      { skill_id: 'two', version: '1.0.0' },
    ])
  watching.child.kill('SIGTERM')
  expect(await watching.ended).toEqual([0, null])
})

test('sync --watch: SIGTERM during a sync -> rolled back, exit code 143', async () => {
  const database = await freshServer()
  const { cwd, watching } = await started(database, { 'skills/one/SKILL.md': skill('one') })
  const db = await database.open()
  await db.transaction({}, async () => {
    await db.run('SELECT * FROM :"schema".skills_registry FOR UPDATE')
    writeFiles(cwd, { 'skills/one/SKILL.md': skill('one', 'New.') })
    const waiting = `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await db.query(waiting))[0], soon).toEqual({ waiting: 1 })
    watching.child.kill('SIGTERM')
    expect(await watching.ended).toEqual([143, null])
  })
  expect(watching.stderr()).toContain('[TERMINATED]')
})

test('sync --watch: the first sync fails, or another option excludes it -> it ends with an error', async () => {
  const cwd = scratch({ 'skills/one/SKILL.md': skill('one') })
  const { flags } = await freshServer()
  expect(await runSkills(['sync', '--watch', ...flags], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('NOT_MIGRATED'),
  })
  for (const other of ['--check', '--dry-run', '--json'])
    expect(await runSkills(['sync', '--watch', other, ...flags], { cwd })).toMatchObject({ code: 2 })
  expect(await runSkills(['sync', '--watch', '--database-url', 'postgres://someone@127.0.0.1:1/none'], { cwd })).toMatchObject({ code: 3 })
})
