import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import { sameJson } from '../../../src/core/json.ts'
import type { SyncPlan } from '../../../src/registry/table/compare.ts'
import { compare as compareState } from '../../../src/registry/table/compare.ts'
import type { RegistryState } from '../../../src/registry/table/registry-state.ts'
import type { SkillFolder } from '../../../src/registry/reading/read-folder.ts'
import type { RegistryRow } from '../../../src/registry/skill/registry-row.ts'
import { rowFor } from '../../../src/registry/skill/skill-row.ts'
import type { Skill } from '../../../src/registry/skill/skill.ts'
import type { PruneMode } from '../../../src/registry/table/sync-report.ts'
import { isOutOfDate } from '../../../src/api/sync.ts'

function skill(id: string, more: Partial<Skill> = {}): Skill {
  const meta = { name: id, triggers: ['t'], elements: [], realms: [], tags: [] }
  return {
    id,
    version: '1.0.0',
    description: `What ${id} does`,
    enabled: true,
    trustLevel: 1,
    meta,
    sha256: 'aa',
    fileDigests: `${'0'.repeat(64)}  SKILL.md\n`,
    path: `skills/${id}`,
    file: `skills/${id}/SKILL.md`,
    root: 'skills',
    ...more,
  }
}

function folder(skills: Skill[], more: Partial<SkillFolder> = {}): SkillFolder {
  return { roots: [{ path: '/x/skills', label: 'skills' }], skills, upToDate: [], invalid: [], diagnostics: [], ...more }
}

const NONE: RegistryState['upToDate'] = { ids: new Set(), enabled: 0 }

interface Options {
  forcePrune?: boolean
  same?: RegistryState['upToDate']
}

function compare(rows: RegistryRow[], skills: SkillFolder, prune: PruneMode, { same = NONE, ...options }: Options = {}): SyncPlan {
  return compareState({ rows, upToDate: same }, skills, { prune, ...options })
}

/** The row of a skill as an earlier sync wrote it, with later changes. */
function row(written: Skill, since: Partial<RegistryRow> = {}, meta: Record<string, Json> = {}): RegistryRow {
  const base = rowFor(written)
  return { ...base, ...since, meta: { ...base.meta, ...meta } }
}

function changedTo(rows: RegistryRow[], one: Skill): SyncPlan['updates'][number] | undefined {
  const plan = compare(rows, folder([one]), 'disable')
  expect(plan.updates).toHaveLength(1)
  return plan.updates[0]
}

