import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { appRoleGrants, migrate, verify } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

onEachBackend(({ name, fresh }) => {
  const role = `app_${process.pid}_${name}_x`
  const group = `${role}_group`
  let db: Db
  let cwd = ''

  beforeEach(async () => {
    cwd = scratch({ 'db/001_notes.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY);\n' })
    db = await (await fresh()).open()
    await migrate(db, { migrations: [`${cwd}/db`] })
    await db.exec(`REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE ${role}; CREATE ROLE ${group}; GRANT ${group} TO ${role}`)
  })

  afterEach(async () => {
    await db.exec(`DROP OWNED BY ${role}, ${group}; DROP ROLE ${role}, ${group}`)
  })

  const faults = async (): Promise<{ expected: string; actual: string; remedy: string }[]> => {
    const { checks } = await verify(db, { cwd, migrations: [`${cwd}/db`], drift: 'no', appRole: role })
    return checks.find(({ id }) => id === 'safety.app-role')?.faults ?? []
  }

  test('a right to a whole table is taken away, and the columns are granted again', async () => {
    const { statements } = await appRoleGrants(db, { role })
    await db.exec(statements.join('\n'))
    await db.exec(`GRANT INSERT ON skill_feedback TO ${role}; GRANT SELECT ON v_skill_effectiveness TO ${role}`)
    const told = await faults()
    expect(told.map(({ remedy }) => remedy)).toEqual([
      `REVOKE INSERT ON TABLE public.skill_feedback FROM ${role}; GRANT INSERT (user_id, skill_id, version, rating, tags, notes) ON TABLE public.skill_feedback TO ${role}`,
      `REVOKE SELECT ON TABLE public.v_skill_effectiveness FROM ${role}`,
    ])
    const { revokes, remarks } = await appRoleGrants(db, { role })
    expect({ revokes, remarks }).toEqual({
      revokes: [
        `REVOKE INSERT ON TABLE public.skill_feedback FROM ${role}`,
        `REVOKE SELECT ON TABLE public.v_skill_effectiveness FROM ${role}`,
      ],
      remarks: [],
    })
    // either way leads to a role that has just what it needs
    await db.exec(told.map(({ remedy }) => remedy).join(';'))
    expect(await faults()).toEqual([])
    await db.exec(`GRANT INSERT ON skill_feedback TO ${role}`)
    await db.exec([...revokes.map((sql) => `${sql};`), ...statements].join('\n'))
    expect(await faults()).toEqual([])
    expect(await appRoleGrants(db, { role })).toMatchObject({ revokes: [], remarks: [] })
  })

  test('who was given the right is named; what others have too is for somebody to decide', async () => {
    await db.exec((await appRoleGrants(db, { role })).statements.join('\n'))
    await db.exec(`GRANT DELETE ON skills_registry TO ${group}; GRANT TRUNCATE ON skill_unlocks TO PUBLIC, ${role}`)
    expect(await faults()).toMatchObject([
      { actual: `granted to ${group}`, remedy: `REVOKE DELETE ON TABLE public.skills_registry FROM ${group}` },
      { actual: `granted to PUBLIC, ${role}`, remedy: `REVOKE TRUNCATE ON TABLE public.skill_unlocks FROM PUBLIC, ${role}` },
    ])
    const { revokes, remarks } = await appRoleGrants(db, { role })
    expect(revokes).toEqual([])
    expect(remarks.map(({ remedy }) => remedy)).toEqual((await faults()).map(({ remedy }) => remedy))
    await db.exec('REVOKE TRUNCATE ON skill_unlocks FROM PUBLIC')
  })

  test('a right to everything comes from a membership: told once, and what takes it away is said', async () => {
    await db.exec((await appRoleGrants(db, { role })).statements.join('\n'))
    // PostgreSQL 13 has no such roles
    if (db.info.version < 140_000) return
    await db.exec(`GRANT pg_read_all_data TO ${role}; GRANT pg_write_all_data TO ${group}`)
    const told = await faults()
    expect(told).toMatchObject([
      {
        expected: 'no membership in pg_read_all_data, which gives SELECT on everything',
        actual: 'a member',
        remedy: `REVOKE pg_read_all_data FROM ${role}`,
      },
      {
        expected: 'no membership in pg_write_all_data, which gives DELETE, INSERT, UPDATE on everything',
        actual: `a member through ${group}`,
        remedy: `REVOKE pg_write_all_data FROM ${group}`,
      },
    ])
    const { revokes, remarks } = await appRoleGrants(db, { role })
    expect(revokes).toEqual([])
    expect(remarks.map(({ remedy }) => remedy)).toEqual(told.map(({ remedy }) => remedy))
    // what was granted besides is told as ever
    await db.exec(`GRANT DELETE ON skills_registry TO ${role}`)
    expect((await appRoleGrants(db, { role })).revokes).toEqual([`REVOKE DELETE ON TABLE public.skills_registry FROM ${role}`])
    await db.exec(`REVOKE DELETE ON skills_registry FROM ${role}`)
    await db.exec(told.map(({ remedy }) => remedy).join(';'))
    expect(await faults()).toEqual([])
  })

  test('of a superuser it is told that it is one, and nothing else', async () => {
    await db.exec(`ALTER ROLE ${role} SUPERUSER`)
    expect(await faults()).toMatchObject([{ expected: 'no SUPERUSER', remedy: `ALTER ROLE ${role} NOSUPERUSER` }])
  })

  test('README names the functions that everybody may call, and that do what their owner may', async () => {
    const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8')
    const [, said = ''] = /^\| an application \|.*PUBLIC may call (.*) \|$/m.exec(readme) ?? []
    const open = await db.query(`
      SELECT proname::text AS function FROM pg_proc
      WHERE pronamespace = current_schema()::regnamespace AND prosecdef AND has_function_privilege('public', oid, 'EXECUTE') ORDER BY 1`)
    expect([...said.matchAll(/`(\w+)`/g)].map(([, word]) => word).toSorted()).toEqual(open.map((row) => row['function']))
  })

  test('a role that is not there is told, with what it would need', async () => {
    expect(await appRoleGrants(db, { role: 'nobody here' })).toMatchObject({
      statements: expect.arrayContaining(['GRANT USAGE ON SCHEMA "public" TO "nobody here";']),
      revokes: [],
      remarks: [{ remedy: 'CREATE ROLE "nobody here" LOGIN' }],
    })
  })

  test('the ledger is none of its business, tables of its own are', async () => {
    await db.exec((await appRoleGrants(db, { role })).statements.join('\n'))
    await db.exec(`GRANT ALL ON notes TO ${role}`)
    expect(await faults()).toEqual([])
    await db.exec(`GRANT SELECT ON schema_migrations TO ${role}`)
    expect(await faults()).toMatchObject([{ remedy: `REVOKE SELECT ON TABLE public.schema_migrations FROM ${role}` }])
  })
})
