import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createConnection } from '../../../src/db/connection.ts'
import type { Db, DbInfo, Row } from '../../../src/db/db.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const NOTHING_RUNS: (error: Error) => void = () => undefined

interface Answers {
  rows?: Row[]
  /** Commands that get no answer. */
  silent?: string
}

/** A connection to a server with these answers, and the reasons for which it was abandoned. */
function connectionWith({ rows = [], silent }: Answers): { db: Db; abandoned: string[] } {
  const abandoned: string[] = []
  let fail = NOTHING_RUNS
  const db = createConnection({
    driver: {
      query: () => Promise.resolve(rows),
      script: (sql) => (sql === silent ? new Promise((_, reject) => (fail = reject)) : Promise.resolve([])),
      pipeline: () => Promise.resolve([]),
      onEnd: () => undefined,
      abandon: (reason) => {
        abandoned.push(reason)
        fail(new Error(reason))
      },
      end: () => Promise.resolve(),
    },
    info: { schema: 'public', version: 180_000 } as DbInfo,
    listeners: new Set(),
    notificationListeners: new Set(),
    cancel: () => Promise.resolve(),
    copyFrom: () => Promise.resolve(),
    execStored: () => Promise.resolve(),
    release: () => Promise.resolve(),
  })
  return { db, abandoned }
}

test('transaction: its work fails, and ROLLBACK has no answer -> the connection ends after 10 s, with the first error', async () => {
  const { db, abandoned } = connectionWith({ silent: 'ROLLBACK' })
  const failed = expect(db.transaction({}, () => Promise.reject(new Error('first')))).rejects.toThrow('first')
  await vi.advanceTimersByTimeAsync(9_000)
  expect(abandoned).toEqual([])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(abandoned).toEqual(['no answer to ROLLBACK within 10 s'])
  await failed
})

test('transaction: it only reads, and COMMIT has no answer -> the connection ends after 10 s', async () => {
  const { db, abandoned } = connectionWith({ silent: 'COMMIT' })
  const failed = expect(db.transaction({ readOnly: true }, () => Promise.resolve())).rejects.toThrow('no answer to COMMIT within 10 s')
  await vi.advanceTimersByTimeAsync(11_000)
  expect(abandoned).toHaveLength(1)
  await failed
})

test('columns: rows as declared -> returned; others do no harm', async () => {
  const rows = [{ n: 1, at: new Date(0), names: ['a'], note: null, other: {} }]
  const { db } = connectionWith({ rows })
  expect(await db.query('', [], { n: 'number', at: 'time', names: 'texts', note: 'text?' })).toEqual(rows)
})

test.each<[string, Row]>([
  ['a missing column', {}],
  ['NULL', { x: null }],
  ['another type', { x: '1' }],
  ['no finite number', { x: Number.NaN }],
])('columns: %s -> CONNECTION_LOST, and the connection ends', async (_, row) => {
  const { db, abandoned } = connectionWith({ rows: [row] })
  for (const read of [db.query, db.run]) {
    await expect(read('', [], { x: 'number' })).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      message: expect.stringContaining('the server sent an answer that PostgreSQL does not send'),
    })
  }
  expect(abandoned).toHaveLength(2)
})
