import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ERROR_EXITS } from '../../src/core/errors.ts'
import { codesMarkdown } from '../../src/explain/codes-markdown.ts'
import { APP_ROLE_GRANTS, explainCodes, findCode } from '../../src/index.ts'
import { RULES } from '../../src/registry/rules/rules.ts'
import { HAZARD_TYPES } from '../../src/sqltext/hazards/find-hazards.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const pages = await explainCodes()
const checkIds = readdirSync(path.join(ROOT, 'sql/verify'))
  .flatMap((file) => readFileSync(path.join(ROOT, 'sql/verify', file), 'utf8').split('\n'))
  .flatMap((line) => /^-- check: (\S+)/.exec(line)?.[1] ?? [])

test('pages: all codes -> exactly one page for each code', () => {
  const codes = [...Object.keys(ERROR_EXITS), ...checkIds, ...Object.keys(RULES), ...HAZARD_TYPES.map(({ code }) => code)]
  expect(checkIds.length).toBeGreaterThan(30)
  expect(pages.map(({ code }) => code).toSorted()).toEqual(codes.toSorted())
  expect(new Set(codes).size).toBe(codes.length)
})

test('pages: any page -> it has a meaning, an example and remedies', () => {
  const empty = pages.filter(
    ({ title, facts, meaning, example, remedies }) =>
      title === '' || facts.length === 0 || meaning.join('').length < 20 || example.text === '' || remedies.join('').length < 4,
  )
  // in sql/verify a check has `-- example:`, and `-- about:` or a group that has it
  expect(empty.map(({ code }) => code)).toEqual([])
})

test('docs/codes.md: read -> it is up to date (else: npm run generate)', () => {
  expect(readFileSync(path.join(ROOT, 'docs/codes.md'), 'utf8')).toBe(codesMarkdown(pages))
})

test('pages of errors: example -> it shows the code', () => {
  const silent = pages.filter(({ kind, code, example }) => kind === 'error' && !example.text.includes(`[${code}]`))
  expect(silent.map(({ code }) => code)).toEqual(['BUG'])
})

test('pages of the function checks: meaning -> it names every function that an application calls', () => {
  const functions = APP_ROLE_GRANTS.filter(({ on }) => on === 'function').map(({ name }) => name.replace(/\(.*/, ''))
  for (const { code, meaning } of pages.filter((page) => page.code.startsWith('functions.')))
    expect([code, ...functions.filter((name) => !meaning.join().includes(`\`${name}\``))]).toEqual([code])
})

test.each([
  ['DATABASE_UNREACHABLE', 'DATABASE_UNREACHABLE'],
  ['database-unreachable', 'DATABASE_UNREACHABLE'],
  ['Indexes.Definitions', 'indexes.definitions'],
  ['42703', '42703'],
  ['vacuum full', 'VACUUM_FULL'],
])('find: %s -> the page of %s', async (word, code) => {
  expect((await findCode(pages, word)).page?.code).toBe(code)
})

test.each([
  ['40P01', /deadlock/, /run it again/],
  ['42501', /privilege/, /skills doctor/],
  ['53100', /disk/, /free/],
  ['42P99', /class 42/, /the message/],
])('find: SQLSTATE %s -> a page with an example and remedies', async (code, title, remedy) => {
  const { page } = await findCode([], code)
  expect(page?.title).toMatch(title)
  expect(page?.example.text).toContain(`[${code}]`)
  expect(page?.remedies.join(' ')).toMatch(remedy)
})

test.each([
  ['DATABASE_UNREACHEABLE', 'DATABASE_UNREACHABLE'],
  ['UNREACHABLE', 'DATABASE_UNREACHABLE'],
  ['yaml_colom', 'YAML_COLON'],
  ['nonsense', undefined],
  ['ZZZZZ', undefined],
])('find: %s -> no page, %s is suggested', async (word, near) => {
  const found = await findCode(pages, word)
  expect(found.page).toBeUndefined()
  expect(found.near).toBe(near)
})
