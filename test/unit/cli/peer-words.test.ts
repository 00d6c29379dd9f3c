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
