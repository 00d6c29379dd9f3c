import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { applicationTable, commandTable } from '../../../src/core/privileges-tables.ts'

test.each([
  ['README.md', commandTable],
  ['docs/verify.md', applicationTable],
])('%s: the table of privileges -> it is up to date (else: npm run generate)', (file, table) => {
  expect(readFileSync(path.resolve(import.meta.dirname, '../../..', file), 'utf8')).toContain(`\n\n${table()}\n\n<!-- end privileges -->`)
})
