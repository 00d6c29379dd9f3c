import { expect, test } from 'vitest'
import { writeByHalves } from '../../../src/core/write-by-halves.ts'

class Refusal extends Error {}

/** Takes a batch without bad items, all or none. */
function table(
  bad: readonly number[],
  failAt = Infinity,
): { rows: number[]; calls: number; write: (items: readonly number[]) => Promise<number> } {
  const made = {
    rows: [] as number[],
    calls: 0,
    write: (items: readonly number[]): Promise<number> => {
      if (++made.calls === failAt) return Promise.reject(new Error('the connection was lost'))
      if (items.some((item) => bad.includes(item))) return Promise.reject(new Refusal('a bad item'))
      made.rows.push(...items)
      return Promise.resolve(items.length)
    },
  }
  return made
}

const isRefusal = (error: unknown): boolean => error instanceof Refusal
const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

test('writeByHalves: no bad item -> one write', async () => {
  const { write, ...made } = table([])
  expect(await writeByHalves(numbers(5), { write, isRefusal })).toEqual({ written: 5, refused: [] })
  expect(made.rows).toEqual([0, 1, 2, 3, 4])
})

test('writeByHalves: bad items anywhere -> each is refused alone, the rest is written once and in order', async () => {
  for (const bad of [[0], [6], [3], [0, 6], [2, 3, 4], numbers(7)]) {
    const made = table(bad)
    const { written, refused } = await writeByHalves(numbers(7), { write: made.write, isRefusal })
    expect(refused.map(({ item }) => item)).toEqual(bad)
    expect(refused.every(({ error }) => error instanceof Refusal)).toBe(true)
    expect(made.rows).toEqual(numbers(7).filter((item) => !bad.includes(item)))
    expect(written).toBe(7 - bad.length)
  }
})

test('writeByHalves: one bad item in 1,024 -> 21 writes', async () => {
  const made = table([700])
  await writeByHalves(numbers(1_024), { write: made.write, isRefusal })
  expect(made.calls).toBe(21)
})

test('writeByHalves: no items -> one write of nothing', async () => {
  const made = table([])
  expect(await writeByHalves([], { write: made.write, isRefusal })).toEqual({ written: 0, refused: [] })
})

test('writeByHalves: another error, at once or in a half -> it is thrown', async () => {
  for (const failAt of [1, 2, 3]) {
    const made = table([0], failAt)
    await expect(writeByHalves(numbers(4), { write: made.write, isRefusal })).rejects.toThrow('the connection was lost')
  }
})
