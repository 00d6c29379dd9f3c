import { expect, test } from 'vitest'
import { MessageGuard, ProtocolError } from '../../../src/db/message-guard.ts'
import {
  commandComplete,
  dataRow,
  errorResponse,
  int16,
  int32,
  loggedIn,
  message,
  messageOfLength,
  readyForQuery,
  rowDescription,
} from '../../support/messages.ts'

const ANSWER = [
  rowDescription([{ name: 'a' }, { name: 'b' }]),
  dataRow(['1', null]),
  dataRow(['', '2']),
  commandComplete(),
  readyForQuery(),
]

/** A guard after the login and the first answer. */
function openedGuard(...limits: ConstructorParameters<typeof MessageGuard>): MessageGuard {
  const guard = new MessageGuard(...limits)
  guard.take(loggedIn())
  guard.opened()
  return guard
}

const taken = (guard: MessageGuard, chunks: readonly Buffer[]): Buffer =>
  Buffer.concat(chunks.map((chunk) => guard.take(chunk) ?? Buffer.alloc(0)))

test('message guard: the messages arrive in pieces of any size -> complete messages pass, in order', () => {
  const all = Buffer.concat([loggedIn(), ...ANSWER, message('A', int32(1), 'c\0p\0'), ...ANSWER])
  for (let size = 1; size <= all.length; size++) {
    const guard = new MessageGuard()
    const passed: Buffer[] = []
    for (let at = 0; at < all.length; at += size) {
      const complete = guard.take(all.subarray(at, at + size))
      if (complete !== undefined) passed.push(complete)
    }
    expect(Buffer.concat(passed).equals(all)).toBe(true)
    for (const part of passed) expect(endsWithMessage(part)).toBe(true)
  }
})

function endsWithMessage(bytes: Buffer): boolean {
  let at = 0
  while (at < bytes.length) at += 1 + bytes.readInt32BE(at + 1)
  return at === bytes.length
}

test.each<[string, Buffer[], RegExp]>([
  ['a row of another length', [ANSWER[0] as Buffer, dataRow(['1'])], /malformed row/],
  ['a row after the end of its answer', [...ANSWER.slice(0, 4), dataRow(['1', '2'])], /malformed row/],
  ['a row after another description', [rowDescription([{ name: 'x' }]), dataRow(['1', '2'])], /malformed row/],
  ['a value that is too long', [rowDescription([{ name: 'x' }]), message('D', int16(1), int32(9), 'x')], /malformed row/],
  ['a row with more bytes', [rowDescription([{ name: 'x' }]), message('D', int16(1), int32(1), 'xyz')], /malformed row/],
  ['a name without an end', [message('T', int16(1), 'x'.repeat(40))], /description of a row/],
  ['an unknown type', [message('?')], /unexpected type "\?"/],
  ['a type that is not a character', [message('\u0001')], /unexpected type 0x01/],
  ['COPY', [message('G', 'x')], /COPY/],
  ['a second login', [message('R', int32(0))], /unexpected type "R"/],
  ['a length below 4', [messageOfLength('C', 3)], /length 3/],
  ['an error without an end', [message('E', 'SERROR')], /malformed error/],
])('message guard: %s -> refused', (_, chunks, reason) => {
  expect(() => taken(openedGuard(), chunks)).toThrow(ProtocolError)
  expect(() => taken(openedGuard(), chunks)).toThrow(reason)
})

const COPY_IN = message('G', '\0', int16(2), int16(0), int16(0))

test('message guard: the request for rows of an announced COPY -> answered once, and not passed on, whatever the pieces', () => {
  const all = Buffer.concat([...ANSWER, COPY_IN, commandComplete('COPY 2'), readyForQuery(), ...ANSWER])
  for (let size = 1; size <= all.length; size++) {
    const guard = openedGuard()
    let requests = 0
    guard.expectCopy(() => requests++)
    const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.subarray(i * size, (i + 1) * size))
    expect(taken(guard, chunks)).toEqual(Buffer.concat([...ANSWER, commandComplete('COPY 2'), readyForQuery(), ...ANSWER]))
    expect(requests).toBe(1)
    expect(() => guard.take(COPY_IN)).toThrow(/COPY/)
  }
})