describe('compare: new, changed and unchanged skills', () => {
  test('a new skill -> its row is inserted', () => {
    const one = skill('a', {
      enabled: false,
      trustLevel: 3,
      meta: {
        name: 'a',
        tier: 'CORE',
        category: 'lineage',
        kind: 'prompt',
        triggers: ['x'],
        elements: ['air'],
        realms: [],
        tags: [],
        allowedTools: ['Read'],
        license: 'MIT',
      },
    })
    const plan = compare([], folder([one]), 'disable')
    expect(plan.added).toEqual([{ id: 'a', path: 'skills/a', version: '1.0.0', fields: [] }])
    expect(plan.updates).toEqual([])
    expect(plan.inserts.map(rowFor)).toEqual([
      {
        skill_id: 'a',
        version: '1.0.0',
        sha256: 'aa',
        enabled: false,
        trust_level: 3,
        meta: {
          name: 'a', description: 'What a does', tier: 'CORE', category: 'lineage', kind: 'prompt', triggers: ['x'], elements: ['air'], realms: [], tags: [],
          allowed_tools: ['Read'], license: 'MIT', root: 'skills', digest: 'v1', files: { 'SKILL.md': '0'.repeat(64) }, declared: { enabled: false, trust_level: 3 },
        }, // prettier-ignore
      },
    ])
    expect(isOutOfDate(plan)).toBe(true)
  })

  test('another order of the keys in jsonb -> unchanged', () => {
    const one = skill('a')
    const reordered = row(one)
    reordered.meta = Object.fromEntries(Object.entries(reordered.meta).toReversed())
    const plan = compare([reordered], folder([one]), 'disable')
    expect(plan).toMatchObject({ added: [], changed: [], unchanged: 1, updates: [] })
    expect(isOutOfDate(plan)).toBe(false)
  })

  test('fields change -> each with its old and new value', () => {
    const plan = compare(
      [row(skill('a'))],
      folder([
        skill('a', {
          version: '1.1.0',
          sha256: 'bb',
          fileDigests: `${'1'.repeat(64)}  SKILL.md\n${'2'.repeat(64)}  b.txt\n`,
          description: 'new',
          meta: { name: 'a', tier: 'FAST', triggers: [], elements: [], realms: [], tags: [] },
        }),
      ]),
      'disable',
    )
    expect(plan.changed).toEqual([
      {
        id: 'a',
        path: 'skills/a',
        version: '1.1.0',
        fields: [
          { field: 'version', from: '1.0.0', to: '1.1.0' },
          { field: 'sha256', from: 'aa', to: 'bb' },
          { field: 'meta.description', from: 'What a does', to: 'new' },
          { field: 'meta.tier', from: null, to: 'FAST' },
          { field: 'meta.triggers', from: ['t'], to: [] },
        ],
        files: [
          { path: 'SKILL.md', change: 'changed' },
          { path: 'b.txt', change: 'added' },
        ],
      },
    ])
  })

  test('a row without the digests of its files -> they are added', () => {
    const before = row(skill('a'))
    const { files: _, ...meta } = before.meta
    const plan = compare([{ ...before, meta }], folder([skill('a')]), 'disable')
    expect(plan.changed).toEqual([
      { id: 'a', path: 'skills/a', version: '1.0.0', fields: [{ field: 'meta.files', from: null, to: { 'SKILL.md': '0'.repeat(64) } }] },
    ])
    expect(plan.updates[0]?.meta).toHaveProperty('files')
  })

  test('a key is removed from the file -> removed from meta; keys of other tools are kept', () => {
    const before = skill('a', { meta: { ...skill('a').meta, tier: 'DEEP' } })
    const next = changedTo([row(before, {}, { owner: 'ops', limits: { perDay: 3 } })], skill('a'))
    expect(next?.meta).not.toHaveProperty('tier')
    expect(next?.meta).toMatchObject({ owner: 'ops', limits: { perDay: 3 } })
    expect(compare([row(skill('a'), {}, { owner: 'ops' })], folder([skill('a')]), 'disable').unchanged).toBe(1)
  })

  test('many skills -> bytewise order', () => {
    const plan = compare([row(skill('z')), row(skill('y'))], folder([skill('b'), skill('B'), skill('a-b'), skill('a')]), 'delete', {
      forcePrune: true,
    })
    expect(plan.added.map(({ id }) => id)).toEqual(['B', 'a', 'a-b', 'b'])
    expect(plan.deleted).toEqual(['y', 'z'])
  })
})

