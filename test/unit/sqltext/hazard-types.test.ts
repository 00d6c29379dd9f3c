import { expect, test } from 'vitest'
import { HAZARD_TYPES } from '../../../src/sqltext/hazards/find-hazards.ts'
import { hazardInExample } from '../../../src/sqltext/hazards/hazard-run.ts'

test('hazard types: all codes -> different', () => {
  const codes = HAZARD_TYPES.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
})

test.each(HAZARD_TYPES.map((type) => [type.code, type] as const))(
  '%s: its example -> reported, with the facts of its type',
  (code, type) => {
    const lock = code === 'LOCK_TABLE' ? 'SHARE' : type.lock
    expect(hazardInExample(type)).toMatchObject({ code, lock, rewrite: type.rewrite === true })
  },
)
