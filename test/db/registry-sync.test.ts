import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Db, Parameter, Row } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { readSkills } from '../../src/registry/reading/read-folder.ts'
import type { SyncOptions } from '../../src/registry/table/sync.ts'
import { syncRegistry } from '../../src/registry/table/sync.ts'
import type { SyncReport } from '../../src/registry/table/sync-report.ts'
import { isOutOfDate } from '../../src/api/sync.ts'
import { registryLock } from '../../src/registry/table/write.ts'
import type { TestBackend, TestDatabase } from '../support/databases.ts'
import { freshServer, onEachBackend, targetOf } from '../support/databases.ts'
import { NO_POOLER, startPooler } from '../support/pgbouncer.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const SCHEMA = readFileSync(path.resolve(import.meta.dirname, '../../sql/migrations/20251220_create_skill_system.sql'), 'utf8')

const skill = (name: string, more = ''): string =>
  `---\nname: ${name}\ndescription: What ${name} does\nversion: 1.0.0\n${more}---\n# ${name}\n`

interface World {
  database: TestDatabase
  db: Db
  cwd: string
  sync: (options?: Partial<SyncOptions>) => Promise<SyncReport>
  rows: () => Promise<Record<string, Row>>
}

/** A migrated database and a folder with the skills a, b and c. */
async function world(backend: Pick<TestBackend, 'fresh'>): Promise<World> {
  const database = await backend.fresh()
  const db = await database.open()
  await db.exec(SCHEMA)
  const cwd = scratch({
    'skills/a/SKILL.md': skill('a'),
    'skills/b/SKILL.md': skill('b', 'metadata:\n  tier: CORE\n  trust-level: 2\n'),
    'skills/c/SKILL.md': skill('c'),
  })
  return {
    database,
    db,
    cwd,
    sync: async (options = {}) =>
      syncRegistry(db, await readSkills({ cwd, roots: ['skills'] }), { prune: 'disable', mode: 'write', ...options }),
    rows: async () =>
      Object.fromEntries(
        (await db.query('select *, updated_at::text as updated_at, xmin::text as xmin from skills_registry')).map((row) => [
          String(row['skill_id']),
          row,
        ]),
      ),
  }
}

/** Listens as a server that keeps the registry in memory does; gives what it has heard so far. */
async function listener(db: Db): Promise<() => string[]> {
  const heard: string[] = []
  db.onNotification(({ channel, payload }) => {
    if (channel === 'skills_registry') heard.push(payload)
  })
  await db.exec('listen skills_registry')
  return () => heard
}

/** The ids whose row is another than before, to the last column. */
function touched(before: Record<string, Row>, after: Record<string, Row>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]))
    .toSorted()
}

