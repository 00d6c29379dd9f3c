import { array, assert, asyncProperty, boolean, constantFrom, jsonValue, nat, oneof, record } from 'fast-check'
import { expect, test } from 'vitest'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { isOutOfDate } from '../../src/api/sync.ts'
import type { Db } from '../../src/db/db.ts'
import { sync, verify } from '../../src/index.ts'
import { OWN_META_KEYS } from '../../src/registry/skill/registry-row.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch, writeFiles } from '../support/scratch.ts'
import { sharedSession } from '../support/shared-session.ts'

const SKILLS = 8

const skill = (name: string): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test. Use it there.\nmetadata:\n  version: "1.2.0"\n  tags: [a, b]\n  tier: CORE\n---\nBody.\n`

const idOf = (n: number): string => `skill-${n}`

/** Values that differ in what containment and equality do not see: the order and number of elements, null, types. */
const value = oneof(
  constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    1.5,
    '',
    'a',
    '1',
    [],
    ['a'],
    ['b', 'a'],
    ['a', 'b', 'a'],
    ['a', 'b'],
    {},
    { enabled: true },
  ),
  constantFrom<unknown>(
    { enabled: true, trust_level: 1 },
    { trust_level: 1, enabled: true, more: 1 },
    { enabled: false, trust_level: 1 },
    { 'SKILL.md': 'x' },
    'skills',
    'CORE',
  ),
  jsonValue({ maxDepth: 2, noUnicodeString: true }).filter((json) => !JSON.stringify(json).includes('\\u0000')),
)

const text = (sql: string): string => `'${sql.replaceAll("'", "''")}'`
const json = (of: unknown): string => `${text(JSON.stringify(of))}::jsonb`

/** One change of one row, as SQL. */
const edit = record({
  id: nat({ max: SKILLS - 1 }).map((n) => text(idOf(n))),
  key: oneof(constantFrom(...OWN_META_KEYS), constantFrom('ours', 'x')),
  value,
  kind: constantFrom(
    'set',
    'set',
    'set',
    'remove',
    'merge',
    'meta',
    'delete',
    'rename',
    'version',
    'sha256',
    'enabled',
    'trust',
    'extra',
    'orphan',
  ),
  version: constantFrom('1.2.0', '1.2', '1.10.0', '1.1.9', '', 'v2', '01.2.0'),
  sha256: constantFrom('NULL', "''", "'abc'", 'upper(sha256)'),
  flag: boolean(),
}).map(({ id, key, value: of, kind, version, sha256, flag }): string => {
  const update = (set: string): string => `UPDATE skills_registry SET ${set} WHERE skill_id = ${id}`
  switch (kind) {
    case 'remove':
      return update(`meta = meta - ${text(key)}`)
    case 'merge':
      return update(`meta = meta || jsonb_build_object(${text(key)}, coalesce(meta->${text(key)} || ${json(of)}, ${json(of)}))`)
    case 'meta':
      return update(`meta = ${json(of)}`)
    case 'delete':
      return `DELETE FROM skills_registry WHERE skill_id = ${id}`
    case 'rename':
      return update(`skill_id = 'other-' || skill_id`)
    case 'version':
      return update(`version = ${text(version)}`)
    case 'sha256':
      return update(`sha256 = ${sha256}`)
    case 'enabled':
      return update(`enabled = ${flag}`)
    case 'trust':
      return update('trust_level = 3')
    case 'extra':
      return `INSERT INTO skills_registry (skill_id, version, enabled, meta) VALUES ('extra', '1', ${flag}, ${json({ root: 'skills', [key]: of })}) ON CONFLICT DO NOTHING`
    case 'orphan':
      return update(`skill_id = 'gone', enabled = true, meta = meta || '{"pruned": ${flag}}'`)
    default:
      return update(`meta = jsonb_set(CASE jsonb_typeof(meta) WHEN 'object' THEN meta ELSE '{}' END, ARRAY[${text(key)}], ${json(of)})`)
  }
})

onEachBackend((backend) => {
  let cwd = ''
  const session = sharedSession(backend.migrated, async (db) => {
    cwd = scratch(Object.fromEntries(Array.from({ length: SKILLS }, (_, n) => [`skills/${idOf(n)}/SKILL.md`, skill(idOf(n))])))
    await sync(db, { cwd })
  })
  /** Whether each of the two commands finds something, after the changes. */
  const answers = async (db: Db, changes: readonly string[]): Promise<{ sync: boolean; verify: boolean; found: string }> => {
    for (const change of changes) await db.exec(`SAVEPOINT edit; ${change}`).catch(() => db.exec('ROLLBACK TO SAVEPOINT edit'))
    const report = await sync(db, { cwd, mode: 'check' })
    const { checks } = await verify(db, { cwd, drift: 'no' })
    const failed = checks.filter(({ id, status }) => id.startsWith('registry.') && status === 'failed')
    return {
      sync: isOutOfDate(report) || report.withheld.length > 0 || report.invalid.length > 0,
      verify: failed.length > 0,
      found: JSON.stringify({ changed: report.changed, faults: failed.flatMap(({ id, faults }) => faults.map((fault) => [id, fault])) }),
    }
  }

  test('registry: any edit of any field -> verify fails exactly when sync --check does', async () => {
    let differing = 0
    await assert(
      asyncProperty(array(edit, { minLength: 1, maxLength: 2 }), async (changes) => {
        const answer = await session.inside((db) => answers(db, changes))
        if (answer.sync) differing++
        expect(answer.verify, `${changes.join(';\n')}\n${answer.found}`).toBe(answer.sync)
      }),
      { numRuns: backend.name === 'server' ? 120 : 40 },
    )
    // both answers were seen
    expect(differing).toBeGreaterThan(5)
  })

  test('registry: a folder is gone or broken -> verify fails exactly when sync --check does', async () => {
    const other = scratch(Object.fromEntries(Array.from({ length: SKILLS }, (_, n) => [`skills/${idOf(n)}/SKILL.md`, skill(idOf(n))])))
    cwd = other
    const seen: boolean[] = []
    const step = async (changes: readonly string[] = []): Promise<void> => {
      const answer = await session.inside((db) => answers(db, changes))
      expect(answer.verify, answer.found).toBe(answer.sync)
      seen.push(answer.sync)
    }
    await step()
    rmSync(path.join(other, 'skills', idOf(0)), { recursive: true })
    await step()
    await step([`UPDATE skills_registry SET enabled = false WHERE skill_id = '${idOf(0)}'`])
    await step([`UPDATE skills_registry SET enabled = false, meta = meta || '{"pruned": true}' WHERE skill_id = '${idOf(0)}'`])
    await step([`UPDATE skills_registry SET meta = meta || '{"pruned": true}' WHERE skill_id = '${idOf(0)}'`])
    for (let n = 1; n < 6; n++) rmSync(path.join(other, 'skills', idOf(n)), { recursive: true })
    // more than half of the rows: withheld
    await step()
    writeFiles(other, { [`skills/${idOf(6)}/SKILL.md`]: '---\nname: [\n---\n' })
    await step()
    expect(seen).toEqual([false, true, false, false, false, true, true])
  })
})
