import { expect, test } from 'vitest'
import { momentOf } from '../../../src/telemetry/moment.ts'

const MS = Date.UTC(2026, 0, 2, 3, 4, 5)

test.each([
  ['seconds', MS / 1000],
  ['seconds with a fraction', MS / 1000 + 0.25, 250],
  ['milliseconds', MS],
  ['microseconds', MS * 1e3],
  ['nanoseconds', MS * 1e6],
  ['seconds as text', String(MS / 1000)],
  ['milliseconds as text', String(MS)],
  ['microseconds as text', `${MS}000`],
  ['nanoseconds as text', `${MS / 1000}250999999`, 250.999999],
  ['the pair of JavaScript', [MS / 1000, 250_000_000], 250],
  ['ISO 8601', '2026-01-02T03:04:05Z'],
  ['ISO 8601 with nanoseconds and a zone', '2026-01-02T05:04:05.250999999+02:00', 250],
])('momentOf: %s -> the same time', (_, value, more = 0) => {
  expect(momentOf(value)).toBeCloseTo(MS + more, 2)
})

test.each([
  -1,
  1e20,
  '-5',
  '2026-02-30T00:00:00Z',
  '2026-01-02T03:04:05',
  '2026-01-02',
  'soon',
  '',
  true,
  null,
  {},
  [],
  [1],
  [1, 2, 3],
  [1, 1e9],
  [-1, 0],
  ['1', '2'],
])('momentOf: %j -> undefined', (value) => {
  expect(momentOf(value)).toBeUndefined()
})
