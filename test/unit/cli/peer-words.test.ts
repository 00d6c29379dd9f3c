import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/command-table.ts'
import { adviceFor } from '../../../src/cli/parse/peer-words.ts'

const KNOWN = new Set(COMMANDS.map(({ name }) => name))

test('words of other tools: the commands in their hints -> each exists', () => {
  const source = readFileSync(path.resolve(import.meta.dirname, '../../../src/cli/parse/peer-words.ts'), 'utf8')
  const commands = [...source.matchAll(/`skills ((?:migrate )?[a-z-]+)/g)].map(([, name = '']) => name)
  expect(commands.length).toBeGreaterThan(20)
  expect(commands.filter((name) => !name.startsWith('--') && !KNOWN.has(name.replace(/ --.*$/, '')))).toEqual([])
})

test('adviceFor: commands of this tool -> none', () => {
  expect([...KNOWN].filter((name) => adviceFor(name.split(' '), KNOWN) !== undefined)).toEqual([])
})

test.each([
  ['migrate goto 3', 'unknown command "migrate goto"', '`skills migrate --to VERSION`'],
  ['migrate rebase', 'unknown command "migrate rebase"', 'rename a pending file'],
  ['migrate verify', 'unknown command "migrate verify"', '`skills verify`'],
  ['migrate doctor', 'unknown command "migrate doctor"', '`skills doctor`'],
  ['migrate:up', 'unknown command "migrate:up"', 'run `skills migrate`: it applies'],
  ['migrate:down', 'there is no command "migrate:down"', '`skills migrate new --revert VERSION`'],
  ['migrate:status', 'unknown command "migrate:status"', '`skills migrate status`'],
  ['migrate:make add_users', 'unknown command "migrate:make"', '`skills migrate new "what it does"`'],
  ['migrate migrate:latest', 'unknown command "migrate migrate:latest"', 'run `skills migrate`: it applies'],
  ['db:migrate', 'unknown command "db:migrate"', 'run `skills migrate`'],
  ['db:migrate:down', 'there is no command "db:migrate:down"', 'write a new migration'],
  ['db:rollback', 'there is no command "db:rollback"', 'write a new migration'],
  ['db:dump', 'unknown command "db:dump"', '`skills migrate dump`'],
  ['stamp', 'unknown command "stamp"', '`skills migrate baseline --to VERSION`'],
])('words of other tools: %s -> %s, with what to run', (line, message, hint) => {
  const advice = adviceFor(line.split(' '), KNOWN)
  expect(advice?.message).toContain(message)
  expect(advice?.hint).toContain(hint)
})

test('adviceFor: a word of no tool, and a colon of no tool -> none', () => {
  expect(['frobnicate', 'lint:fix', 'migrate:frobnicate'].map((word) => adviceFor([word], KNOWN))).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
