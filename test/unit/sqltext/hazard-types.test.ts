import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { HazardType } from '../../../src/sqltext/hazards/hazard.ts'
import { HAZARD_TYPES } from '../../../src/sqltext/hazards/find-hazards.ts'
import { findRunHazards } from '../../../src/sqltext/hazards/hazard-run.ts'
import { classify } from '../../../src/sqltext/statements/classify.ts'
import { splitStatements } from '../../../src/sqltext/statements/split.ts'

const PAGE = path.resolve(import.meta.dirname, '../../../docs/migrate-hazards.md')

test('codes: each one is used once', () => {
  const codes = HAZARD_TYPES.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
})

test.each(HAZARD_TYPES.map((type) => [type.code, type] as const))(
  '%s: its example -> reported, with the facts of its type',
  (code, type) => {
    const statements = splitStatements(type.example).statements.map(({ text }) => ({ text, kind: classify(text) }))
    const found = findRunHazards([{ noTransaction: false, statements }]).flat(2)
    const own = found.filter((hazard) => hazard.code === code)
    expect(own).toHaveLength(1)
    expect(own[0]).toMatchObject({ rewrite: type.rewrite === true, ...(code === 'LOCK_TABLE' ? {} : { lock: type.lock }) })
  },
)

// after a change run this test with -u: it writes the table
test('docs/migrate-hazards.md: lists each hazard type', async () => {
  const page = readFileSync(PAGE, 'utf8')
  const [before, after] = [page.indexOf(TABLE_HEAD), page.indexOf('\n## What is left out')]
  expect(before).toBeGreaterThan(0)
  const table = [TABLE_HEAD, ...HAZARD_TYPES.map(tableRow), ''].join('\n')
  await expect(page.slice(0, before) + table + page.slice(after)).toMatchFileSnapshot(PAGE)
})

const TABLE_HEAD = '| code | when | squawk | lock, for how long |\n|---|---|---|---|'

function tableRow({ code, when, squawk = ['-'], effect }: HazardType): string {
  return `| \`${code}\` | ${when} | ${squawk.join(', ')} | ${effect} |`
}
