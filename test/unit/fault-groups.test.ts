import { expect, test } from 'vitest'
import { missedIn } from '../support/fault-answers.ts'
import { groupsOf } from '../support/fault-groups.ts'
import { fault } from '../support/verify-faults/fault.ts'

const NAMES = new Set(['a', 'b', 'a_id_seq', 'f'])
const titles = (groups: readonly { title: string }[][]): string[][] => groups.map((group) => group.map(({ title }) => title))

test('faults: different objects -> one group; the same object, a warning, and what concerns no object or more than it names -> others', () => {
  const faults = [
    fault('column of a', 'ALTER TABLE a DROP COLUMN x', 'column a.x'),
    fault('column of b', 'ALTER TABLE b DROP COLUMN x', 'column b.x'),
    fault('index of a', 'DROP INDEX i; ALTER TABLE a ADD y int', 'column a.y'),
    fault('sequence', 'ALTER SEQUENCE a_id_seq CYCLE', 'a_id_seq'),
    fault('warning', 'ALTER TABLE b ADD COLUMN y int', 'column b.y', { warns: true }),
    fault('setting', 'ALTER ROLE ALL SET work_mem = 1', 'all roles'),
    fault('table', 'DROP TABLE b', 'table b'),
  ]
  expect(titles(groupsOf(faults, NAMES))).toEqual([
    ['column of a', 'column of b', 'sequence'],
    ['index of a'],
    ['warning'],
    ['setting'],
    ['table'],
  ])
})

test('faults: two that create the same role -> two groups', () => {
  const faults = ['a', 'b'].map((table) => fault(table, `CREATE ROLE reader; GRANT INSERT ON ${table} TO reader`, table))
  expect(titles(groupsOf(faults, NAMES))).toEqual([['a'], ['b']])
})

test('faults: a line of the report that two faults ask for -> it counts for the one with the longer object', () => {
  const lines = ['function f: missing', 'function f_batch: missing'].map((line) => {
    const [object = '', actual = ''] = line.split(': ')
    return { object, actual, expected: '', remedy: '' }
  })
  const answer = (faults: typeof lines): Parameters<typeof missedIn>[1] => ({
    ok: false,
    results: [{ id: 'x', title: 'x', severity: 'error', status: 'failed', file: 'x.sql', line: 1, faults }],
  })
  const faults = [fault('one', 'SELECT 1', 'function f'), fault('two', 'SELECT 2', 'function f_batch')]
  const missed = (all: typeof lines): string[] => missedIn(faults, answer(all)).map(({ title }) => title)
  expect(missed(lines)).toEqual([])
  expect(missed(lines.slice(1))).toEqual(['one'])
  expect(missed(lines.slice(0, 1))).toEqual(['two'])
})
