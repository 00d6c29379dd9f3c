import { describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { listSkills, migrate, setSkills, showSkill, sync } from '../../src/index.ts'
import { migratedServer, onEachBackend } from '../support/databases.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const skill = (name: string, more = ''): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test.\nmetadata:\n  version: "1.0.0"\n${more}---\n\nBody.\n`

const FILES = {
  'skills/alpha/SKILL.md': skill('alpha', '  tier: FAST\n  category: foundational\n'),
  'skills/beta/SKILL.md': skill('beta', '  tier: FAST\n  trust-level: "3"\n'),
  'skills/gamma/SKILL.md': skill('gamma', '  tier: DEEP\n  category: lineage\n  trust-level: "5"\n  enabled: "false"\n'),
}

async function filled(db: Db): Promise<string> {
  const cwd = scratch(FILES)
  await sync(db, { cwd })
  return cwd
}

const times = async (db: Db): Promise<unknown> => db.query('SELECT skill_id, updated_at, xmin::text FROM skills_registry ORDER BY 1')
const ids = async (...args: Parameters<typeof listSkills>): Promise<string[]> => (await listSkills(...args)).map(({ id }) => id)

onEachBackend((backend) => {
  test('list: no filter, each filter -> the matching rows', async () => {
    const db = await (await backend.migrated()).open()
    await filled(db)
    await db.exec(`INSERT INTO skills_registry (skill_id, version, meta) VALUES ('Zeta', '2', '[1]'), ('other', '1.0.0', '{"tier": 7}')`)
    expect(await ids(db)).toEqual(['Zeta', 'alpha', 'beta', 'gamma', 'other'])
    expect(await ids(db, { tier: 'FAST' })).toEqual(['alpha', 'beta'])
    expect(await ids(db, { category: 'lineage' })).toEqual(['gamma'])
    expect(await ids(db, { enabled: false })).toEqual(['gamma'])
    expect(await ids(db, { enabled: true, minTrust: 3 })).toEqual(['beta'])
    expect(await ids(db, { minTrust: 3 })).toEqual(['beta', 'gamma'])
    expect(await ids(db, { tier: 'CORE' })).toEqual([])
    expect((await listSkills(db)).find(({ id }) => id === 'gamma')).toEqual({
      id: 'gamma',
      version: '1.0.0',
      enabled: false,
      trustLevel: 5,
      tier: 'DEEP',
      category: 'lineage',
      kind: null,
      description: 'The skill gamma of a test.',
      declared: null,
      folderGone: false,
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })

  test('set: a later sync -> the value is kept until the value in the file changes', async () => {
    const db = await (await backend.migrated()).open()
    const cwd = await filled(db)
    expect(await setSkills(db, ['gamma', 'alpha', 'gamma'], { enabled: true })).toEqual({
      field: 'enabled',
      value: true,
      changed: [{ id: 'gamma', from: false }],
      unchanged: ['alpha'],
    })
    expect(await setSkills(db, ['beta'], { trustLevel: 5 })).toMatchObject({ field: 'trustLevel', changed: [{ id: 'beta', from: 3 }] })
    expect(await sync(db, { cwd })).toMatchObject({ changed: [], unchanged: 3 })
    writeFiles(cwd, { 'skills/beta/notes.txt': 'new\n' })
    expect(await sync(db, { cwd })).toMatchObject({ changed: [{ id: 'beta' }] })
    expect(await showSkill(db, 'beta')).toMatchObject({
      trustLevel: 5,
      declared: { enabled: true, trustLevel: 3 },
      meta: { root: 'skills' },
    })
    expect(await showSkill(db, 'gamma')).toMatchObject({ enabled: true, declared: { enabled: false, trustLevel: 5 } })
    writeFiles(cwd, { 'skills/beta/SKILL.md': skill('beta', '  trust-level: "2"\n') })
    await sync(db, { cwd })
    expect(await showSkill(db, 'beta')).toMatchObject({ trustLevel: 2, declared: null })
  })

  test('set: some rows change -> only they get a new updated_at', async () => {
    const db = await (await backend.migrated()).open()
    await filled(db)
    const before = (await times(db)) as unknown[]
    await setSkills(db, ['alpha', 'beta', 'gamma'], { enabled: true })
    const after = (await times(db)) as unknown[]
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after[2]).not.toEqual(before[2])
    await setSkills(db, ['alpha', 'beta', 'gamma'], { enabled: true })
    expect(await times(db)).toEqual(after)
  })

  test('set: one unknown ID -> SKILL_UNKNOWN, and nothing changes', async () => {
    const db = await (await backend.migrated()).open()
    await filled(db)
    const before = await times(db)
    await expect(setSkills(db, ['alpha', 'bta', 'nothing-like-it'], { enabled: false })).rejects.toMatchObject({
      code: 'SKILL_UNKNOWN',
      exitCode: 1,
      message: 'unknown skills bta, nothing-like-it',
      hint: 'did you mean beta?',
    })
    expect(await times(db)).toEqual(before)
    await expect(showSkill(db, 'alpah')).rejects.toMatchObject({ code: 'SKILL_UNKNOWN', hint: 'did you mean alpha?' })
    await expect(setSkills(db, ['alpha'], { trustLevel: 6 })).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('show: a removed folder, a row of another tool, a missing table -> the details or NOT_MIGRATED', async () => {
    const db = await (await backend.fresh()).open()
    await expect(listSkills(db)).rejects.toMatchObject({ code: 'NOT_MIGRATED' })
    await expect(setSkills(db, ['a'], { enabled: true })).rejects.toMatchObject({ code: 'NOT_MIGRATED' })
    await migrate(db)
    await expect(showSkill(db, 'a')).rejects.toMatchObject({
      code: 'SKILL_UNKNOWN',
      hint: expect.stringContaining('the registry is empty'),
    })
    const cwd = scratch(FILES)
    await sync(db, { cwd, skills: ['skills'] })
    await db.exec(`UPDATE skills_registry SET enabled = false, meta = meta || '{"pruned": true}' WHERE skill_id = 'alpha'`)
    expect(await showSkill(db, 'alpha')).toMatchObject({ folderGone: true, enabled: false, declared: null })
  })
})

describe('server', () => {
  test('set: commit, failure -> listeners are notified of the IDs, of nothing', async () => {
    const { open } = await migratedServer()
    const db = await open()
    await filled(db)
    const listener = await open()
    const heard: unknown[] = []
    listener.onNotification(({ payload }) => heard.push(JSON.parse(payload)))
    await listener.exec('LISTEN skills_registry')
    await setSkills(db, ['alpha', 'gamma'], { trustLevel: 5 })
    await setSkills(db, ['alpha', 'beta'], { trustLevel: 5 })
    await setSkills(db, ['beta', 'none'], { trustLevel: 1 }).catch(() => undefined)
    await db.exec(`SELECT pg_notify('skills_registry', '"end"')`)
    await expect.poll(() => heard.at(-1)).toBe('end')
    expect(heard).toEqual([{ schema: 'public', ids: ['alpha'] }, { schema: 'public', ids: ['beta'] }, 'end'])
  })

  test('set: a role that can only read -> PERMISSION_DENIED', async () => {
    const { open } = await migratedServer()
    const db = await open()
    await filled(db)
    const role = `reader_${process.pid}`
    await db.exec(`CREATE ROLE ${role}; GRANT SELECT ON skills_registry TO ${role}; SET SESSION AUTHORIZATION ${role}`)
    expect(await ids(db)).toHaveLength(3)
    await expect(setSkills(db, ['alpha'], { enabled: false })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    await db.exec(`RESET SESSION AUTHORIZATION; DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })
})
