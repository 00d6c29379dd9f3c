import { expect, test } from 'vitest'
import { Backoff } from '../../../src/core/backoff.ts'
import type { Connection, LastingConnectionOptions } from '../../../src/core/lasting-connection.ts'
import { LastingConnection } from '../../../src/core/lasting-connection.ts'

interface FakeConnection extends Connection {
  /** The server ends the connection. */
  end: () => void
  closed: boolean
}

function fakeConnection(answers = true): FakeConnection {
  let listener: (() => void) | undefined
  const db = {
    closed: false,
    onEnd: (onEnd: () => void) => void (listener = onEnd),
    end: () => listener?.(),
    query: () => (answers ? Promise.resolve([]) : Promise.reject(new Error('no answer'))),
    close: () => {
      db.closed = true
      listener?.()
      return Promise.resolve()
    },
  }
  return db
}

/** A connection whose attempts fail or succeed in the given order, and that never sleeps. */
function connection(
  attempts: (FakeConnection | Error)[],
  options: Partial<LastingConnectionOptions<FakeConnection>> = {},
): { lasting: LastingConnection<FakeConnection>; log: string[] } {
  const log: string[] = []
  const lasting = new LastingConnection({
    open: () => {
      const next = attempts.shift() ?? new Error('no more attempts')
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
    },
    backoff: new Backoff({ shortestMs: 100, longestMs: 400, random: () => 1 }),
    onLost: () => log.push('lost'),
    onFailure: (error, waitMs) => log.push(`${(error as Error).message}, ${waitMs} ms`),
    sleep: (ms) => Promise.resolve(void log.push(`slept ${ms} ms`)),
    ...options,
  })
  return { lasting, log }
}

const never = (): boolean => false

test('lasting connection: open -> the same one each time', async () => {
  const db = fakeConnection()
  const { lasting, log } = connection([db])
  expect(await lasting.get(never)).toBe(db)
  expect(await lasting.get(never)).toBe(db)
  expect([lasting.opened, log]).toEqual([1, []])
})

test('lasting connection: lost -> the next get opens another, with longer and longer waits between failures', async () => {
  const [first, second] = [fakeConnection(), fakeConnection()]
  const { lasting, log } = connection([first, new Error('refused'), new Error('refused'), second])
  await lasting.get(never)
  first.end()
  expect(lasting.isOpen).toBe(false)
  expect(await lasting.get(never)).toBe(second)
  expect(log).toEqual(['lost', 'refused, 100 ms', 'slept 100 ms', 'refused, 200 ms', 'slept 200 ms'])
  expect(lasting.opened).toBe(2)
})

test('lasting connection: onFailure throws -> get gives up', async () => {
  const { lasting } = connection([new Error('refused')], {
    onFailure: (error) => {
      throw error
    },
  })
  await expect(lasting.get(never)).rejects.toThrow('refused')
})

test('lasting connection: over during an attempt -> the new connection is closed and not returned', async () => {
  const db = fakeConnection()
  let isOver = false
  const { lasting } = connection([], {
    open: () => {
      isOver = true
      return Promise.resolve(db)
    },
  })
  expect(await lasting.get(() => isOver)).toBeUndefined()
  expect([db.closed, lasting.isOpen]).toEqual([true, false])
})

test('lasting connection: over during the waits -> undefined', async () => {
  let sleeps = 0
  const { lasting } = connection([], { sleep: () => Promise.resolve(void sleeps++) })
  expect(await lasting.get(() => sleeps === 3)).toBeUndefined()
})

test('lasting connection: dropped -> closed, and not reported as lost', async () => {
  const db = fakeConnection()
  const { lasting, log } = connection([db])
  await lasting.get(never)
  await lasting.drop()
  expect([db.closed, lasting.isOpen, log]).toEqual([true, false, []])
})

test('lasting connection: it does not answer -> check drops it', async () => {
  const [alive, dead] = [fakeConnection(), fakeConnection(false)]
  const { lasting } = connection([alive, dead])
  await lasting.get(never)
  expect(await lasting.check()).toBe(true)
  await lasting.drop()
  await lasting.get(never)
  expect([await lasting.check(), dead.closed, lasting.isOpen]).toEqual([false, true, false])
})
