import { expect, test } from 'vitest'
import { payloadsOf } from '../../../src/registry/table/notify.ts'

function ids(payloads: readonly string[]): unknown[] {
  return payloads.flatMap((text) => (JSON.parse(text) as { ids: string[] }).ids)
}

test('payloadsOf: few IDs -> one payload', () => {
  expect(payloadsOf('agents', ['a', 'b"c'])).toEqual(['{"schema":"agents","ids":["a","b\\"c"]}'])
})

test('payloadsOf: many IDs -> several payloads below the limit, each ID once', () => {
  const many = Array.from({ length: 5000 }, (_, i) => `skill-${i}-${'ü'.repeat(i % 60)}`)
  const payloads = payloadsOf('public', many)
  expect(payloads.length).toBeGreaterThan(10)
  expect(Math.max(...payloads.map((text) => Buffer.byteLength(text)))).toBeLessThan(8000)
  // no payload is shorter than necessary
  expect(Math.min(...payloads.slice(0, -1).map((text) => Buffer.byteLength(text)))).toBeGreaterThan(7800)
  expect(ids(payloads)).toEqual(many)
})

test('payloadsOf: an ID longer than a payload -> null', () => {
  expect(payloadsOf('public', ['a', 'b'.repeat(8000)])).toEqual(['{"schema":"public","ids":null}'])
})
