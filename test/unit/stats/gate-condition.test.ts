import { expect, test } from 'vitest'
import { METRIC_NAMES, readCondition } from '../../../src/stats/gate-condition.ts'

test.each([
  ['success < 0.9', { metric: 'success', operator: '<', limit: 0.9, scale: 1 }],
  ['success<90%', { metric: 'success', operator: '<', limit: 90, scale: 100 }],
  [' Soft-Fail >= 5.5% ', { metric: 'soft_fail', operator: '>=', limit: 5.5, scale: 100 }],
  ['p95 > 2s', { metric: 'p95', operator: '>', limit: 2000, scale: 1 }],
  ['avg <= 1.5s', { metric: 'avg', operator: '<=', limit: 1500, scale: 1 }],
  ['rating < 3.5', { metric: 'rating', operator: '<', limit: 3.5, scale: 1 }],
  ['uses < 50', { metric: 'uses', operator: '<', limit: 50, scale: 1 }],
])('readCondition: %s -> its parts', (text, parts) => {
  expect(readCondition(text)).toEqual({ text: text.trim(), ...parts })
})

test.each([
  ['', 'expected METRIC < LIMIT'],
  ['success', 'expected METRIC < LIMIT'],
  ['success = 0.9', 'expected METRIC < LIMIT'],
  ['success < 0.9 and uses > 3', 'expected METRIC < LIMIT'],
  ['sucess < 0.9', 'no metric is called sucess'],
  ['constructor < 1', 'no metric is called constructor'],
  ['success < 90', 'a share of the uses is 0 to 1, or 0% to 100%'],
  ['success < -1', 'a share of the uses is 0 to 1, or 0% to 100%'],
  ['success < 101%', 'a share of the uses is 0 to 1, or 0% to 100%'],
  ['p95 > 2', 'a latency has a number and a unit'],
  ['p95 > 2%', 'a latency has a number and a unit'],
  ['rating < 80%', '80% is not a number'],
  ['uses < many', 'many is not a number'],
])('readCondition: %j -> USAGE with the reason', (text, reason) => {
  expect(() => readCondition(text)).toThrow(expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(reason) }))
})

test('readCondition: every metric -> read', () => {
  for (const name of METRIC_NAMES)
    expect(readCondition(`${name} > ${/^(?:avg|p\d\d|max)$/.test(name) ? '1ms' : '1'}`)).toMatchObject({ metric: name })
})