onEachBackend((backend) => {
  test('sync: first run, second run -> all rows in one statement, no statement', async () => {
    const { sync, rows, db } = await world(backend)
    const first = await sync()
    expect(first).toMatchObject({
      mode: 'write',
      roots: ['skills'],
      added: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
      changed: [],
      unchanged: 0,
      disabled: [],
      deleted: [],
      invalid: [],
      statements: 1,
    })
    const before = await rows()
    expect(before['b']).toMatchObject({
      version: '1.0.0',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      enabled: true,
      trust_level: 2,
      meta: {
        name: 'b',
        description: 'What b does',
        tier: 'CORE',
        triggers: [],
        root: 'skills',
        digest: 'v1',
        declared: { enabled: true, trust_level: 2 },
      },
    })
    const position = await db.query('select pg_current_wal_insert_lsn()::text as lsn')
    const second = await sync()
    expect(second).toMatchObject({ added: [], changed: [], unchanged: 3, statements: 0 })
    expect(isOutOfDate(second)).toBe(false)
    expect(await rows()).toEqual(before)
    expect(JSON.parse(JSON.stringify(first))).toEqual(first)
    if (backend.name === 'embedded') expect(await db.query('select pg_current_wal_insert_lsn()::text as lsn')).toEqual(position)
  })

  test('sync: one SKILL.md changes -> one row and its updated_at change', async () => {
    const { sync, rows, cwd } = await world(backend)
    await sync()
    const before = await rows()
    writeFiles(cwd, { 'skills/b/SKILL.md': skill('b', 'metadata:\n  tier: DEEP\n  trust-level: 2\n') })
    const report = await sync()
    expect(report).toMatchObject({
      added: [],
      unchanged: 2,
      statements: 1,
      changed: [{ id: 'b', fields: [{ field: 'sha256' }, { field: 'meta.tier', from: 'CORE', to: 'DEEP' }] }],
    })
    const after = await rows()
    expect(touched(before, after)).toEqual(['b'])
    expect(String(after['b']?.['updated_at']) > String(before['b']?.['updated_at'])).toBe(true)
    expect((await sync()).statements).toBe(0)
    expect(await rows()).toEqual(after)
  })

  test('sync: another file of the skill changes -> the row changes', async () => {
    const { sync, cwd } = await world(backend)
    await sync()
    writeFiles(cwd, { 'skills/a/scripts/run.sh': 'echo' })
    expect(await sync()).toMatchObject({ changed: [{ id: 'a', fields: [{ field: 'sha256' }] }], unchanged: 2 })
  })

  test('sync: dry-run, check -> the report of a write, and nothing is written', async () => {
    const { sync, rows, cwd } = await world(backend)
    await sync()
    const before = await rows()
    writeFiles(cwd, { 'skills/a/SKILL.md': skill('a', 'tier: FAST\n'), 'skills/d/SKILL.md': skill('d') })
    rmSync(path.join(cwd, 'skills/c'), { recursive: true })
    for (const mode of ['dry-run', 'check'] as const) {
      const report = await sync({ mode })
      expect(report).toMatchObject({ mode, added: [{ id: 'd' }], changed: [{ id: 'a' }], disabled: ['c'], unchanged: 1, statements: 0 })
      expect(isOutOfDate(report)).toBe(true)
      expect(await rows()).toEqual(before)
    }
    const { mode: _, statements: __, ...said } = await sync({ mode: 'check' })
    expect(await sync()).toMatchObject(said)
  })

  test('sync: an operator changed a row -> the value is kept until the value in the file changes', async () => {
    const { sync, rows, db, cwd } = await world(backend)
    await sync()
    await db.query(`update skills_registry set enabled = false, trust_level = 4, meta = meta || '{"owner": "ops"}' where skill_id = 'b'`)
    expect(await sync()).toMatchObject({
      unchanged: 3,
      statements: 0,
      operatorOverrides: [
        { id: 'b', field: 'enabled' },
        { id: 'b', field: 'trustLevel', declared: 2, actual: 4 },
      ],
    })
    writeFiles(cwd, { 'skills/b/SKILL.md': skill('b', 'metadata:\n  trust-level: 3\n') })
    await sync()
    expect((await rows())['b']).toMatchObject({
      enabled: false,
      trust_level: 3,
      meta: { owner: 'ops', declared: { enabled: true, trust_level: 3 } },
    })
  })

  test('sync: a folder is removed, and comes back -> its row is disabled once, and enabled again', async () => {
    const { sync, rows, cwd } = await world(backend)
    await sync()
    rmSync(path.join(cwd, 'skills/c'), { recursive: true })
    expect(await sync()).toMatchObject({ disabled: ['c'], unchanged: 2, statements: 1 })
    expect((await rows())['c']).toMatchObject({ enabled: false, version: '1.0.0', meta: { pruned: true } })
    expect(await sync()).toMatchObject({ disabled: [], kept: [], statements: 0 })
    writeFiles(cwd, { 'skills/c/SKILL.md': skill('c') })
    expect(await sync()).toMatchObject({
      changed: [
        {
          id: 'c',
          fields: [
            { field: 'enabled', from: false, to: true },
            { field: 'meta.pruned', from: true, to: null },
          ],
        },
      ],
    })
    expect((await rows())['c']).toMatchObject({ enabled: true })
  })

  test('sync: --prune delete, --prune keep -> rows of other roots do not change', async () => {
    const { sync, rows, db, cwd } = await world(backend)
    await sync()
    await db.query(
      `insert into skills_registry (skill_id, version, meta) values ('hand', '1', '{}'), ('other', '1', '{"root": "elsewhere"}')`,
    )
    rmSync(path.join(cwd, 'skills/c'), { recursive: true })
    expect(await sync({ prune: 'keep' })).toMatchObject({ kept: ['c'], deleted: [], disabled: [], statements: 0 })
    writeFiles(cwd, { 'skills/d/SKILL.md': skill('d') })
    expect(await sync({ prune: 'delete' })).toMatchObject({ added: [{ id: 'd' }], deleted: ['c'], statements: 2 })
    expect(Object.keys(await rows()).toSorted()).toEqual(['a', 'b', 'd', 'hand', 'other'])
  })

  test('sync: a skill fails to parse -> its row is unchanged, the others are written, nothing is pruned', async () => {
    const { sync, rows, cwd } = await world(backend)
    await sync()
    const before = await rows()
    writeFiles(cwd, {
      'skills/a/SKILL.md': '---\nname: a\ndescription: Use when: x\n---\n',
      'skills/b/SKILL.md': skill('b', 'tier: FAST\n'),
    })
    rmSync(path.join(cwd, 'skills/c'), { recursive: true })
    expect(await sync()).toMatchObject({
      changed: [{ id: 'b' }],
      disabled: [],
      kept: ['c'],
      invalid: [{ path: 'skills/a' }],
      pruneSkipped: '1 row without a folder not pruned, because 1 skill could not be read',
      diagnostics: expect.arrayContaining([expect.objectContaining({ code: 'YAML_COLON', file: 'skills/a/SKILL.md', line: 3 })]),
    })
    expect(touched(before, await rows())).toEqual(['b'])
  })

  test('sync: rows of the older tool -> they are updated', async () => {
    const { sync, rows, db } = await world(backend)
    await db.query(
      `insert into skills_registry (skill_id, version, sha256, enabled, trust_level, meta) values ('a', '0.1.0', 'old', false, 5, '{"tier": "DEEP", "title": "A"}'), ('b', '0', null, true, 1, '"scalar"')`,
    )
    expect(await sync()).toMatchObject({ added: [{ id: 'c' }], changed: [{ id: 'a' }, { id: 'b' }] })
    expect((await rows())['a']).toMatchObject({ version: '1.0.0', enabled: false, trust_level: 5, meta: { title: 'A', root: 'skills' } })
    expect((await rows())['a']?.['meta']).not.toHaveProperty('tier')
    expect((await sync()).statements).toBe(0)
  })

  test('sync: text of every kind -> the registry contains the same text', async () => {
    const { sync, rows, cwd } = await world(backend)
    writeFiles(cwd, {
      'skills/检查/SKILL.md': `---\nname: 检查\ndescription: "quotes ' \\" \\\\ $1 \\\\u0000 😀 \\t tab"\nversion: 1.0.0\n---\n`,
    })
    await sync()
    expect((await rows())['检查']).toMatchObject({ meta: { description: `quotes ' " \\ $1 \\u0000 😀 \t tab` } })
    expect((await sync()).statements).toBe(0)
  })

  test('sync: the table is missing -> NOT_MIGRATED', async () => {
    const db = await (await backend.fresh()).open()
    const folder = await readSkills({ cwd: scratch({ 'skills/a/SKILL.md': skill('a') }), roots: ['skills'] })
    for (const mode of ['write', 'check'] as const) {
      await expect(syncRegistry(db, folder, { prune: 'disable', mode })).rejects.toMatchObject({
        code: 'NOT_MIGRATED',
        hint: expect.stringContaining('run skills migrate'),
      })
    }
    expect(await db.query('select 1 as alive')).toEqual([{ alive: 1 }])
  })

  test('sync: a role without privileges -> the hint has the missing GRANT', async () => {
    const { sync, db } = await world(backend)
    const role = `r_${Math.random().toString(36).slice(2, 10)}`
    const as = async (rights: string, options: Partial<SyncOptions> = {}): Promise<unknown> => {
      await db.exec(`create role ${role}; ${rights}; set role ${role}`)
      const error: unknown = await sync(options).catch((caught: unknown) => caught)
      await db.exec(`reset role; drop owned by ${role}; drop role ${role}`)
      return error
    }
    const schema = db.info.schema
    // the hint names the role that logged in, which here is another
    const hint = (grants: string): unknown => expect.stringContaining(`GRANT ${grants} ON "${schema}".skills_registry TO`)
    expect(await as(`grant usage on schema ${schema} to ${role}`)).toMatchObject({
      code: 'PERMISSION_DENIED',
      hint: hint('SELECT, INSERT, UPDATE'),
    })
    expect(await as(`grant select on skills_registry to ${role}`)).toMatchObject({
      code: 'PERMISSION_DENIED',
      hint: hint('INSERT, UPDATE'),
    })
    expect(await as(`grant select on skills_registry to ${role}`, { prune: 'delete' })).toMatchObject({
      hint: hint('INSERT, UPDATE, DELETE'),
    })
    expect(await as(`grant select on skills_registry to ${role}`, { mode: 'check' })).toMatchObject({ added: [{}, {}, {}] })
    expect(await as(`revoke usage on schema ${schema} from public`)).toMatchObject({
      code: 'PERMISSION_DENIED',
      hint: expect.stringContaining(`GRANT USAGE ON SCHEMA "${schema}"`),
    })
  })

  test('sync: a statement fails -> nothing changes', async () => {
    const { sync, rows, db, cwd } = await world(backend)
    await sync()
    const before = await rows()
    await db.exec(`create table refers (skill_id text references skills_registry); insert into refers values ('c')`)
    writeFiles(cwd, { 'skills/d/SKILL.md': skill('d') })
    rmSync(path.join(cwd, 'skills/c'), { recursive: true })
    await expect(sync({ prune: 'delete' })).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      hint: 'disable such skills instead: --prune disable',
    })
    expect(await rows()).toEqual(before)
  })

  test('sync: 2,000 skills, no change -> as many statements as for one skill, one query', async () => {
    const { db, cwd, rows } = await world(backend)
    const sent: string[] = []
    const watched: Db = {
      ...db,
      run: (sql: string, parameters?: readonly Parameter[]) => {
        sent.push(sql.trim().split(/\s/)[0] ?? '')
        return db.run(sql, parameters)
      },
    }
    const options = { prune: 'delete', mode: 'write' } as const
    const { skills, ...rest } = await readSkills({ cwd, roots: ['skills'] })
    const many = Array.from({ length: 2000 }, (_, i) => ({ ...(skills[0] as (typeof skills)[number]), id: `s-${i}` }))
    expect(await syncRegistry(watched, { ...rest, skills: many }, options)).toMatchObject({ statements: 1 })
    // a look, and under the lock another one, the write, and the notification
    expect(sent.splice(0)).toEqual(['SELECT', 'SELECT', 'INSERT', 'SELECT'])
    expect(await syncRegistry(watched, { ...rest, skills: many }, options)).toMatchObject({ statements: 0 })
    expect(sent.splice(0)).toEqual(['SELECT'])
    expect(
      await syncRegistry(watched, { ...rest, skills: many.slice(1000).map((one) => ({ ...one, version: '2.0.0' })) }, options),
    ).toMatchObject({ statements: 2 })
    // whatever the number: fingerprints and the rows that differ, twice; a lock on the rows that are about to change
    expect(sent).toEqual(['SELECT', 'SELECT', 'SELECT', 'SELECT', 'SELECT', 'INSERT', 'DELETE', 'SELECT'])
    expect(Object.keys(await rows())).toHaveLength(1000)
    // 2,500 rows at once, and all of them or none
    const more = Array.from({ length: 5_001 }, (_, i) => ({ ...(skills[0] as (typeof skills)[number]), id: `t-${i}` }))
    expect(await syncRegistry(watched, { ...rest, skills: more }, { prune: 'keep', mode: 'write' })).toMatchObject({ statements: 3 })
    expect(Object.keys(await rows())).toHaveLength(6_001)
  })
})

