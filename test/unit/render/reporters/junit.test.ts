import { describe, expect, test } from 'vitest'
import { renderJunit } from '../../../../src/render/reporters/junit.ts'
import { elements, parseXml } from '../../../support/parse-xml.ts'
import { HOSTILE, result, runOf } from './runs.ts'

test('junit: results -> a suite for each group, with counts and times', () => {
  const xml = renderJunit(
    runOf(
      result({ durationMs: 12 }),
      result({
        code: 'views.columns',
        title: 'views',
        group: 'views',
        status: 'failed',
        messages: [{ object: 'view v', expected: 'a', actual: 'b' }],
      }),
      result({ code: 'tables.keys', title: 'keys', status: 'skipped', reason: 'no right' }),
    ),
  )
  const root = parseXml(xml)
  expect(root).toMatchObject({
    name: 'testsuites',
    attributes: { name: 'skills verify', tests: '3', failures: '1', errors: '0', skipped: '1', time: '1.234' },
  })
  const suites = elements(root, 'testsuite')
  expect(suites.map(({ attributes }) => attributes)).toEqual([
    { name: 'tables', tests: '2', failures: '0', errors: '0', skipped: '1', time: '0.012', timestamp: '2026-01-02T03:04:05' },
    { name: 'views', tests: '1', failures: '1', errors: '0', skipped: '0', timestamp: '2026-01-02T03:04:05' },
  ])
  expect(elements(root, 'testcase').map(({ attributes }) => attributes)).toEqual([
    { name: 'tables.columns: columns are there', classname: 'skills.verify.tables', time: '0.012' },
    { name: 'tables.keys: keys', classname: 'skills.verify.tables' },
    { name: 'views.columns: views', classname: 'skills.verify.views' },
  ])
  expect(elements(root, 'skipped')[0]?.attributes).toEqual({ message: 'no right' })
  expect(elements(root, 'property')[0]?.attributes).toEqual({ name: 'database', value: 'postgres://db' })
})

test('junit: failure -> its text in the body, its place on the test case', () => {
  const messages = [
    { object: 'index a_idx', expected: 'btree (a)', actual: 'nothing', remedy: 'skills migrate' },
    { text: 'bad name', file: 'skills/a/SKILL.md', line: 3, column: 7 },
  ]
  const root = parseXml(renderJunit(runOf(result({ status: 'failed', messages }))))
  const [failure] = elements(root, 'failure')
  expect(failure?.attributes).toEqual({
    message: '2 faults, first: index a_idx: expected btree (a), found nothing',
    type: 'tables.columns',
  })
  for (const part of ['index a_idx', 'btree (a)', 'nothing', 'skills migrate', 'skills/a/SKILL.md:3:7', 'bad name']) {
    expect(failure?.text).toContain(part)
  }
  const placed = parseXml(renderJunit(runOf(result({ status: 'failed', messages: messages.slice(1) }))))
  expect(elements(placed, 'testcase')[0]?.attributes).toMatchObject({ file: 'skills/a/SKILL.md', line: '3' })
})

test('junit: warning -> the test case passes, with its text as output', () => {
  const root = parseXml(renderJunit(runOf(result({ severity: 'warning', status: 'failed', messages: [{ object: 'index x' }] }))))
  expect(root.attributes).toMatchObject({ tests: '1', failures: '0' })
  expect(elements(root, 'failure')).toEqual([])
  expect(elements(root, 'system-out')[0]?.text).toContain('index x')
})

test('junit: the run ends early -> a test case with an error', () => {
  const run = { ...runOf(), error: { code: 'DATABASE_UNREACHABLE', message: 'no answer', hint: 'start it' } }
  const root = parseXml(renderJunit(run))
  expect(root.attributes).toMatchObject({ tests: '1', failures: '0', errors: '1' })
  const [error] = elements(root, 'error')
  expect(error?.attributes).toMatchObject({ type: 'DATABASE_UNREACHABLE', message: 'no answer' })
  expect(error?.text).toContain('start it')
})

describe('junit: text that breaks XML', () => {
  const run = {
    ...runOf(
      result({
        code: HOSTILE,
        title: HOSTILE,
        group: HOSTILE,
        status: 'failed',
        messages: [{ object: HOSTILE, text: HOSTILE, file: HOSTILE }],
      }),
      result({ status: 'skipped', reason: HOSTILE }),
      result({ severity: 'note', status: 'failed', messages: [{ text: HOSTILE }] }),
    ),
    properties: { [HOSTILE]: HOSTILE },
    error: { code: HOSTILE, message: HOSTILE, hint: HOSTILE },
  }
  const VISIBLE = 'a]]>b <&"\'> \\u0000\\u0007\\u001b[31m\\u009b \\ud800 \\ufffe\\uffff % %0A # \\ , : -- \\u2028\u{1f600}'

  test('in any field -> escaped, and a parser reads it back', () => {
    const root = parseXml(renderJunit(run))
    expect(elements(root, 'skipped')[0]?.attributes['message']).toBe(`${VISIBLE}\nnext\ttab`)
    expect(elements(root, 'testsuite')[0]?.attributes['name']).toBe(`${VISIBLE}\nnext\ttab`)
    expect(elements(root, 'failure')[0]?.text).toContain(`${VISIBLE}\nnext\ttab`)
    expect(elements(root, 'system-out')[0]?.text).toContain(`${VISIBLE}\nnext\ttab`)
    expect(elements(root, 'property')[0]?.attributes).toEqual({ name: `${VISIBLE}\nnext\ttab`, value: `${VISIBLE}\nnext\ttab` })
  })

  test('not escaped -> the parser of this test refuses it', () => {
    expect(() => parseXml('<a>\u0007</a>')).toThrow(/disallowed character/)
    expect(() => parseXml('<a>]]></a>')).toThrow()
    expect(() => parseXml('<a b="<"/>')).toThrow()
  })
})