describe('compare: enabled and trust_level after an operator changed them', () => {
  test('the file does not change -> the values of the row are kept', () => {
    const held = row(skill('a'), { enabled: false, trust_level: 4 })
    expect(compare([held], folder([skill('a')]), 'disable')).toMatchObject({
      unchanged: 1,
      operatorOverrides: [
        { id: 'a', field: 'enabled', declared: true, actual: false },
        { id: 'a', field: 'trustLevel', declared: 1, actual: 4 },
      ],
    })
    expect(changedTo([held], skill('a', { version: '2.0.0' }))).toMatchObject({ version: '2.0.0', enabled: false, trust_level: 4 })
  })

  test('the file changes -> the values of the file are written', () => {
    const held = row(skill('a'), { enabled: true, trust_level: 4 })
    const next = changedTo([held], skill('a', { enabled: false, trustLevel: 2 }))
    expect(next).toMatchObject({ enabled: false, trust_level: 2, meta: { declared: { enabled: false, trust_level: 2 } } })
    // later runs keep it
    expect(
      compare([{ ...(next as RegistryRow), enabled: true }], folder([skill('a', { enabled: false, trustLevel: 2 })]), 'disable'),
    ).toMatchObject({ unchanged: 1 })
  })

  test('one value in the file changes -> only this one is written', () => {
    expect(changedTo([row(skill('a'), { enabled: false, trust_level: 4 })], skill('a', { trustLevel: 2 }))).toMatchObject({
      enabled: false,
      trust_level: 2,
    })
  })

  test('a row of another tool -> its values are kept', () => {
    const foreign: RegistryRow = {
      skill_id: 'a',
      version: '0.1.0',
      sha256: null,
      enabled: false,
      trust_level: 5,
      meta: { tier: 'CORE', title: 'A' },
    }
    expect(changedTo([foreign], skill('a'))).toMatchObject({
      version: '1.0.0',
      enabled: false,
      trust_level: 5,
      meta: { title: 'A', declared: { enabled: true, trust_level: 1 } },
    })
  })
})

/** The reason in the report for rows that were not pruned. */
const why = (rowsText: string): string => `${rowsText} without a folder not pruned, because 1 skill could not be read`

