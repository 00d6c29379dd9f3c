import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { migratedServer } from '../support/databases.ts'
import { BIN } from '../support/run-skills.ts'
import { USER } from '../support/telemetry.ts'

const line = (i: number): string =>
  JSON.stringify({
    user_id: USER,
    skill_id: 'one',
    version: '1',
    outcome: 'success',
    input_hash: String(i),
    created_at: new Date(1.75e12 + i).toISOString(),
  })

test('log: 100,000 events on standard input, cut off and run again -> each event is written once', async () => {
  const fresh = await migratedServer()
  const db = await fresh.open()
  const text = Array.from({ length: 100_000 }, (_, i) => line(i)).join('\n')
  const run = (part: string): Promise<number | null> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [BIN, 'log', '-q', ...fresh.flags], { stdio: ['pipe', 'ignore', 'inherit'] })
      child.once('close', resolve)
      child.stdin.end(part)
    })
  expect(await run(text.slice(0, text.indexOf('\n', text.length / 3)))).toBe(0)
  expect(await run(text)).toBe(0)
  expect(await db.query('select count(*)::int as n, count(distinct input_hash)::int as d from skill_usage_events')).toEqual([
    { n: 100_000, d: 100_000 },
  ])
})
