import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { fetchFingerprints, fingerprintOf } from '../../src/registry/skill/fingerprint.ts'
import { rowFor, rowText, sourceOf } from '../../src/registry/skill/skill-row.ts'
import type { Skill } from '../../src/registry/skill/skill.ts'
import type { FolderSync } from '../../src/registry/table/sync.ts'
import { syncFolder } from '../../src/registry/table/sync.ts'
import { syncRegistry } from '../../src/registry/table/sync.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const SCHEMA = readFileSync(path.resolve(import.meta.dirname, '../../sql/migrations/20251220_create_skill_system.sql'), 'utf8')

const skill = (name: string, version = '1.0.0'): string =>
  `---\nname: ${name}\ndescription: What ${name} does\nversion: ${version}\n---\n# ${name}\n`

const sync = (db: Db, cwd: string): Promise<FolderSync> => syncFolder(db, { cwd, roots: ['skills'] }, { prune: 'disable', mode: 'write' })

const digest = (char: string): string => char.repeat(64)

/** Texts that JSON writes in more than one way, and names that jsonb puts in an order of its own. */
const ODD: Skill[] = [
  {
    id: 'odd',
    version: '1.0.0-rc.1+"b"\\',
    description: 'a "b" \\ c\n\td / \u007f \u0080 \u2028\u2029 é 測試 🌊 \ufffd \u00a0',
    enabled: false,
    trustLevel: 5,
    meta: {
      name: 'odd',
      tier: 'DEEP',
      category: 'foundational',
      kind: 'hybrid',
      triggers: ['"', '\\', 'é'],
      elements: ['water'],
      realms: ['r'],
      tags: ['', 'x'],
      license: 'MIT',
      compatibility: 'any',
      allowedTools: ['Bash(git add:*)', 'Read'],
      author: 'Å',
    },
    sha256: digest('a'),
    fileDigests: ['10', '9', 'A', '__proto__', 'a', 'aa', 'b.md', 'é', 'éé', 'ü.md', '測', '測試']
      .map((file) => `${digest('b')}  ${file}\n`)
      .join(''),
    path: 'skills/odd',
    file: 'skills/odd/SKILL.md',
    root: 'sk "i" lls',
  },
  {
    id: 'plain',
    version: '0.0.0',
    description: '',
    enabled: true,
    trustLevel: 1,
    meta: { name: 'Plain', triggers: [], elements: [], realms: [], tags: [] },
    sha256: digest('c'),
    fileDigests: `${digest('d')}  SKILL.md\n`,
    path: 'skills/plain',
    file: 'skills/plain/SKILL.md',
    root: 'skills',
  },
]

onEachBackend((backend) => {
  test('row text: odd characters and key orders -> equal to the text of the server', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(SCHEMA)
    const roots = [...new Set(ODD.map(({ root }) => root))].map((label) => ({ path: `/${label}`, label }))
    await syncRegistry(db, { roots, skills: ODD, upToDate: [], invalid: [], diagnostics: [] }, { prune: 'keep', mode: 'write' })
    const registry = await fetchFingerprints(db)
    for (const one of ODD) {
      expect(registry.get(one.id)).toEqual({ id: one.id, root: one.root, fingerprint: fingerprintOf(rowFor(one)) })
      const { path: _path, file: _file, ...source } = one
      expect(sourceOf(rowFor(one))).toEqual(source)
    }
    const [text] = await db.query(
      'select jsonb_build_array(version, sha256, enabled, trust_level, meta)::text as text from skills_registry where skill_id = $1',
      ['odd'],
    )
    expect(text).toEqual({ text: rowText(rowFor(ODD[0] as Skill)) })
  })

  test('sync: a row is up to date -> the content of its skill is not kept', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(SCHEMA)
    const cwd = scratch({ 'skills/a/SKILL.md': skill('a'), 'skills/b/SKILL.md': skill('b') })
    expect((await sync(db, cwd)).folder.skills).toHaveLength(2)
    writeFiles(cwd, { 'skills/b/SKILL.md': skill('b', '1.1.0') })
    const { folder, report } = await sync(db, cwd)
    expect(folder.skills.map(({ id }) => id)).toEqual(['b'])
    expect(folder.upToDate).toMatchObject([{ row: { id: 'a' }, enabled: true }])
    expect(report).toMatchObject({ unchanged: 1, changed: [{ id: 'b' }] })
    // a duplicate name makes both invalid, although the row of one is up to date, and nothing is pruned
    writeFiles(cwd, { 'skills/a-2/SKILL.md': skill('a') })
    const clash = await sync(db, cwd)
    expect(clash.folder).toMatchObject({ skills: [], upToDate: [{ row: { id: 'b' } }], invalid: [{ id: 'a' }, { id: 'a' }] })
    expect(clash.report).toMatchObject({ unchanged: 1, disabled: [], added: [], changed: [] })
  })

  test('sync: a row changes after its fingerprint was read -> it is still written', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(SCHEMA)
    const cwd = scratch({ 'skills/a/SKILL.md': skill('a'), 'skills/b/SKILL.md': skill('b') })
    await sync(db, cwd)
    writeFiles(cwd, { 'skills/b/SKILL.md': skill('b', '1.1.0') })
    for (const change of [
      "update skills_registry set version = '9.9.9' where skill_id = 'a'",
      "delete from skills_registry where skill_id = 'a'",
    ]) {
      await db.query("update skills_registry set version = '0.0.1' where skill_id = 'b'")
      let isFirst = true
      const disturbed: Db = {
        ...db,
        transaction: async (options, work) => {
          if (isFirst) await db.query(change)
          isFirst = false
          return db.transaction(options, work)
        },
      }
      const { report } = await sync(disturbed, cwd)
      expect([...report.added, ...report.changed].map(({ id }) => id).toSorted()).toEqual(['a', 'b'])
      expect(await db.query('select skill_id, version from skills_registry order by 1')).toEqual([
        { skill_id: 'a', version: '1.0.0' },
        { skill_id: 'b', version: '1.1.0' },
      ])
    }
  })

  test('sync: another sync writes first -> the report has no changes', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(SCHEMA)
    const cwd = scratch({ 'skills/a/SKILL.md': skill('a'), 'skills/b/SKILL.md': skill('b') })
    await sync(db, cwd)
    writeFiles(cwd, { 'skills/b/SKILL.md': skill('b', '1.1.0') })
    const disturbed: Db = {
      ...db,
      transaction: async (options, work) => {
        if (options.readOnly === true) await sync(db, cwd)
        return db.transaction(options, work)
      },
    }
    const { report } = await syncFolder(disturbed, { cwd, roots: ['skills'] }, { prune: 'disable', mode: 'check' })
    expect(report).toMatchObject({ unchanged: 2, changed: [] })
  })

  test('sync: the folder is missing and the table too -> the first error is reported', async () => {
    const db = await (await backend.fresh()).open()
    const cwd = scratch({ 'skills/a/SKILL.md': skill('a') })
    await expect(sync(db, cwd)).rejects.toMatchObject({ code: 'NOT_MIGRATED' })
    await expect(sync(db, scratch({}))).rejects.toMatchObject({ code: 'SKILLS_DIR_MISSING' })
    // the session is free again
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
  })
})
