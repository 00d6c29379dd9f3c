import { expect, test } from 'vitest'
import { migratedServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

test('--var: overrides the configuration file, and verify reads the same values', async () => {
  const { flags, open } = await migratedServer()
  const cwd = scratch({
    'skills.config.json': '{ "variables": { "one": "from the file", "two": "2" }, "migrations": "db" }',
    'db/1.sql': `CREATE TABLE :"name" AS SELECT :'one' AS one, :two AS two;`,
  })
  const given = ['--var', 'name=made', '--var', 'one=a=b', ...flags]
  expect(await runSkills(['migrate', ...given], { cwd })).toMatchObject({ code: 0 })
  expect(await (await open()).query('SELECT * FROM made')).toEqual([{ one: 'a=b', two: 2 }])
})

test.each([
  [['--var', 'no value'], 'a value for --var without "="', 'no value'],
  [['--var', '1x=s3cret-value'], 'invalid name "1x" for --var', 's3cret'],
])('--var: %j -> exit code 2, and the value is not printed', async (args, message, hidden) => {
  const { flags } = await migratedServer()
  const { code, stdout, stderr } = await runSkills(['migrate', ...args, ...flags])
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(stdout + stderr).not.toContain(hidden)
})

test('--var: a value that the server repeats in its message -> *** in the output', async () => {
  const { flags } = await migratedServer()
  const dir = scratch({ '1.sql': `SELECT (:'token')::int;` })
  const { code, stdout, stderr } = await runSkills(['migrate', '--json', '--dir', dir, '--var', 'token=s3cret-value', ...flags])
  expect(code).toBe(4)
  expect(stdout).toContain('***')
  expect(stdout + stderr).not.toContain('s3cret')
})
