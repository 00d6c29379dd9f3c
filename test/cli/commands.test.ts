import { rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { freshEmbedded, freshServer, migratedServer } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const skill = (name: string, text = 'Body.'): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test. Use it there.\nmetadata:\n  version: "1.0.0"\n---\n\n${text}\n`

test('migrate, sync, stats, verify: an empty database -> it passes; again -> no change', async () => {
  const { flags, open } = await freshServer()
  const cwd = scratch({ 'skills/one/SKILL.md': skill('one'), 'skills/two/SKILL.md': skill('two') })
  const run = (...args: string[]): ReturnType<typeof runSkills> => runSkills([...args, ...flags], { cwd })

  const migrated = await run('migrate')
  expect(migrated).toMatchObject({ code: 0, stderr: '' })
  expect(migrated.stdout.split('\n')[0]).toMatch(/^(embedded |postgres:\/\/).*\(PostgreSQL \d+/)
  expect(migrated.stdout).toContain('applied sql/migrations/20251220_create_skill_system.sql')

  const again = await run('migrate')
  expect(again).toMatchObject({ code: 0, stderr: '' })
  expect(again.stdout).toMatch(new RegExp(`^[^\\n]*: up to date, ${OWN_MIGRATIONS.length} migrations applied\\n$`))

  expect(await run('sync')).toMatchObject({ code: 0, stdout: expect.stringContaining('synced: 2 added, 0 unchanged') })
  expect(await run('sync', '--check')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('the registry is up to date: 2 unchanged'),
  })

  let db = await open()
  const before = await db.query('select skill_id, updated_at, xmin::text from skills_registry order by 1')
  await db.close()
  writeFiles(cwd, { 'skills/two/SKILL.md': skill('two', 'Another body.') })
  expect(await run('sync', '--check')).toMatchObject({ code: 1, stdout: expect.stringContaining('~ two') })
  expect(await run('sync', '--dry-run')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing written') })
  expect(await run('sync')).toMatchObject({ code: 0, stdout: expect.stringContaining('1 changed, 1 unchanged') })
  db = await open()
  const after = await db.query<{ skill_id: string; updated_at: Date; xmin: string }>(
    'select skill_id, updated_at, xmin::text from skills_registry order by 1',
  )
  await db.close()
  expect(after[0]).toEqual(before[0])
  expect(after[1]?.updated_at).not.toEqual(before[1]?.['updated_at'])

  expect(await run('sync')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[^\n]*: synced: 2 unchanged\n$/) })
  db = await open()
  expect(await db.query('select skill_id, updated_at, xmin::text from skills_registry order by 1')).toEqual(after)
  await db.close()

  expect(await run('verify')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/verified: \d+ checks passed(?:, 1 warning)?, \d+ with notes\n$/),
  })
  expect(await run('stats')).toMatchObject({ code: 0, stdout: expect.stringContaining('log_skill_usage') })
  expect(await run('migrate', 'status', '--exit-code')).toMatchObject({ code: 0, stdout: expect.stringMatching(/up to date\n$/) })
})

test('embedded: migrate, sync, verify, stats -> each exits 0', async () => {
  const { flags } = await freshEmbedded()
  const cwd = scratch({ 'skills/one/SKILL.md': skill('one'), 'skills/two/SKILL.md': skill('two') })
  const run = (...args: string[]): ReturnType<typeof runSkills> => runSkills([...args, ...flags], { cwd })
  expect(await run('migrate')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^embedded .*\(PostgreSQL \d+/) })
  expect(await run('sync')).toMatchObject({ code: 0, stdout: expect.stringContaining('2 added, 0 unchanged') })
  expect(await run('verify')).toMatchObject({ code: 0, stdout: expect.stringMatching(/verified: \d+ checks passed/) })
  expect(await run('stats')).toMatchObject({ code: 0, stdout: expect.stringContaining('log_skill_usage') })
})

test('sync: a skill fails to parse -> its row is unchanged, the others are synced, exit code 1', async () => {
  const { flags, open } = await migratedServer()
  const cwd = scratch({ 'skills/good/SKILL.md': skill('good'), 'skills/bad/SKILL.md': skill('bad') })
  await runSkills(['sync', ...flags], { cwd })
  writeFiles(cwd, {
    'skills/bad/SKILL.md': '---\nname: bad\ndescription: Use when: it rains\n---\n',
    'skills/good/SKILL.md': skill('good', 'New.'),
    'skills/new/SKILL.md': skill('new'),
  })
  const { code, stdout, stderr } = await runSkills(['sync', ...flags], { cwd })
  expect(code).toBe(1)
  expect(stderr).toMatch(/skills\/bad\/SKILL\.md:3:\d+ error .*quote/s)
  expect(stdout).toContain('1 added, 1 changed, 0 unchanged, 1 invalid')
  const db = await open()
  expect(await db.query('select skill_id, enabled from skills_registry order by 1')).toEqual(
    ['bad', 'good', 'new'].map((skill_id) => ({ skill_id, enabled: true })),
  )
  await db.close()
})

test('sync: a folder is removed -> its row is disabled; --prune delete -> deleted', async () => {
  const { flags, open } = await migratedServer()
  const cwd = scratch({ 'skills/one/SKILL.md': skill('one'), 'skills/two/SKILL.md': skill('two') })
  await runSkills(['sync', ...flags], { cwd })
  rmSync(path.join(cwd, 'skills/two'), { recursive: true })
  expect(await runSkills(['sync', ...flags], { cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('two (disabled: its folder no longer exists)'),
  })
  let db = await open()
  expect(await db.query('select skill_id, enabled from skills_registry order by 1')).toEqual([
    { skill_id: 'one', enabled: true },
    { skill_id: 'two', enabled: false },
  ])
  await db.close()
  expect((await runSkills(['sync', '--prune', 'delete', ...flags], { cwd })).code).toBe(0)
  db = await open()
  expect(await db.query('select skill_id from skills_registry')).toEqual([{ skill_id: 'one' }])
  await db.close()
})

test('verify: an index is missing -> exit code 1 and its name, in text and JSON', async () => {
  const { flags, open } = await migratedServer()
  const cwd = scratch({ 'skills/one/SKILL.md': skill('one') })
  await runSkills(['sync', ...flags], { cwd })
  const db = await open()
  await db.exec('DROP INDEX idx_skill_usage_user_time')
  await db.close()
  const { code, stdout } = await runSkills(['verify', ...flags], { cwd })
  expect(code).toBe(1)
  expect(stdout).toMatch(/index idx_skill_usage_user_time\n\s+expected .*\n\s+actual {3}missing\n\s+→ CREATE INDEX/)
  const json = await runSkills(['verify', '--json', ...flags], { cwd })
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, command: 'verify', ok: false, report: { failed: 1 } })
})

test('migrate: a statement fails -> exit code 4, file:line:column, a code frame, the state of the database', async () => {
  const { flags } = await migratedServer()
  const cwd = scratch({ 'db/001_bad.sql': 'create table t (\n  id int,\n  flag bolean\n);\n' })
  const text = await runSkills(['migrate', '--dir', 'db', ...flags], { cwd })
  expect(text.code).toBe(4)
  expect(text.stderr).toContain('db/001_bad.sql:3:8 error type "bolean" does not exist')
  expect(text.stderr).toMatch(/> 3 \| {3}flag bolean\n\s+\| {8}\^/)
  expect(text.stderr).toMatch(/rolled back: the file was not applied/)
  expect(text.stdout).toContain('not applied db/001_bad.sql')
  const json = await runSkills(['migrate', '--json', '--dir', 'db', ...flags], { cwd })
  expect(json.code).toBe(4)
  expect(JSON.parse(json.stdout)).toMatchObject({
    command: 'migrate',
    ok: false,
    error: { code: 'MIGRATION_FAILED' },
    report: { diagnostics: [{ line: 3, column: 8 }] },
  })
})

test('migrate: four runs at once -> all exit 0, each file is applied once', async () => {
  const { flags, open } = await freshServer()
  const runs = await Promise.all(Array.from({ length: 4 }, () => runSkills(['migrate', '--json', ...flags])))
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  const applied = runs.flatMap(({ stdout }) =>
    (JSON.parse(stdout) as { report: { applied: { version: string }[] } }).report.applied.map(({ version }) => version),
  )
  expect(applied.toSorted()).toEqual(OWN_MIGRATIONS)
  const db = await open()
  expect(await db.query('select count(*)::int as n from schema_migrations')).toEqual([{ n: OWN_MIGRATIONS.length }])
})

test('quickstart: an empty folder, twice -> it runs, whatever is configured', async () => {
  const cwd = scratch()
  const env = { DATABASE_URL: 'postgres://someone@127.0.0.1:1/none', CI: '1' }
  const first = await runSkills(['quickstart'], { cwd, env })
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain('3 added')
  expect(first.stdout).toMatch(/\d+ sample events \(skills demo-data\)/)
  expect(first.stdout).toMatch(/npx skills sync \S+skills --embedded /)
  const second = await runSkills(['quickstart'], { cwd, env })
  expect(second.code).toBe(0)
  expect(second.stdout).toContain('no sample events: the database has events')
})

test('verify --ephemeral: no database -> it passes; a bad skill -> it fails', async () => {
  const cwd = scratch({ 'skills/one/SKILL.md': skill('one') })
  const good = await runSkills(['verify', '--ephemeral'], { cwd, env: { CI: '1' } })
  expect(good).toMatchObject({ code: 0, stdout: expect.stringMatching(/verified: \d+ checks passed, 1 with notes\n$/) })
  writeFiles(cwd, { 'skills/two/SKILL.md': 'no front matter\n' })
  const bad = await runSkills(['verify', '--ephemeral'], { cwd, env: { CI: '1' } })
  expect(bad.code).toBe(1)
  expect(bad.stderr).toContain('skills/two/SKILL.md:1')
})

test('verify: the skills of the package -> no diagnostic', async () => {
  const result = await runSkills(['verify', '--ephemeral', '--json'], { cwd: path.resolve(import.meta.dirname, '../..') })
  expect(result.code).toBe(0)
  expect(JSON.parse(result.stdout)).toMatchObject({ ok: true, report: { failed: 0, skipped: 0, diagnostics: [] } })
})
