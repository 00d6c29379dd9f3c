import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { appRoleGrants, logEvents, migrate, verify } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { scratch } from '../support/scratch.ts'

onEachBackend(({ name, migrated }) => {
  const role = `app_${process.pid}_${name}_x`
  const group = `${role}_group`
  let db: Db
  let cwd = ''

  beforeEach(async () => {
    cwd = scratch({ 'db/001_notes.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY);\n' })
    db = await (await migrated()).open()
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

  test('grants: a privilege on a whole table -> it is revoked, the columns are granted again', async () => {
    const { statements } = await appRoleGrants(db, { role })
    await db.exec(statements.join('\n'))
    await db.exec(`GRANT INSERT ON skill_feedback TO ${role}; GRANT SELECT ON v_skill_effectiveness TO ${role}`)
    const found = await faults()
    expect(found.map(({ remedy }) => remedy)).toEqual([
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
    await db.exec(found.map(({ remedy }) => remedy).join(';'))
    expect(await faults()).toEqual([])
    await db.exec(`GRANT INSERT ON skill_feedback TO ${role}`)
    await db.exec([...revokes.map((sql) => `${sql};`), ...statements].join('\n'))
    expect(await faults()).toEqual([])
    expect(await appRoleGrants(db, { role })).toMatchObject({ revokes: [], remarks: [] })
  })

  test('grants: a privilege of a group or of PUBLIC -> the grantee is named, as a remark', async () => {
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

  test('grants: membership in pg_read_all_data -> one remark with the REVOKE', async () => {
    await db.exec((await appRoleGrants(db, { role })).statements.join('\n'))
    // PostgreSQL 13 has no such roles
    if (db.info.version < 140_000) return
    await db.exec(`GRANT pg_read_all_data TO ${role}; GRANT pg_write_all_data TO ${group}`)
    const found = await faults()
    expect(found).toMatchObject([
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
    expect(remarks.map(({ remedy }) => remedy)).toEqual(found.map(({ remedy }) => remedy))
    // other grants are reported as before
    await db.exec(`GRANT DELETE ON skills_registry TO ${role}`)
    expect((await appRoleGrants(db, { role })).revokes).toEqual([`REVOKE DELETE ON TABLE public.skills_registry FROM ${role}`])
    await db.exec(`REVOKE DELETE ON skills_registry FROM ${role}`)
    await db.exec(found.map(({ remedy }) => remedy).join(';'))
    expect(await faults()).toEqual([])
  })

  test('grants: a superuser -> one fault', async () => {
    await db.exec(`ALTER ROLE ${role} SUPERUSER`)
    expect(await faults()).toMatchObject([{ expected: 'no SUPERUSER', remedy: `ALTER ROLE ${role} NOSUPERUSER` }])
  })

  test('migrate: functions that PUBLIC could call before -> only the owner and roles with a grant can call one', async () => {
    const open = (): Promise<unknown[]> =>
      db.query(
        `SELECT proname::text AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE')`,
      )
    expect(await open()).toEqual([])
    await db.exec('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC')
    expect(await open()).not.toEqual([])
    for (const version of OWN_MIGRATIONS)
      await db.exec(readFileSync(path.resolve(import.meta.dirname, `../../sql/migrations/${version}.sql`), 'utf8'))
    expect(await open()).toEqual([])
  })

  test('log_skill_usage: a role without a grant -> refused, for its own user and for others; with the printed grants -> for any user', async () => {
    const log = (user: string): Promise<unknown> => db.query(`SELECT log_skill_usage('${user}', NULL, 'walk', '1', NULL, 'success')`)
    const users = ['9f1c1d3e-0000-4000-8000-000000000001', '9f1c1d3e-0000-4000-8000-000000000002']
    await db.exec(`GRANT USAGE ON SCHEMA public TO ${role}; SET ROLE ${role}`)
    for (const user of users) await expect(log(user)).rejects.toMatchObject({ code: '42501' })
    const event = { userId: users[0], skillId: 'walk', version: '1', outcome: 'success' }
    await expect(logEvents(db, { input: lines([JSON.stringify(event)]) })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      hint: expect.stringMatching(/skills grants --app-role \S+$/),
    })
    await db.exec(`RESET ROLE; ${(await appRoleGrants(db, { role })).statements.join('\n')}\nSET ROLE ${role}`)
    for (const user of users) await log(user)
    await db.exec('RESET ROLE')
    expect(await db.query('SELECT DISTINCT user_id FROM skill_usage_events')).toHaveLength(2)
  })

  test('grants: an unknown role -> the statements and CREATE ROLE', async () => {
    expect(await appRoleGrants(db, { role: 'no such role' })).toMatchObject({
      statements: expect.arrayContaining(['GRANT USAGE ON SCHEMA "public" TO "no such role";']),
      revokes: [],
      remarks: [{ remedy: 'CREATE ROLE "no such role" LOGIN' }],
    })
  })

  test('app role: privileges on other tables -> not checked; on the ledger -> a fault', async () => {
    await db.exec((await appRoleGrants(db, { role })).statements.join('\n'))
    await db.exec(`GRANT ALL ON notes TO ${role}`)
    expect(await faults()).toEqual([])
    await db.exec(`GRANT SELECT ON schema_migrations TO ${role}`)
    expect(await faults()).toMatchObject([{ remedy: `REVOKE SELECT ON TABLE public.schema_migrations FROM ${role}` }])
  })
})

async function* lines(texts: readonly string[]): AsyncGenerator<string> {
  for (const text of texts) yield `${text}\n`
}