describe('on a server', () => {
  const server = { fresh: freshServer }

  test('sync: two syncs of one registry -> one after the other', async () => {
    const { database, sync, rows, cwd } = await world(server)
    const other = await database.open()
    const folder = await readSkills({ cwd, roots: ['skills'] })
    const [one, two] = await Promise.all([sync(), syncRegistry(other, folder, { prune: 'disable', mode: 'write' })])
    expect([one.added.length, two.added.length].toSorted()).toEqual([0, 3])
    expect([one.unchanged, two.unchanged].toSorted()).toEqual([0, 3])
    expect(Object.keys(await rows())).toHaveLength(3)
  })

  test('sync: rows are written, nothing is written -> listeners are notified, not notified', async () => {
    const { database, db, sync, cwd } = await world(server)
    const heard = await listener(await database.open())
    await sync()
    writeFiles(cwd, { 'skills/b/SKILL.md': skill('b', 'license: MIT\n') })
    rmSync(path.join(cwd, 'skills/c'), { recursive: true })
    await sync()
    await sync()
    await sync({ mode: 'check' })
    await db.query("select pg_notify('skills_registry', 'last')")
    await expect.poll(heard).toContain('last')
    expect(heard()).toEqual(['{"schema":"public","ids":["a","b","c"]}', '{"schema":"public","ids":["b","c"]}', 'last'])
  })

  test.skipIf(NO_POOLER !== undefined)(
    'through PgBouncer in transaction mode six syncs at once agree, and leave nothing behind',
    async () => {
      const { database, db, rows, cwd } = await world(server)
      const pooler = await startPooler()
      try {
        const heard = await listener(db)
        const sessions = await Promise.all(Array.from({ length: 6 }, async () => openDb(await targetOf(pooler.url(database.name)))))
        const folder = await readSkills({ cwd, roots: ['skills'] })
        const reports = await Promise.all(sessions.map((one) => syncRegistry(one, folder, { prune: 'disable', mode: 'write' })))
        expect(reports.map(({ added, unchanged }) => [added.length, unchanged]).toSorted()).toEqual([
          ...Array.from({ length: 5 }, () => [0, 3]),
          [3, 0],
        ])
        expect(Object.keys(await rows()).toSorted()).toEqual(['a', 'b', 'c'])
        await expect.poll(heard).toEqual(['{"schema":"public","ids":["a","b","c"]}'])
        expect(
          await db.query(
            "select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
          ),
        ).toEqual([])
        expect(await sessions[0]?.query("select current_setting('lock_timeout') as lock")).toEqual([{ lock: '0' }])
        await Promise.all(sessions.map((one) => one.close()))
      } finally {
        await pooler.stop()
      }
    },
  )

  test('sync: the wait for the lock is too long -> the error names the other sync', async () => {
    const { database, sync } = await world(server)
    const other = await database.open()
    let waited: Promise<unknown> = Promise.resolve()
    await other.transaction({}, async () => {
      await other.query('select pg_advisory_xact_lock($1::text::bigint)', [registryLock(other).toString()])
      waited = sync({ lockWaitMs: 200 }).catch((caught: unknown) => caught)
      await waited
    })
    expect(await waited).toMatchObject({
      code: 'LOCK_TIMEOUT',
      message: expect.stringMatching(/timed out waiting for another sync: pid \d+/),
    })
    expect(await sync({ mode: 'check' })).toMatchObject({ added: [{}, {}, {}] })
  })

  test('sync: an operator changes a row during a sync -> the change is kept', async () => {
    const { database, sync, rows, cwd } = await world(server)
    await sync()
    const operator = await database.open()
    writeFiles(cwd, { 'skills/a/SKILL.md': skill('a', 'tier: FAST\n') })
    // the operator's change is under way when the rows are read, and committed before they are written
    await operator.exec("begin; update skills_registry set enabled = false, trust_level = 5 where skill_id = 'a'")
    const running = sync({
      onProgress: ({ step }) => {
        if (step === 'compare') void operator.exec('commit')
      },
    })
    expect(await running).toMatchObject({ changed: [{ id: 'a' }], operatorOverrides: [{ field: 'enabled' }, { field: 'trustLevel' }] })
    expect((await rows())['a']).toMatchObject({ enabled: false, trust_level: 5, meta: { tier: 'FAST' } })
  })
})
