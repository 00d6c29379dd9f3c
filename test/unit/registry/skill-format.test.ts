import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { RULES } from '../../../src/registry/rules/rules.ts'
import { KNOWN_KEYS } from '../../../src/registry/front-matter/validate.ts'

const FILE = path.resolve(import.meta.dirname, '../../../docs/skill-format.md')
const text = readFileSync(FILE, 'utf8')

test('docs/skill-format.md: table of rules -> that of the code (else: npm run test:unit -- skill-format -u)', async () => {
  const rows = Object.entries(RULES).map(([code, { severity, title, source, fixed, fixable }]) => {
    const remarks = [fixed === true ? 'fixed' : '', fixable === true ? '`--fix`' : ''].filter((part) => part !== '').join(', ')
    return `| \`${code}\` | ${severity} | ${title} | ${source} | ${remarks} |`
  })
  const table = ['| rule | severity | about | source | |', '|---|---|---|---|---|', ...rows].join('\n')
  const made = text.replace(
    /(<!-- rules: [^\n]*-->\n)[^]*?(<!-- \/rules -->)/,
    (_, before: string, after: string) => `${before}\n${table}\n\n${after}`,
  )
  expect(made).toContain(table)
  await expect(made).toMatchFileSnapshot(FILE)
})

test('docs/skill-format.md: table of keys -> every key', () => {
  const section = text.slice(text.indexOf('## Keys'), text.indexOf('### Lists'))
  const named = new Set([...section.matchAll(/`([a-zA-Z_-]+)`/g)].map(([, key]) => key))
  // the table has the first spelling of each key
  expect([...KNOWN_KEYS].filter((key) => !named.has(key) && !/[A-Z_]/.test(key))).toEqual([])
})
