import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { freshEmbedded } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { migrationFiles } from '../support/thirty-migrations.ts'

const FILES = migrationFiles('db', {
  '001_notes': 'CREATE TABLE notes (id int PRIMARY KEY);',
  '002_body': 'ALTER TABLE notes ADD COLUMN body text;',
  '003_rename': 'ALTER TABLE notes RENAME TO pages;',
  '004_later': 'CREATE TABLE later (id int);',
})
const MEMORY = ['--embedded', 'memory', '--dir', 'db']

test('migrate squash: the printed summary, --dry-run and --delete', async () => {
  const cwd = scratch(FILES)
  const dry = await runSkills(['migrate', 'squash', '--to', '003_rename', '--dry-run', ...MEMORY], { cwd })
  expect(dry).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('would write db/003_rename_squashed.sql; nothing was written') as string,
  })
  expect(dry.stdout.startsWith('-- skills: replaces 001_notes\n-- skills: replaces 002_body\n-- skills: replaces 003_rename\n')).toBe(true)
  expect(dry.stdout).toContain('CREATE TABLE pages (')
  expect(readdirSync(path.join(cwd, 'db')).length).toBe(4)

  const squashed = await runSkills(['migrate', 'squash', '--to', '003_rename', '--delete', ...MEMORY], { cwd })
  expect(squashed).toMatchObject({ code: 0, stderr: '' })
  expect(squashed.stdout).toMatch(
    /^replaces 3 migrations: 001_notes to 003_rename\nequal: catalogs, rows and sequences, compared in embedded \(memory\) \(PostgreSQL .*\)\nwrote db\/003_rename_squashed\.sql\ndeleted 3 old files\n$/,
  )
  expect(readFileSync(path.join(cwd, 'db/003_rename_squashed.sql'), 'utf8')).toBe(dry.stdout)
  expect(readdirSync(path.join(cwd, 'db'))).toEqual(['003_rename_squashed.sql', '004_later.sql'])

  const { flags } = await freshEmbedded()
  expect(await runSkills(['migrate', '--dir', 'db', ...flags], { cwd })).toMatchObject({ code: 0 })
  expect(await runSkills(['verify', '--dir', 'db', '--drift', ...flags], { cwd })).toMatchObject({ code: 0 })
})

test('migrate squash: files that leave rows -> exit code 1, and nothing is written', async () => {
  const cwd = scratch({ ...FILES, 'db/002_rows.sql': 'INSERT INTO notes VALUES (1);\n' })
  expect(await runSkills(['migrate', 'squash', '--to', '003_rename', ...MEMORY], { cwd })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('error [SQUASH_REFUSED] the files leave 1 row: INSERT (db/002_rows.sql:1)\n') as string,
  })
  expect(existsSync(path.join(cwd, 'db/003_rename_squashed.sql'))).toBe(false)
  const kept = await runSkills(['migrate', 'squash', '--to', '003_rename', '--keep-rows', ...MEMORY], { cwd })
  expect(kept).toMatchObject({ code: 0, stdout: expect.stringContaining('  inserts 1 row\n') as string })
  expect(readFileSync(path.join(cwd, 'db/003_rename_squashed.sql'), 'utf8')).toContain(
    "INSERT INTO pages (id, body) VALUES\n    ('1', NULL);\n",
  )
})
