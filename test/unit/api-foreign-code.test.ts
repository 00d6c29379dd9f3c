import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const API = path.resolve(import.meta.dirname, '../../src/api')

/** These only read the catalogs, or take no connection of a user. */
const CATALOGS_ONLY = new Set([
  'dumpSchema',
  'appRoleGrants',
  // another connection, for the progress of a statement
  'statementProgress',
  'listenForEvents',
  // it looks for itself, and reports
  'verify',
  'refuseForeignCode',
  'foreignCodeFor',
])

test('api: every call that takes a connection -> refuses code of other roles before it reads a table', () => {
  const calls = readdirSync(API).flatMap((file) => {
    const text = readFileSync(path.join(API, file), 'utf8')
    return [...text.matchAll(/^export (?:async )?function (\w+)\(\s*db: Db\b[^]*?\n}\n/gm)].map(([body, name = '']) => ({ name, body }))
  })
  expect(calls.length).toBeGreaterThan(15)
  const open = calls.filter(({ name, body }) => !CATALOGS_ONLY.has(name) && !body.includes('await refuseForeignCode(db'))
  expect(open.map(({ name }) => name)).toEqual([])
})
