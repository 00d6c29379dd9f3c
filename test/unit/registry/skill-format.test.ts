import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { KNOWN_KEYS } from '../../../src/registry/front-matter/validate.ts'

const FILE = path.resolve(import.meta.dirname, '../../../docs/skill-format.md')
const text = readFileSync(FILE, 'utf8')

test('docs/skill-format.md: table of keys -> every key', () => {
  const section = text.slice(text.indexOf('## Keys'), text.indexOf('### Lists'))
  const named = new Set([...section.matchAll(/`([a-zA-Z_-]+)`/g)].map(([, key]) => key))
  // the table has the first spelling of each key
  expect([...KNOWN_KEYS].filter((key) => !named.has(key) && !/[A-Z_]/.test(key))).toEqual([])
})
