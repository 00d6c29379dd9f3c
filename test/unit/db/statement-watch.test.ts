import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { clockMs } from '../../../src/core/times.ts'
import { DatabaseError } from '../../../src/db/database-error.ts'
import { StatementWatch, type BackendState } from '../../../src/db/statement-watch.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A watch on a connection that does nothing unless a test makes it. */
function watched(answers: readonly BackendState[] = []) {
  const states = [...answers]
  const connection = { receivedAt: 0, unsent: 0, ask: vi.fn(), cancel: vi.fn(() => Promise.resolve()), end: vi.fn() }
  connection.ask.mockImplementation(() => Promise.resolve(states.shift() ?? 'running'))
  const watch = new StatementWatch({ ...connection, receivedAt: () => connection.receivedAt, unsent: () => connection.unsent })
  return { connection, watch }
}

const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000)

test('statement watch: nothing was sent -> no second connection', async () => {
  const { connection, watch } = watched()
  watch.sent()
  watch.answered()
  await pass(600)
  expect(connection.ask).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})

test('statement watch: the server is silent, and another connection sees the statement -> it asks again and again, and nothing ends', async () => {
  const { connection, watch } = watched()
  watch.sent()
  await pass(14)
  expect(connection.ask).not.toHaveBeenCalled()
  await pass(600)
  expect(connection.ask.mock.calls.length).toBeGreaterThan(30)
  expect(connection.end).not.toHaveBeenCalled()
})

test('statement watch: bytes arrive -> no second connection', async () => {
  const { connection, watch } = watched()
  watch.sent()
  for (let i = 0; i < 20; i++) {
    await pass(10)
    connection.receivedAt = clockMs()
  }
  expect(connection.ask).not.toHaveBeenCalled()
})

test.each<[BackendState, RegExp]>([
  ['gone', /no longer has it/],
  ['idle', /did not arrive/],
  ['unreachable', /not even to a new connection/],
])('statement watch: two answers in a row are %s -> the connection ends within 60 s', async (state, reason) => {
  const { connection, watch } = watched([state, 'running', state, state])
  watch.sent()
  await pass(38)
  expect(connection.end).not.toHaveBeenCalled()
  await pass(22)
  expect(connection.end).toHaveBeenCalledWith(expect.stringMatching(reason))
})

test('statement watch: nothing is known -> the connection is kept', async () => {
  const { connection, watch } = watched(Array.from({ length: 100 }, () => 'unknown'))
  watch.sent()
  await pass(600)
  expect(connection.end).not.toHaveBeenCalled()
})

test('statement watch: the statement has not left yet -> the connection is kept', async () => {
  const { connection, watch } = watched(Array.from({ length: 100 }, () => 'idle'))
  connection.unsent = 1
  watch.sent()
  await pass(100)
  expect(connection.end).not.toHaveBeenCalled()
})

test('statement watch: an answer arrives while it asks -> the connection is kept', async () => {
  const { connection, watch } = watched()
  connection.ask.mockImplementation(async () => {
    connection.receivedAt = clockMs() + 1
    return Promise.resolve('gone')
  })
  watch.sent()
  await pass(100)
  expect(connection.end).not.toHaveBeenCalled()
})

test('time limit: a statement exceeds it -> canceled after 5 s, ended after 5 more', async () => {
  const { connection, watch } = watched()
  watch.limit(2_000)
  watch.sent()
  await pass(6.5)
  expect(connection.cancel).not.toHaveBeenCalled()
  await pass(2)
  expect(connection.cancel).toHaveBeenCalledTimes(1)
  const canceled = new DatabaseError({ code: '57014', message: 'canceling statement due to user request' })
  expect(watch.explain(canceled)).toMatchObject({ code: '57014', message: 'canceling statement due to statement timeout' })
  await pass(5)
  expect(connection.end).toHaveBeenCalledWith(expect.stringContaining('statement timeout'))
})

test('time limit: each of many statements is within it -> nothing is canceled', async () => {
  const { connection, watch } = watched()
  watch.limit(2_000)
  for (let i = 0; i < 10; i++) watch.sent()
  for (let i = 0; i < 10; i++) {
    await pass(3)
    watch.answered()
  }
  expect(connection.cancel).not.toHaveBeenCalled()
  const canceled = new DatabaseError({ code: '57014', message: 'canceling statement due to user request' })
  expect(watch.explain(canceled)).toBe(canceled)
})
