import { renameSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { baseline, migrate, migrationStatus, repair, verify } from '../../src/index.ts'
import { freshServer, onEachBackend } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const COUNTER = 'create table if not exists runs (what text);'
/** A file that shows how often it ran. */
const ran = (what: string): string => `insert into runs values ('${what}');`

const runs = async (db: Db): Promise<unknown[]> => (await db.query('select what from runs order by what')).map(({ what }) => what)
const versions = async (db: Db): Promise<unknown[]> =>
  (await db.query(`select version from schema_migrations where tool not like '%x' order by version collate "C"`))
    .map(({ version }) => String(version))
    .filter((version) => !OWN_MIGRATIONS.includes(version))

function rename(dir: string, from: string, to: string): void {
  renameSync(path.join(dir, from), path.join(dir, to))
}

onEachBackend((backend) => {
  const applied = async (files: Readonly<Record<string, string>>): Promise<{ db: Db; dir: string }> => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({ '001_runs.sql': COUNTER, ...files })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    return { db, dir }
  }

  test('rename: an applied file has another name -> dry run, status and verify say it, the run takes the row over, nothing runs', async () => {
    const { db, dir } = await applied({ '002_users.sql': ran('users') })
    const before = await db.query(`select * from schema_migrations where version = '002_users'`)
    rename(dir, '002_users.sql', '002_people.sql')
    const renamed = [{ from: '002_users', to: '002_people' }]

    const dry = await migrate(db, { migrations: [dir], dryRun: true })
    expect(dry).toMatchObject({ report: { renamed, pending: [], missing: [] } })
    expect(await migrationStatus(db, { migrations: [dir] })).toMatchObject({
      renamed,
      upToDate: false,
      missing: [],
      migrations: expect.arrayContaining([expect.objectContaining({ version: '002_people', state: 'renamed' })]),
    })
    const { checks } = await verify(db, { migrations: [dir], drift: 'no' })
    expect(checks.filter(({ faults }) => faults.some(({ object }) => object.includes('002_'))).map(({ id }) => id)).toEqual([
      'ledger.renamed',
    ])
    expect(await versions(db)).toEqual(['001_runs', '002_users'])

    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report).toMatchObject({ renamed, applied: [], missing: [], outOfOrder: [] })
    expect(await runs(db)).toEqual(['users'])
    expect(await db.query(`select * from schema_migrations where version = '002_people'`)).toEqual([
      { ...before[0], version: '002_people' },
    ])
    expect((await migrate(db, { migrations: [dir] })).report).toMatchObject({ renamed: [], applied: [] })
  })

  test('rename: two files exchange their names, or all move by one -> the rows follow', async () => {
    const { db, dir } = await applied({ '002.sql': ran('a'), '003.sql': ran('b') })
    rename(dir, '002.sql', 'x')
    rename(dir, '003.sql', '002.sql')
    rename(dir, 'x', '003.sql')
    expect((await migrate(db, { migrations: [dir] })).report.renamed).toEqual([
      { from: '002', to: '003' },
      { from: '003', to: '002' },
    ])
    rename(dir, '003.sql', '004.sql')
    rename(dir, '002.sql', '003.sql')
    writeFiles(dir, { '002.sql': ran('new') })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report.applied.map(({ version }) => version)).toEqual(['002'])
    expect(await runs(db)).toEqual(['a', 'b', 'new'])
  })

  test('rename: the new name belongs to a row whose file changed -> HISTORY_CHANGED, nothing is renamed', async () => {
    const { db, dir } = await applied({ '002.sql': ran('a'), '003.sql': ran('b') })
    rename(dir, '002.sql', '003.sql')
    const { error, report } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'HISTORY_CHANGED', exitCode: 6 })
    expect(report).toMatchObject({ renamed: [], missing: ['002'] })
    expect(await versions(db)).toEqual(['001_runs', '002', '003'])
  })

  test('rename: several rows and files with the same text -> as many rows are taken over as there are, in order', async () => {
    const { db, dir } = await applied({ '002_a.sql': ran('same'), '003_b.sql': ran('same') })
    rename(dir, '002_a.sql', '004_c.sql')
    rename(dir, '003_b.sql', '005_d.sql')
    writeFiles(dir, { '006_e.sql': ran('same') })
    const { report } = await migrate(db, { migrations: [dir] })
    expect(report.renamed).toEqual([
      { from: '002_a', to: '004_c' },
      { from: '003_b', to: '005_d' },
    ])
    expect(report.applied.map(({ version }) => version)).toEqual(['006_e'])
    expect(await runs(db)).toEqual(['same', 'same', 'same'])
  })

  test('rename: the text is copied to a new file, and the old one is still there -> the copy runs', async () => {
    const { db, dir } = await applied({ '002_a.sql': ran('same') })
    writeFiles(dir, { '003_b.sql': ran('same') })
    const { report } = await migrate(db, { migrations: [dir] })
    expect(report).toMatchObject({ renamed: [], applied: [{ version: '003_b' }] })
  })

  test('rename: the file moves to another folder, or its text differs in white space and line ends only -> taken over', async () => {
    const { db, dir } = await applied({ '002_a.sql': `${ran('a')}\n` })
    const other = scratch({ '002_b.sql': `\ufeff${ran('a')}\r\n\r\n` })
    renameSync(path.join(dir, '002_a.sql'), path.join(dir, 'old'))
    const { report } = await migrate(db, { migrations: [dir, other] })
    expect(report.renamed).toEqual([{ from: '002_a', to: '002_b' }])
    expect(await runs(db)).toEqual(['a'])
  })

  test('rename: it changes the order -> a pending file before it is out of order, with --strict-order exit code 6', async () => {
    const { db, dir } = await applied({ '002_a.sql': ran('a') })
    rename(dir, '002_a.sql', '009_a.sql')
    writeFiles(dir, { '005_new.sql': ran('new') })
    const strict = await migrate(db, { migrations: [dir], strictOrder: true })
    expect(strict.error).toMatchObject({ code: 'OUT_OF_ORDER' })
    expect(await versions(db)).toEqual(['001_runs', '002_a'])
    expect((await migrate(db, { migrations: [dir] })).report).toMatchObject({ outOfOrder: ['005_new'], renamed: [{ to: '009_a' }] })
  })

  test('rename: a row of an older tool has no digest -> it keeps its name', async () => {
    const { db, dir } = await applied({ '002_a.sql': ran('a') })
    await db.exec(`update schema_migrations set checksum = null, tool = null where version = '002_a'`)
    rename(dir, '002_a.sql', '002_b.sql')
    expect((await migrate(db, { migrations: [dir], dryRun: true })).report).toMatchObject({ renamed: [], pending: [{ version: '002_b' }] })
  })

  test('rename: a file of the package has another name -> taken over', async () => {
    const { db } = await applied({})
    await db.exec(`update schema_migrations set version = '20251220_an_older_name' where version = '20251220_create_skill_system'`)
    const { report, error } = await migrate(db)
    expect(error).toBeUndefined()
    expect(report.renamed).toEqual([{ from: '20251220_an_older_name', to: '20251220_create_skill_system' }])
  })

  test('rename: --to and baseline -> rows are taken over', async () => {
    const { db, dir } = await applied({ '002_a.sql': 'create table a (id int);', '003_b.sql': 'create table b (id int);' })
    rename(dir, '003_b.sql', '003_c.sql')
    expect((await migrate(db, { migrations: [dir], to: '002_a' })).report.renamed).toEqual([{ from: '003_b', to: '003_c' }])
    rename(dir, '002_a.sql', '002_d.sql')
    const { report, error } = await baseline(db, { migrations: [dir], to: '002_d' })
    expect(error).toBeUndefined()
    expect(report).toMatchObject({ versions: [], renamed: [{ from: '002_a', to: '002_d' }], done: true })
    expect(await versions(db)).toEqual(['001_runs', '002_d', '003_c'])
  })

  test('repair --renamed-from: a file was renamed and changed -> its row gets the new name and digest, and nothing runs', async () => {
    const { db, dir } = await applied({ '002_a.sql': ran('a') })
    rename(dir, '002_a.sql', '002_b.sql')
    writeFiles(dir, { '002_b.sql': `-- 002_b.sql\n${ran('a')}` })
    expect(await migrationStatus(db, { migrations: [dir] })).toMatchObject({ missing: ['002_a'], renamed: [] })
    expect(await repair(db, { version: '002_b', renamedFrom: '002_a', migrations: [dir] })).toMatchObject({
      action: 'rename',
      renamedFrom: '002_a',
      done: true,
    })
    expect((await migrate(db, { migrations: [dir] })).report).toMatchObject({ applied: [], missing: [], renamed: [] })
    expect(await runs(db)).toEqual(['a'])
    await expect(repair(db, { version: '002_b', renamedFrom: '001_runs', migrations: [dir] })).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('repair: the row of a renamed file -> by the new name it is renamed, by the old name with forget it is deleted', async () => {
    const { db, dir } = await applied({ '002_a.sql': ran('a'), '003_b.sql': ran('b') })
    rename(dir, '002_a.sql', '002_c.sql')
    rename(dir, '003_b.sql', '003_d.sql')
    expect(await repair(db, { version: '002_c', migrations: [dir] })).toMatchObject({ action: 'rename', renamedFrom: '002_a' })
    expect(await repair(db, { version: '003_b', forget: true, migrations: [dir] })).toMatchObject({ action: 'forget' })
    expect(await versions(db)).toEqual(['001_runs', '002_c'])
  })

  const NFC = '002_caf\u00e9'
  const NFD = '002_cafe\u0301'

  test('names: a file name in NFD -> stored in NFC; the same file in NFC, and a row stored in NFD, are the same migration', async () => {
    const { db, dir } = await applied({ [`${NFD}.sql`]: ran('cafe') })
    expect(await versions(db)).toEqual(['001_runs', NFC])
    rename(dir, `${NFD}.sql`, `${NFC}.sql`)
    expect((await migrate(db, { migrations: [dir] })).report).toMatchObject({ applied: [], renamed: [], missing: [] })
    await db.exec(`update schema_migrations set version = '${NFD}' where version = '${NFC}'`)
    expect((await migrate(db, { migrations: [dir] })).report).toMatchObject({ applied: [], renamed: [], missing: [] })
    expect(await migrationStatus(db, { migrations: [dir] })).toMatchObject({ upToDate: true })
    expect(await runs(db)).toEqual(['cafe'])
    // its row can still be changed
    writeFiles(dir, { [`${NFC}.sql`]: `${ran('cafe')} -- changed` })
    await repair(db, { version: NFC, migrations: [dir] })
    rename(dir, `${NFC}.sql`, '003_cafe.sql')
    expect((await migrate(db, { migrations: [dir] })).report.renamed).toEqual([{ from: NFC, to: '003_cafe' }])
    expect(await versions(db)).toEqual(['001_runs', '003_cafe'])
  })

  test('names: --to, repair and baseline --to in NFC or NFD -> the same migration', async () => {
    const { db, dir } = await applied({ [`${NFD}.sql`]: ran('cafe') })
    for (const name of [NFC, NFD]) {
      expect((await migrate(db, { migrations: [dir], to: name })).error).toBeUndefined()
      expect(await repair(db, { version: name, migrations: [dir] })).toMatchObject({ version: NFC, action: 'none' })
      expect((await baseline(db, { migrations: [dir], to: name })).report.versions).toEqual([])
    }
  })

  test('names: two files in one folder are equal in NFC -> refused, with both forms named', async () => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({ [`${NFC}.sql`]: 'select 1;', [`${NFD}.sql`]: 'select 2;' })
    expect((await migrate(db, { migrations: [dir] })).error).toMatchObject({
      code: 'MIGRATION_FILE_INVALID',
      message: expect.stringContaining('they differ only in the Unicode form of the name (NFC and NFD)'),
    })
  })
})