describe('compare: rows without a folder', () => {
  const gone = row(skill('gone'))
  const plan = (prune: PruneMode, rows = [gone], skills: Skill[] = [], more: Partial<SkillFolder> = {}): SyncPlan =>
    compare(rows, folder(skills, more), prune, { forcePrune: more.invalid === undefined })

  test('each prune mode -> disabled once, deleted, or kept', () => {
    const disabled = plan('disable')
    expect(disabled).toMatchObject({
      disabled: ['gone'],
      deleted: [],
      kept: [],
      updates: [{ skill_id: 'gone', enabled: false, version: '1.0.0', meta: { pruned: true, description: 'What gone does' } }],
    })
    expect(plan('disable', disabled.updates)).toMatchObject({ disabled: [], kept: [], updates: [] })
    expect(plan('delete')).toMatchObject({ deleted: ['gone'], disabled: [], updates: [] })
    expect(plan('delete', disabled.updates)).toMatchObject({ deleted: ['gone'] })
    expect(plan('keep')).toMatchObject({ kept: ['gone'], disabled: [], deleted: [], updates: [] })
  })

  test('rows of another root -> unchanged', () => {
    const rows = [row(skill('other', { root: 'other' })), { ...gone, skill_id: 'foreign', meta: {} }]
    for (const prune of ['disable', 'delete'] as const)
      expect(plan(prune, rows)).toMatchObject({ disabled: [], deleted: [], kept: [], updates: [] })
  })

  test('the folder comes back -> enabled, unless an operator disabled the row before', () => {
    const [pruned] = plan('disable').updates
    const [back] = plan('disable', [pruned as RegistryRow], [skill('gone')]).updates
    expect(back).toEqual(rowFor(skill('gone')))
    const held = row(skill('gone'), { enabled: false })
    expect(plan('disable', [held])).toMatchObject({ disabled: [], updates: [] })
    expect(plan('disable', [held], [skill('gone')])).toMatchObject({ unchanged: 1, updates: [] })
  })

  test('the folder comes back with enabled: false -> disabled', () => {
    const [pruned] = plan('disable').updates
    expect(plan('disable', [pruned as RegistryRow], [skill('gone', { enabled: false })]).updates).toMatchObject([
      { enabled: false, meta: { declared: { enabled: false } } },
    ])
  })

  test('an operator enabled a pruned row -> it stays enabled', () => {
    const [pruned] = plan('disable').updates
    expect(plan('disable', [{ ...(pruned as RegistryRow), enabled: true }])).toMatchObject({ disabled: [], kept: ['gone'], updates: [] })
  })

  test('a skill is invalid -> nothing is pruned, with the reason', () => {
    const invalid = [{ path: 'skills/bad' }]
    const rows = [gone, row(skill('bad')), row(skill('off'), { enabled: false })]
    expect(plan('disable', rows, [], { invalid })).toMatchObject({ disabled: [], kept: ['gone'], updates: [], pruneSkipped: why('1 row') })
    expect(plan('delete', rows, [], { invalid })).toMatchObject({ deleted: [], kept: ['gone'], pruneSkipped: why('2 rows') })
    expect(plan('keep', rows, [], { invalid }).pruneSkipped).toBeUndefined()
    expect(plan('disable', [row(skill('bad'))], [], { invalid })).toMatchObject({ disabled: [], kept: [], updates: [], withheld: [] })
    expect(compare(rows, folder([], { invalid }), 'disable', { forcePrune: true })).toMatchObject({ disabled: ['gone'], withheld: [] })
  })

  describe('more than half of the rows -> pruning is withheld', () => {
    const skills = ['a', 'b', 'c', 'd'].map((id) => skill(id))
    const rows = skills.map((one) => row(one))
    const left = (count: number, prune: PruneMode, all = rows): SyncPlan => compare(all, folder(skills.slice(0, count)), prune)

    test('half of the rows, one more -> pruned, withheld', () => {
      for (const prune of ['disable', 'delete'] as const) {
        expect(left(2, prune)).toMatchObject({ withheld: [], [prune === 'delete' ? 'deleted' : 'disabled']: ['c', 'd'] })
        expect(left(1, prune)).toMatchObject({
          disabled: [],
          deleted: [],
          updates: [],
          withheld: ['b', 'c', 'd'],
          pruneSkipped: '3 rows without a folder not pruned, because that is more than half of the 4 rows of these folders',
        })
        expect(left(0, prune).withheld).toEqual(['a', 'b', 'c', 'd'])
        expect(compare(rows, folder([]), prune, { forcePrune: true }).withheld).toEqual([])
      }
      expect(left(0, 'keep')).toMatchObject({ withheld: [], kept: ['a', 'b', 'c', 'd'] })
    })

    test('rows of other roots, rows that are already disabled -> they do not count', () => {
      const others = Array.from({ length: 9 }, (_, i) => row(skill(`o${i}`, { root: 'other' })))
      expect(left(1, 'disable', [...rows, ...others]).withheld).toEqual(['b', 'c', 'd'])
      const off = Array.from({ length: 9 }, (_, i) => row(skill(`p${i}`), { enabled: false }, { pruned: true }))
      expect(left(1, 'disable', [...rows, ...off]).withheld).toEqual(['b', 'c', 'd'])
      expect(left(4, 'delete', [...rows, ...off]).withheld).toHaveLength(9)
    })

    test('rows that are up to date -> they count', () => {
      const same = { ids: new Set(['a', 'b']), enabled: 2 }
      expect(compare(rows.slice(2), folder(skills.slice(0, 2)), 'disable', { same })).toMatchObject({ unchanged: 2, disabled: ['c', 'd'] })
      expect(compare(rows.slice(1), folder(skills.slice(0, 1)), 'disable', { same: { ids: new Set(['a']), enabled: 1 } }).withheld).toEqual(
        ['b', 'c', 'd'],
      )
    })
  })
})

test('sameJson: equal and different values -> true, false', () => {
  const values: Json[] = [
    null,
    0,
    '',
    '0',
    false,
    true,
    [],
    {},
    [null],
    [[]],
    { a: 1 },
    { a: 2 },
    { b: 1 },
    { a: 1, b: 2 },
    ['a', 'b'],
    ['b', 'a'],
  ]
  for (const [i, a] of values.entries()) for (const [j, b] of values.entries()) expect(sameJson(a, structuredClone(b))).toBe(i === j)
  expect(sameJson({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toBe(true)
  expect(sameJson(undefined, undefined)).toBe(true)
  expect(sameJson(undefined, null)).toBe(false)
})
