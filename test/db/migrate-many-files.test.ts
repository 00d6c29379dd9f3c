import { describe, expect, test } from 'vitest'
import { migrate } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

const COUNT = 60
const name = (i: number): string => `f${String(i).padStart(3, '0')}`
const version = (i: number): string => `2030${name(i)}`

/** Sixty files of two statements, each of which needs the file before: more than one batch. */
function chain(changes: Readonly<Record<number, string>> = {}): string {
  const files = Array.from({ length: COUNT }, (_, i) => {
    const first = i === 0 ? '' : `insert into ${name(i - 1)} values (${i});`
    return [`${version(i)}.sql`, changes[i] ?? `${first} create table ${name(i)} (id int);`]
  })
  return scratch(Object.fromEntries(files))
}

onEachBackend((backend) => {
  describe('many small files', () => {
    test('migrate: many small files -> all run in order, one progress event for each', async () => {
      const db = await (await backend.fresh()).open()
      const starts: string[] = []
      const { report, error } = await migrate(db, {
        migrations: [chain()],
        onEvent: (event) => {
          if (event.type === 'file-start') starts.push(event.version)
        },
      })
      expect(error).toBeUndefined()
      const own = Array.from({ length: COUNT }, (_, i) => version(i))
      expect(report.applied.map((file) => file.version).slice(-COUNT)).toEqual(own)
      expect(starts.slice(-COUNT)).toEqual(own)
    })

    test.each([20, 59])('migrate: file %i fails -> files before it stay applied, no file after it runs', async (bad) => {
      const db = await (await backend.fresh()).open()
      const { report, error } = await migrate(db, { migrations: [chain({ [bad]: 'select 1;\nselect 1 / 0;' })] })
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED' })
      expect(report.diagnostics).toMatchObject([{ line: 2 }])
      expect(report.diagnostics[0]?.file).toContain(`${version(bad)}.sql`)
      expect(report.applied.at(-1)?.version).toBe(version(bad - 1))
      const [row] = await db.query<{ n: number; last: string }>(
        "select count(*)::int as n, max(version) as last from schema_migrations where version like '2030%'",
      )
      expect(row).toEqual({ n: bad, last: version(bad - 1) })
      const tables = await db.query("select relname from pg_class where relname ~ '^f[0-9]{3}$' and relkind = 'r'")
      expect(tables).toHaveLength(bad)
      expect(report.pending.map((file) => file.version)).toEqual(Array.from({ length: COUNT - bad }, (_, i) => version(bad + i)))
    })

    test.each([
      ['create table', 'create table f030 (id int); insert into f029 values (30);'],
      ['create table if not exists', 'create table if not exists f030 (id int); insert into f029 values (30);'],
    ])('migrate: a table exists (%s) -> reported, and all files run', async (_, sql) => {
      const db = await (await backend.fresh()).open()
      await db.exec('create table f030 (id int); create table f005 (id int)')
      const { report, error } = await migrate(db, { migrations: [chain({ 30: sql })] })
      expect(error).toBeUndefined()
      expect(report.applied.slice(-COUNT).map((file) => file.version)).toEqual(Array.from({ length: COUNT }, (__, i) => version(i)))
      expect(report.applied.flatMap(({ existing }) => existing.map((object) => object.name))).toEqual(['f005', 'f030'])
      expect(await db.query('select id from f029')).toEqual([{ id: 30 }])
    })
  })
})
