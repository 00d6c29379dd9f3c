import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { SkillsError } from '../../../src/core/errors.ts'
import { createSkills } from '../../../src/index.ts'
import { drawHash, filterSkills } from '../../../src/telemetry/skill-filter.ts'
import type { KnownSkill } from '../../../src/telemetry/listed-skill.ts'

function cached(id: string, trustLevel: number): KnownSkill {
  return {
    draw: drawHash(id),
    skill: {
      id,
      version: '1',
      trustLevel,
      tier: null,
      category: null,
      kind: null,
      description: null,
      elements: [],
      realms: [],
      triggers: [],
      tags: [],
      meta: {},
    },
  }
}

const SKILLS = Array.from({ length: 20 }, (_, i) => cached(`skill-${i}`, 1 + (i % 5)))
const users = Array.from({ length: 20_000 }, () => randomUUID())

test('rollout: a percentage -> that share of the users', () => {
  const rollout = { 1: 0, 2: 5, 3: 25, 4: 50 }
  const counts = new Map(SKILLS.map(({ skill }) => [skill.id, 0]))
  for (const userId of users) for (const { id } of filterSkills(SKILLS, { userId }, rollout)) counts.set(id, (counts.get(id) ?? 0) + 1)
  for (const { skill } of SKILLS) {
    const expected = [0, 0.05, 0.25, 0.5, 1][skill.trustLevel - 1] ?? 0
    // five standard deviations
    const slack = 5 * Math.sqrt((expected * (1 - expected)) / users.length)
    expect(Math.abs((counts.get(skill.id) ?? 0) / users.length - expected), skill.id).toBeLessThanOrEqual(slack)
  }
})

test('rollout: two skills of one level -> independent users', () => {
  const [a, b] = [cached('a', 1), cached('b', 1)]
  const both = users.filter((userId) => filterSkills([a, b], { userId }, { 1: 20 }).length === 2).length / users.length
  expect(Math.abs(both - 0.04)).toBeLessThan(0.007)
})

const ids = (userId: string, percent: number): string[] => filterSkills(SKILLS, { userId }, { 1: percent, 2: percent }).map(({ id }) => id)

test('rollout: the percentage grows -> users inside stay inside, in any case of the UUID', () => {
  for (const userId of users.slice(0, 300)) {
    let before: string[] = []
    for (const percent of [0, 1, 5, 10, 50, 90, 100]) {
      const now = ids(userId, percent)
      expect(now).toEqual(expect.arrayContaining(before))
      expect(ids(userId.toUpperCase(), percent)).toEqual(now)
      before = now
    }
  }
})

test('rollout: known users -> the same draw in every version', () => {
  const fixed = ['9f1c1d3e-0000-4000-8000-000000000001', '9f1c1d3e-0000-4000-8000-000000000002', '00000000-0000-0000-0000-000000000000']
  expect(
    fixed.map((userId) =>
      filterSkills(SKILLS, { userId }, { 1: 30, 2: 30, 3: 30, 4: 30, 5: 30 })
        .map(({ id }) => id.slice(6))
        .join(),
    ),
  ).toMatchInlineSnapshot(`
    [
      "3,9,12,15,16,18",
      "4,9,10,12,16",
      "4,13,14,17",
    ]
  `)
})

test('rollout: no user -> only skills at 100 %', () => {
  expect(filterSkills(SKILLS, {}, { 1: 99 }).map(({ trustLevel }) => trustLevel)).not.toContain(1)
  expect(filterSkills(SKILLS, {}, {})).toHaveLength(20)
})

test.each([{ 1: -1 }, { 1: 101 }, { 6: 10 }, { 1: '50' }, { 1: Number.NaN }])('rollout: %j -> refused', (rollout) => {
  expect(() => createSkills({ rollout: rollout as never, env: {} })).toThrow(SkillsError)
})
