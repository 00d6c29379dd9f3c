import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type * as Interrupt from '../../../src/cli/live/interrupt.ts'

let interrupt: typeof Interrupt
const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never)

beforeEach(async () => {
  vi.useFakeTimers()
  vi.resetModules()
  exit.mockClear()
  interrupt = await import('../../../src/cli/live/interrupt.ts')
})

afterEach(() => vi.useRealTimers())

/** Runs our handler alone: the test runner has its own. */
function receive(signal: 'SIGINT' | 'SIGTERM'): void {
  process.listeners(signal).at(-1)?.(signal)
}

test('first signal: work is running -> cancel is repeated until the work ends', async () => {
  const cancel = vi.fn(() => Promise.resolve())
  const abandon = vi.fn()
  const release = interrupt.onInterrupt({ cancel, abandon })
  expect(interrupt.interruption()).toBeUndefined()
  receive('SIGINT')
  expect(cancel).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(900)
  expect(cancel.mock.calls.length).toBeGreaterThan(3)
  expect(abandon).not.toHaveBeenCalled()
  const { length } = cancel.mock.calls
  release()
  await vi.advanceTimersByTimeAsync(1000)
  expect(cancel).toHaveBeenCalledTimes(length)
  expect(abandon).not.toHaveBeenCalled()
  const cause = new Error('cancelled')
  expect(interrupt.interruption(cause)).toMatchObject({
    code: 'INTERRUPTED',
    exitCode: 130,
    message: expect.stringContaining('SIGINT'),
    cause,
  })
  expect(exit).not.toHaveBeenCalled()
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('second %s, or work that does not end -> the connection is abandoned, and the process exits', async (signal, code) => {
  const abandon = vi.fn()
  const release = interrupt.onInterrupt({ cancel: () => new Promise(() => undefined), abandon })
  receive(signal)
  await vi.advanceTimersByTimeAsync(1900)
  expect(abandon.mock.calls).toEqual([[`the server did not end the statement after ${signal}`]])
  expect(exit).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(200)
  expect(exit.mock.calls).toEqual([[code]])
  receive(signal)
  expect(exit.mock.calls).toEqual([[code], [code]])
  release()
})

test('signals: the work has ended -> no handler is left', () => {
  const before = process.listenerCount('SIGINT')
  const release = interrupt.onInterrupt({ cancel: () => Promise.resolve(), abandon: () => undefined })
  expect(process.listenerCount('SIGINT')).toBe(before + 1)
  release()
  expect(process.listenerCount('SIGINT')).toBe(before)
})