test.each([
  ['in the binary format', message('G', '\u0001', int16(1), int16(1))],
  ['of another length', message('G', '\0', int16(2), int16(0))],
])('message guard: a request for rows %s -> refused', (_, request) => {
  const guard = openedGuard()
  guard.expectCopy(() => undefined)
  expect(() => guard.take(request)).toThrow(/malformed request for the rows/)
})

test.each(['HTTP/1.1 400', 'SSH-2.0', '\0\0\0\0', 'D\0\0\0\u0004'])(
  'message guard: the first bytes are %j -> not a PostgreSQL server',
  (text) => {
    expect(() => new MessageGuard().take(Buffer.from(text))).toThrow('the other side is not a PostgreSQL server')
  },
)

test('message guard: an error, then a fatal one -> passes; a third one -> refused', () => {
  const error = errorResponse({ S: 'ERROR', C: 'XX000', M: 'no' })
  const guard = openedGuard()
  for (let i = 0; i < 3; i++) guard.take(Buffer.concat([error, error, readyForQuery()]))
  expect(() => guard.take(Buffer.concat([error, error, error]))).toThrow(/more than two errors/)
})

test('message guard: rows with JSON -> they count for more', () => {
  expect(openedGuard(LIMITS).take(rowsOfType(25))).toBeDefined()
  expect(() => openedGuard(LIMITS).take(rowsOfType(3802))).toThrow(/an answer of more than/)
})

const LIMITS = { opening: 1000, message: 2000, answer: 12_000 }
const notice = errorResponse({ S: 'NOTICE', C: '00000', M: 'x'.repeat(200) }, 'N')
const rowsOfType = (type: number): Buffer => Buffer.concat([rowDescription([{ name: 'x', type }]), times(30, dataRow(['x'.repeat(100)]))])
const times = (count: number, bytes: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes))

test('message guard: more than the limit before the first answer -> refused; the same afterwards -> passes', () => {
  expect(() => new MessageGuard(LIMITS).take(times(10, notice))).toThrow(/before its first answer/)
  expect(openedGuard(LIMITS).take(times(10, notice))).toHaveLength(10 * notice.length)
})

test('message guard: the length of one message is over the limit -> refused before the message arrives', () => {
  expect(() => openedGuard(LIMITS).take(messageOfLength('E', 2001))).toThrow(/a message of more than/)
})

test('message guard: an answer over the limit -> refused; many answers -> pass', () => {
  expect(() => openedGuard(LIMITS).take(times(50, notice))).toThrow(/an answer of more than/)
  const rows = Buffer.concat([rowDescription([]), times(1000, dataRow([]))])
  expect(() => openedGuard(LIMITS).take(rows)).toThrow(/an answer of more than/)
  const guard = openedGuard(LIMITS)
  for (let i = 0; i < 100; i++) guard.take(Buffer.concat(ANSWER))
})

test.each<[string, Buffer[]]>([
  ['more often than statements were sent', [...ANSWER, ...ANSWER, ...ANSWER]],
  ['without a result', [readyForQuery()]],
  ['twice after one result', [...ANSWER, readyForQuery()]],
])('message guard: an answer ends %s -> refused', (_, chunks) => {
  const guard = openedGuard(undefined, () => 2)
  expect(() => taken(guard, chunks)).toThrow('the server ended an answer that nothing asked for')
})

test('message guard: one end for each statement, after a result, an error or nothing to run -> passes', () => {
  const guard = openedGuard(undefined, () => 3)
  const answers = [...ANSWER, errorResponse({ S: 'ERROR', C: '42601', M: 'no' }), readyForQuery(), message('I'), readyForQuery()]
  expect(taken(guard, answers)).toEqual(Buffer.concat(answers))
})
