import { expect, test } from 'vitest'
import { SkillsError } from '../../../src/core/errors.ts'
import { DatabaseError } from '../../../src/db/database-error.ts'
import { BatchSize } from '../../../src/telemetry/batch-size.ts'
import { lacksTheSame, writeFailureOf } from '../../../src/telemetry/batch.ts'

test.each([
  [
    'events',
    [
      '21000',
      '22023',
      '22P05',
      '23502',
      '23505',
      '23514',
      '27000',
      '38000',
      '39P01',
      '44000',
      '54000',
      '54001',
      '54011',
      'P0001',
      'P0004',
      '09000',
    ],
  ],
  ['later', ['23503']],
  ['tooMuch', ['57014', '53200', '53400', '25P04', 'XX000', 'XX001', 'XX002']],
  ['setup', ['42501', '42P01', '42703', '42883', '3F000', '3D000', '28000', '0A000']],
  [
    'outage',
    ['25006', '25P02', '40001', '40P01', '53100', '53300', '55006', '55P03', '57P01', '57P02', '57P03', '58030', '08006', '72000'],
  ],
])('writeFailureOf: the SQLSTATEs of "%s" -> %s', (failure, codes) => {
  for (const code of codes) expect(writeFailureOf(new DatabaseError({ message: 'm', code })), code).toBe(failure)
})

test('writeFailureOf: a policy, a lost connection, an unreachable server, a bad setting -> events, tooMuch, outage, setup', () => {
  expect(writeFailureOf(new DatabaseError({ message: 'm', code: '42501', routine: 'ExecWithCheckOptions' }))).toBe('events')
  expect(writeFailureOf(new SkillsError('CONNECTION_LOST', 'm'))).toBe('tooMuch')
  expect(writeFailureOf(new SkillsError('DATABASE_UNREACHABLE', 'm'))).toBe('outage')
  expect(writeFailureOf(new SkillsError('USAGE', 'm'))).toBe('setup')
  expect(writeFailureOf(new Error('m'))).toBe('outage')
})

const event = (userId: string, skill: string): { userId: string; json: string } => ({ userId, json: JSON.stringify(['s', skill, '1']) })

test('lacksTheSame: a foreign key on skill, on user, on something else -> the events with the same value, the event alone', () => {
  const [first, sameSkill, sameUser] = [event('u1', 'walk'), event('u2', 'walk'), event('u1', 'swim')]
  const named = { userId: 'u3', json: '{"skill_id":"walk"}' }
  const of = (detail?: string): unknown[] => {
    const isSame = lacksTheSame(first, new DatabaseError({ message: 'm', code: '23503', detail }))
    return [first, sameSkill, sameUser, named].map(isSame)
  }
  expect(of('Schlüssel (skill_id)=(walk) ist nicht in Tabelle »skills_registry« vorhanden.')).toEqual([true, true, false, true])
  expect(of('Key (user_id)=(u1) is not present in table "users".')).toEqual([true, false, true, false])
  expect(of('Key (tier)=(x) is not present in table "tiers".')).toEqual([true, false, false, false])
  expect(of()).toEqual([true, false, false, false])
})

test('BatchSize: a part fails -> halved down to 1; successes -> doubled, or slowly after too much', () => {
  const size = new BatchSize(1_000)
  for (const expected of [500, 250, 125, 63, 32, 16, 8, 4, 2, 1]) {
    size.failed(size.events, false)
    expect(size.events).toBe(expected)
  }
  for (let i = 0; i < 10; i++) size.succeeded()
  expect(size.events).toBe(1_000)
  // a last part that is smaller than the size
  size.failed(10, false)
  expect(size.events).toBe(5)
  const slow = new BatchSize(1_000)
  slow.failed(1_000, true)
  slow.succeeded()
  expect(slow.events).toBe(563)
  for (let i = 0; i < 20; i++) slow.succeeded()
  expect(slow.events).toBe(1_000)
})
