import { expect, test } from 'vitest'
import { sha256 } from '../../src/core/digests.ts'
import { SkillsError } from '../../src/core/errors.ts'
import type { Db } from '../../src/db/db.ts'
import { baseline, migrate, migrationStatus, verify } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { FOREIGN_FOLDERS, PLAIN_FOLDERS } from '../support/layouts.ts'
import { scratch } from '../support/scratch.ts'

/** The error of a call, returned or thrown. */
async function errorOf(call: () => Promise<{ error?: SkillsError | undefined }>): Promise<SkillsError | undefined> {
  try {
    return (await call()).error
  } catch (error) {
    if (error instanceof SkillsError) return error
    throw error
  }
}

async function state(db: Db): Promise<unknown> {
  return db.query(
    `select (select count(*)::int from precious) as precious, (select count(*)::int from schema_migrations) as applied,
       (select count(*)::int from pg_class where relkind = 'r') as tables`,
  )
}

onEachBackend((backend) => {
  test('layouts: a folder of each tool -> migrate, dry run, baseline, status and verify stop with exit 6, the table is untouched', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec('create table precious (id int); insert into precious values (1), (2)')
    const before = await state(db)
    for (const [layout, files] of Object.entries(FOREIGN_FOLDERS)) {
      const migrations = [scratch(files)]
      const calls: Record<string, () => Promise<{ error?: SkillsError | undefined }>> = {
        migrate: () => migrate(db, { migrations }),
        'migrate with a limit': () => migrate(db, { migrations, to: '20251220_create_skill_system' }),
        'dry run': () => migrate(db, { migrations, dryRun: true }),
        baseline: () => baseline(db, { migrations }),
        'baseline with drift': () => baseline(db, { migrations, acceptDrift: true }),
        status: async () => ({ ...(await migrationStatus(db, { migrations })), error: undefined }),
        verify: async () => ({ ...(await verify(db, { migrations, skills: [], drift: 'no' })), error: undefined }),
      }
      for (const [name, call] of Object.entries(calls)) {
        expect(await errorOf(call), `${layout}: ${name}`).toMatchObject({ code: 'FOREIGN_LAYOUT', exitCode: 6 })
      }
      expect(await state(db), layout).toEqual(before)
    }
  })

  test('layouts: words of other tools in ordinary files -> the files run', async () => {
    const db = await (await backend.migrated()).open()
    for (const [name, files] of Object.entries(PLAIN_FOLDERS)) {
      const { report, error } = await migrate(db, { migrations: [scratch(files)] })
      expect(error, name).toBeUndefined()
      expect(report.applied, name).toHaveLength(Object.keys(files).filter((file) => /^[^/]*\.sql$/.test(file)).length)
      await db.exec(`delete from schema_migrations where version = any('{${report.applied.map(({ version }) => version).join(',')}}')`)
    }
  })

  test('layouts: a file that was applied before has a marker -> no stop; status and verify list it', async () => {
    const db = await (await backend.migrated()).open()
    const text = '-- +goose Up\ncreate table t (id int);\n'
    const migrations = [scratch({ '1_a.sql': text })]
    // as an older version of this tool applied it
    await db.exec(`create table t (id int); insert into schema_migrations (version, checksum, tool)
      values ('1_a', 'sha256:${sha256(text.trimEnd())}', 'skills 0.0.1')`)
    expect((await migrate(db, { migrations })).error).toBeUndefined()
    const { upToDate, diagnostics } = await migrationStatus(db, { migrations })
    expect([upToDate, diagnostics]).toMatchObject([true, [{ severity: 'note', code: 'FOREIGN_LAYOUT', line: 1 }]])
    const { checks } = await verify(db, { migrations, drift: 'no' })
    expect(checks.find(({ id }) => id === 'ledger.layout')?.faults).toMatchObject([
      { object: 'migration 1_a', actual: 'the layout of goose' },
    ])
  })
})
