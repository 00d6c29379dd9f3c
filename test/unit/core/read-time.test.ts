import { expect, test } from 'vitest'
import { readTime } from '../../../src/core/read-time.ts'

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31t12:00z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31 12:00:00.123456789+01', '2026-01-31T11:00:00.123Z'],
  ['2026-01-31T12:00:00,5-0130', '2026-01-31T13:30:00.500Z'],
  ['2024-02-29T00:00:00+05:30', '2024-02-28T18:30:00.000Z'],
])('readTime: %j -> %s', (text, time) => {
  expect(readTime(text, { zone: 'required' })?.toISOString()).toBe(time)
})

test.each([
  '2026-02-30T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-01T25:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:00+25:00',
  '2026-01-01T00:00:00',
  '2026-01-01',
  '180',
  '',
  'yesterday',
  '1 Jan 2026 00:00 UTC',
])('readTime: %j -> undefined', (text) => {
  expect(readTime(text, { zone: 'required' })).toBeUndefined()
})

test('readTime: without a zone, where it is optional -> a date in UTC, a local time; an impossible date -> undefined', () => {
  expect(readTime('2026-01-31', { zone: 'optional' })?.toISOString()).toBe('2026-01-31T00:00:00.000Z')
  expect(readTime('2026-01-31T12:00', { zone: 'optional' })).toEqual(new Date('2026-01-31T12:00'))
  expect(readTime('2026-02-30', { zone: 'optional' })).toBeUndefined()
  expect(readTime('180', { zone: 'optional' })).toBeUndefined()
})
