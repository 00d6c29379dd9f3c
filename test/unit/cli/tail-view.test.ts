import stringWidth from 'fast-string-width'
import { expect, test } from 'vitest'
import { createTailView } from '../../../src/cli/commands/stats/text/tail.ts'
import type { TailEvent } from '../../../src/index.ts'
import { PLAIN } from '../../../src/render/style.ts'

const EVENT: TailEvent = {
  id: '1',
  userId: '9f1c1d3e-0000-4000-8000-000000000001',
  sessionId: 'a session with a \u001b[31mlong name',
  skillId: 'a-skill-of-a-name-that-is-much-too-long-for-any-terminal-技能',
  version: '10.0.0-beta.1+build.20261128',
  tier: 'CORE',
  outcome: 'hard_refusal',
  latencyMs: 1_234_567,
  createdAt: '2026-11-28T01:02:03.456Z',
}
const SUMS = {
  events: 12_345,
  skills: 9,
  users: 700,
  success: 12_000,
  avgLatencyMs: 180,
  top: [['first', 9000] as [string, number], ['second', 3345] as [string, number]],
}
const AT = '2026-11-28T01:02:04.000Z'

test.each([60, 80, 100, 160])('tail view: %d columns -> no longer line', (width) => {
  for (const style of [PLAIN, { ...PLAIN, unicode: false }]) {
    const view = createTailView(style)
    for (const event of [EVENT, { ...EVENT, skillId: 'short', tier: null, sessionId: null, latencyMs: null }]) {
      for (const line of view.event(event, width)) expect(stringWidth(line), line).toBeLessThanOrEqual(width)
      // oxlint-disable-next-line no-control-regex
      expect(view.event(event, width).join('')).not.toMatch(/[\u0000-\u001f]|null|undefined/)
    }
    expect(stringWidth(view.sums(SUMS, AT, width))).toBeLessThanOrEqual(width)
  }
})

test('tail view: narrow terminal and a new day -> a line with the date; other widths cut nothing', () => {
  const view = createTailView(PLAIN)
  expect(view.event(EVENT, 60)).toEqual(['2026-11-28', expect.stringMatching(/^01:02:03 {2}a-skill/)])
  expect(view.event(EVENT, 60)).toHaveLength(1)
  expect(view.event({ ...EVENT, createdAt: '2026-11-29T00:00:00Z' }, 60)[0]).toBe('2026-11-29')
  const [line = ''] = view.event(EVENT, Infinity)
  for (const part of [EVENT.skillId, EVENT.version, EVENT.userId, 'long name']) expect(line).toContain(part)
  expect(view.sums(SUMS, AT, Infinity)).toBe(
    '2026-11-28 01:02:04  12,345 uses of 9 skills by 700 users, 97.2 % success, 180 ms: first 9,000, second 3,345',
  )
})
