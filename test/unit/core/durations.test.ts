import { expect, test } from 'vitest'
import { formatDuration, missingUnit, readDuration, showDuration } from '../../../src/core/durations.ts'

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['1.5h', 5_400_000],
  ['0', 0],
  [' 10 s ', 10_000],
])('readDuration: %j -> %d ms', (text, ms) => {
  expect(readDuration(text)).toBe(ms)
})

test.each(['', ' ', '30', '180', '1.5', '-1s', 's', '5x', '5S', '1e3', '1,5h', '.5h', '1h30m', 'Infinity'])(
  'readDuration: %j -> undefined',
  (text) => {
    expect(readDuration(text)).toBeUndefined()
  },
)

test.each([
  [60_000, '1m'],
  [5_000, '5s'],
  [1_500, '1500ms'],
  [1_209_600_000, '2w'],
])('showDuration: %d ms -> %j, which readDuration reads', (ms, text) => {
  expect(showDuration(ms)).toBe(text)
  expect(readDuration(text)).toBe(ms)
})

test.each([
  [0, '0 ms'],
  [12.4, '12 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1400, '1.4 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [119_600, '2 min 0 s'],
])('formatDuration: %d ms -> %j', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('missingUnit: a number without a unit -> what it can mean; other text -> undefined', () => {
  expect(missingUnit('180')).toBe('write the unit: 180d? 180s?')
  expect([missingUnit('180d'), missingUnit('x'), missingUnit('')]).toEqual([undefined, undefined, undefined])
})