test('rename: eight runs at once -> one takes the row over, and nothing runs twice', async () => {
  const { flags, open } = await freshServer()
  const dir = scratch({ '001_runs.sql': COUNTER, '002_users.sql': ran('users') })
  expect((await runSkills(['migrate', '--dir', dir, ...flags])).code).toBe(0)
  rename(dir, '002_users.sql', '002_people.sql')
  writeFiles(dir, { '003_next.sql': ran('next') })
  const all = await Promise.all(Array.from({ length: 8 }, () => runSkills(['migrate', '--json', '--dir', dir, ...flags])))
  expect(all.map(({ code }) => code)).toEqual(all.map(() => 0))
  const reports = all.map(({ stdout }) => (JSON.parse(stdout) as { report: { renamed: unknown[] } }).report.renamed)
  expect(reports.filter((renamed) => renamed.length > 0)).toEqual([[{ from: '002_users', to: '002_people' }]])
  expect(await runs(await open())).toEqual(['next', 'users'])
})

test('rename: the output -> names both, and says that nothing runs', async () => {
  const { flags } = await freshServer()
  const dir = scratch({ '001_runs.sql': COUNTER })
  await runSkills(['migrate', '--dir', dir, ...flags])
  rename(dir, '001_runs.sql', '001_events.sql')
  expect((await runSkills(['migrate', '--dry-run', '--dir', dir, ...flags])).stdout).toContain(
    'would rename 001_runs to 001_events in the ledger',
  )
  expect(await runSkills(['migrate', 'status', '--exit-code', '--dir', dir, ...flags])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('001_runs is 001_events now'),
  })
  expect((await runSkills(['migrate', '--dir', dir, ...flags])).stdout).toContain('renamed 001_runs to 001_events in the ledger')
})

test('rename: it fails in the middle -> no row has another name, and the next run takes over', async () => {
  const { open } = await freshServer()
  const db = await open()
  const dir = scratch({ '001_runs.sql': COUNTER, '002.sql': ran('a'), '003.sql': ran('b') })
  await migrate(db, { migrations: [dir] })
  await db.exec(`create function stop() returns trigger language plpgsql as $$ begin if new.version = '004' then raise 'stopped'; end if; return new; end $$;
    create trigger stop before update on schema_migrations for each row execute function public.stop()`)
  rename(dir, '003.sql', '004.sql')
  rename(dir, '002.sql', '003.sql')
  expect((await migrate(db, { migrations: [dir] })).error?.message).toContain('stopped')
  expect(await versions(db)).toEqual(['001_runs', '002', '003'])
  await db.exec('drop trigger stop on schema_migrations')
  expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
  expect(await versions(db)).toEqual(['001_runs', '003', '004'])
  expect(await runs(db)).toEqual(['a', 'b'])
})
