import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../../src/core/durations.ts'

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['1.5h', 5_400_000],
  ['0', 0],
  ['30', 30_000],
  [' 10 s ', 10_000],
])('%j is %d ms', (text, ms) => {
  expect(parseDuration(text, '--wait')).toBe(ms)
})

test.each(['', ' ', '-1s', 's', '5x', '5S', '1e3', '1,5h', '.5h', '1h30m', 'Infinity'])('%j is no duration', (text) => {
  expect(() => parseDuration(text, '--wait')).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      exitCode: 2,
      message: `--wait: "${text}" is not a duration`,
      hint: expect.stringContaining('30s'),
    }),
  )
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
])('%d ms is said as %j', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
