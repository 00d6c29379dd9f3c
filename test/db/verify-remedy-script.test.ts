import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { verify } from '../../src/index.ts'
import { splitStatements } from '../../src/sqltext/statements/split.ts'
import { migratedServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const FAULTS = `DROP INDEX idx_skill_usage_user_time; ALTER TABLE skill_feedback ALTER COLUMN tags DROP DEFAULT; DROP VIEW v_skill_effectiveness;
  CREATE OR REPLACE FUNCTION is_skill_unlocked(p_user_id uuid, p_skill_id text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
  ALTER TABLE skill_unlocks ADD COLUMN theirs text`

/** The checks that compare the schema. */
const failed = ({ checks }: Awaited<ReturnType<typeof verify>>): string[] =>
  checks.filter(({ id, status }) => status === 'failed' && !id.startsWith('registry.')).map(({ id }) => id)

test('verify --remedy: a file -> its statements one after the other, as psql sends them, make verify pass; what loses something is a comment', async () => {
  const cwd = scratch({})
  const database = await migratedServer()
  const db = await database.open()
  await db.exec(FAULTS)
  const { code, stdout, stderr } = await runSkills(['verify', '--remedy', 'fix.sql', ...database.flags], { cwd })
  expect(code).toBe(1)
  expect(stdout).toContain('not verified')
  expect(stderr).toMatch(/wrote fix\.sql: \d+ statements to run/)
  const text = readFileSync(path.join(cwd, 'fix.sql'), 'utf8')
  expect(text.startsWith('-- skills: no-transaction\n')).toBe(true)
  expect(text).toContain('--| ALTER TABLE public.skill_unlocks DROP COLUMN theirs;')
  await db.exec('SET search_path TO pg_catalog')
  for (const statement of splitStatements(text).statements) await db.exec(statement.text)
  expect(failed(await verify(db, { cwd }))).toEqual(['drift.extra'])
  const last = await runSkills(['verify', '--remedy', '-', ...database.flags], { cwd })
  expect(last.stdout).toMatch(/^-- Remedies of skills verify /)
  expect(last.stdout).toContain('--| ALTER TABLE public.skill_unlocks DROP COLUMN theirs;')
})

test('migrate new --from-verify: a database with faults -> a migration, and skills migrate applies it', async () => {
  const cwd = scratch({
    'db/migrations/20260101_mine.sql': 'CREATE TABLE mine (id integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());',
  })
  const database = await migratedServer()
  const run = (...args: string[]): ReturnType<typeof runSkills> =>
    runSkills([...args, '--migrations', 'db/migrations', ...database.flags], { cwd })
  expect((await run('migrate')).code).toBe(0)
  const none = await run('migrate', 'new', 'nothing', '--from-verify')
  expect(none.stdout).toContain('no migration was created')
  const db = await database.open()
  await db.exec(`${FAULTS}; ALTER TABLE skill_unlocks DROP COLUMN theirs; ALTER TABLE mine DROP COLUMN at`)
  const created = await run('migrate', 'new', 'remedies of May', '--from-verify', '--json')
  expect(JSON.parse(created.stdout)).toMatchObject({ ok: true, report: { version: expect.stringMatching(/^\d{14}_remedies_of_may$/) } })
  expect(readdirSync(path.join(cwd, 'db/migrations'))).toHaveLength(2)
  const migrated = await run('migrate')
  expect(migrated.stderr).toBe('')
  expect(migrated.code).toBe(0)
  expect(failed(await verify(db, { cwd, migrations: [path.join(cwd, 'db/migrations')] }))).toEqual([])
})

test('migrate new --from-verify: remedies that fail in a healthy schema -> applied, and verify passes with --strict', async () => {
  const cwd = scratch({
    'db/migrations/20260101_mine.sql': `CREATE TABLE mine (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text);
      CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1)`,
  })
  const migrations = [path.join(cwd, 'db/migrations')]
  const database = await migratedServer()
  const run = (...args: string[]): ReturnType<typeof runSkills> =>
    runSkills([...args, '--migrations', 'db/migrations', ...database.flags], { cwd })
  expect((await run('migrate')).code).toBe(0)
  const db = await database.open()
  await db.exec(`ALTER TABLE mine ALTER COLUMN id DROP IDENTITY, ADD COLUMN more int; ALTER TABLE mine RENAME COLUMN kind TO sort;
    ALTER TYPE mood RENAME VALUE 'bad' TO 'worse'; ALTER TABLE parts DETACH PARTITION part_1`)
  expect((await run('migrate', 'new', 'remedies', '--from-verify')).code).toBe(0)
  const file = path.join(cwd, 'db/migrations', readdirSync(path.join(cwd, 'db/migrations')).at(-1) ?? '')
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('--| ALTER TABLE public.mine DROP COLUMN more;')
  writeFileSync(file, text.replace('--| ALTER TABLE public.mine DROP COLUMN more;', 'ALTER TABLE public.mine DROP COLUMN more;'))
  expect((await run('migrate')).code).toBe(0)
  const report = await verify(db, { cwd, migrations, strict: true })
  expect(failed(report)).toEqual([])
  expect(report.checks.find(({ id }) => id === 'drift.build')).toMatchObject({ status: 'passed' })
})

test('verify --remedy: the file cannot be written -> exit 70 is not used; the error names it', async () => {
  const cwd = scratch({})
  writeFileSync(path.join(cwd, 'folder'), '')
  const database = await migratedServer()
  const { code, stderr } = await runSkills(['verify', '--remedy', 'folder/fix.sql', ...database.flags], { cwd })
  expect(code).not.toBe(70)
  expect(stderr).toContain('folder/fix.sql')
})
