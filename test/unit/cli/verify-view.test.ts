import { expect, test } from 'vitest'
import { verifyView } from '../../../src/cli/commands/verify/view.ts'
import { PLAIN } from '../../../src/render/style.ts'
import type { Fault, VerifyReport } from '../../../src/verify/report.ts'

const linesFor = (fault: Partial<Fault>): string[] => {
  const faults = [{ object: 'function f', expected: 'a', actual: 'b', remedy: '', ...fault }]
  const check = { id: 'drift.different', title: 't', severity: 'error', status: 'failed', file: 'f.sql', line: 1, faults } as const
  const counts = { ok: false, passed: 1, failed: 1, warnings: 0, notes: 0, skipped: 0, folderNotes: [], notJudged: [] }
  const database = { url: 'postgres://db', version: '18', schema: 'public' }
  return verifyView({ ...counts, checks: [check], database } as unknown as VerifyReport & { database: never }, PLAIN, 80)
}

test('verify: a statement of several lines -> printed as it is, from the first column', () => {
  const sql = 'CREATE FUNCTION f()\n  RETURNS text\nAS $$\n  x\u001b[2J\n$$'
  const lines = linesFor({ remedy: sql, sql })
  expect(lines).toContain('      → run')
  expect(lines.join('\n')).toContain('\nCREATE FUNCTION f()\n  RETURNS text\nAS $$\n  x\\u001b[2J\n$$;\n')
})

test('verify: a remedy in words, or one line of SQL -> one line', () => {
  expect(linesFor({ remedy: 'look\nat it' })).toContain('      → look\\nat it')
  expect(linesFor({ remedy: 'DROP TABLE t', sql: 'DROP TABLE t' })).toContain('      → DROP TABLE t;')
})

test('verify: objects that were not compared -> all are listed, by reason', () => {
  const notJudged = Array.from({ length: 30 }, (_, i) => ({ object: `table t${i}`, because: i === 0 ? 'one' : 'other' }))
  const counts = { ok: true, passed: 1, failed: 0, warnings: 0, notes: 0, skipped: 0, folderNotes: [], notJudged, checks: [] }
  const report = { ...counts, database: { url: 'postgres://db', version: '18', schema: 'public' } }
  const lines = verifyView(report as unknown as VerifyReport & { database: never }, PLAIN, 80)
  expect(lines[1]).toBe('  not compared: table t0 (one)')
  expect(lines[2]).toContain('table t1, table t2, ')
  expect(lines[2]).toContain('table t29 (other)')
})
