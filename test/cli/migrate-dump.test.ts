import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { freshServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

test('migrate dump: stdout -> exactly the SQL; a file -> written, and --check exits 1 with the first place that differs', async () => {
  const { flags, open } = await freshServer()
  const cwd = scratch({ 'own/001.sql': 'CREATE TABLE notes (id int PRIMARY KEY);\n' })
  await runSkills(['migrate', '--dir', 'own', ...flags], { cwd })
  const file = path.join(cwd, 'schema.sql')

  const printed = await runSkills(['migrate', 'dump', ...flags], { cwd })
  expect(printed).toMatchObject({ code: 0, stderr: '' })
  expect(printed.stdout).toContain('CREATE TABLE notes (\n    id integer NOT NULL,\n    CONSTRAINT notes_pkey PRIMARY KEY (id)\n);\n')
  expect(printed.stdout).not.toContain('schema_migrations')

  expect(await runSkills(['migrate', 'dump', 'schema.sql', '--check', ...flags], { cwd })).toMatchObject({ code: 1 })
  expect(existsSync(file)).toBe(false)
  const written = await runSkills(['migrate', 'dump', 'schema.sql', ...flags], { cwd })
  expect(written).toMatchObject({ code: 0, stdout: expect.stringContaining('wrote schema.sql') as string })
  expect(readFileSync(file, 'utf8')).toBe(printed.stdout)
  expect(await runSkills(['migrate', 'dump', 'schema.sql', '--check', ...flags], { cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('up to date: schema.sql') as string,
  })

  const db = await open()
  await db.exec('ALTER TABLE notes ADD COLUMN body text; CREATE OPERATOR FAMILY ways USING btree')
  const { code, stdout, stderr } = await runSkills(['migrate', 'dump', 'schema.sql', '--check', ...flags], { cwd })
  const line = printed.stdout.split('\n').indexOf('CREATE TABLE notes (') + 3
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'warning: not in the dump: OPERATOR FAMILY ways USING btree\n' })
  expect(stdout).toContain('  ~ CREATE TABLE notes (\n')
  expect(stdout).toContain(
    `schema.sql:${line}: the file has:     CONSTRAINT notes_pkey PRIMARY KEY (id)\n  the schema has:     body text,\n`,
  )
  expect(readFileSync(file, 'utf8')).toBe(printed.stdout)
})

test('migrate dump: --check without a file, a schema that does not exist -> an error and exit code 2', async () => {
  const { flags } = await freshServer()
  const cwd = scratch()
  expect(await runSkills(['migrate', 'dump', '--check', ...flags], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--check needs the file to compare') as string,
  })
  expect(await runSkills(['migrate', 'dump', '--schema', 'nowhere', ...flags], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the schema nowhere does not exist') as string,
  })
})
