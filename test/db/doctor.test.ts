import { execSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/doctor/report.ts'
import type { ConnectOptions, DoctorReport } from '../../src/index.ts'
import { APP_ROLE_GRANTS, appRoleGrants, connect, doctor, migrate, stats, sync, verify } from '../../src/index.ts'
import { openDb } from '../../src/db/open.ts'
import { freshEmbedded, freshServer, migratedServer, onEachBackend, serverUrl, targetOf } from '../support/databases.ts'
import { NO_POOLER, startPooler } from '../support/pgbouncer.ts'
import { scratch, writeFiles } from '../support/scratch.ts'
import { freePort, listen, makeCertificate, tlsToServer } from '../support/sockets.ts'

const HOME = scratch()
const SKILL = '---\nname: one\ndescription: A skill of a test.\nmetadata:\n  version: 1.0.0\n---\n'

function examine(options: ConnectOptions): Promise<DoctorReport> {
  return doctor({ env: { HOME }, cwd: HOME, ...options })
}

/** The findings that are not simply fine, as `status id`. */
function troubles({ findings }: DoctorReport): string[] {
  return findings.filter(({ status }) => status !== 'ok').map(({ status, id }) => `${status} ${id}`)
}

function found(report: DoctorReport, id: string): Finding {
  const finding = report.findings.find((one) => one.id === id)
  if (finding === undefined) throw new Error(`no ${id} among ${report.findings.map((one) => one.id).join(' ')}`)
  return finding
}

/** As the command line names a database of a test. */
function databaseOf(flags: readonly string[]): ConnectOptions {
  const [flag, value = ''] = flags
  return flag === '--embedded' ? { embedded: value } : { databaseUrl: value }
}

onEachBackend(({ fresh, name }) => {
  test('doctor: from an empty to a complete database -> each step has its next command', async () => {
    const { flags, open } = await fresh()
    const cwd = scratch({ 'skills/one/SKILL.md': SKILL })
    const empty = await examine({ ...databaseOf(flags), cwd })
    const superuser = name === 'server' ? ['note connection.role'] : []
    expect(troubles(empty)).toEqual([...superuser, 'warning migrations.pending'])
    expect(found(empty, 'migrations.pending').next).toBe('run skills migrate')
    const db = await open()
    expect(await db.query("select from pg_class where relname like 'skill%' or relname = 'schema_migrations'")).toEqual([])
    await migrate(db)
    await db.close()
    const behind = await examine({ ...databaseOf(flags), cwd })
    expect(troubles(behind)).toEqual([...superuser, 'warning registry.behind'])
    expect(found(behind, 'registry.behind').next).toBe('run skills sync')
    const again = await open()
    await sync(again, { cwd })
    await again.close()
    const well = await examine({ ...databaseOf(flags), cwd })
    expect(troubles(well)).toEqual(superuser)
    expect(well.ok).toBe(true)
    expect(found(well, 'registry.state').text).toBe('1 skill of skills registered and up to date')
    writeFiles(cwd, { 'skills/bad/SKILL.md': 'no front matter' })
    expect(troubles(await examine({ ...databaseOf(flags), cwd }))).toEqual([...superuser, 'warning registry.invalid'])
  })

  test('doctor: a changed migration -> an error; a missing file -> a warning', async () => {
    const { flags, open } = await fresh()
    const cwd = scratch({ 'db/1.sql': 'create table a (id int);', 'db/2.sql': 'create table b (id int);' })
    const dirs = [path.join(cwd, 'db')]
    const db = await open()
    await migrate(db, { migrations: dirs })
    await db.close()
    writeFiles(cwd, { 'db/1.sql': 'create table a (id bigint);' })
    const report = await examine({ ...databaseOf(flags), cwd, migrations: dirs })
    expect(found(report, 'migrations.changed')).toMatchObject({ status: 'error', next: expect.stringContaining('HISTORY_CHANGED') })
    expect(report.ok).toBe(false)
    expect(found(await examine({ ...databaseOf(flags), cwd }), 'migrations.missing').text).toContain('1, 2')
  })
})

describe('when the database does not work', () => {
  test('doctor: no server at the address -> an error', async () => {
    const report = await examine({ databaseUrl: `postgres://app:s3cr3t@127.0.0.1:${await freePort()}/app` })
    expect(report.ok).toBe(false)
    expect(found(report, 'connection.address')).toMatchObject({
      status: 'error',
      text: expect.stringContaining('connection refused [DATABASE_UNREACHABLE]'),
    })
    expect(found(report, 'program.node').status).toBe('ok')
    expect(JSON.stringify(report)).not.toContain('s3cr3t')
  })

  test.each([
    ['the settings', { databaseUrl: 'mysql://db' }, 'DATABASE_URL_INVALID'],
    ['the configuration file', { config: 'nowhere.json' }, 'CONFIG_INVALID'],
  ])('%s -> an error finding', async (_, wrong, code) => {
    const report = await examine(wrong)
    expect(found(report, 'configuration.settings')).toMatchObject({ status: 'error', text: expect.stringContaining(`[${code}]`) })
    expect(report.findings.every(({ status, next }) => status === 'ok' || next !== undefined)).toBe(true)
  })

  test('doctor: the embedded folder is missing, no database or in use -> findings, it is not opened', async () => {
    const cwd = scratch({ 'docs/readme.md': 'x' })
    const missing = path.join(cwd, 'none')
    expect(found(await examine({ embedded: missing }), 'embedded.folder')).toMatchObject({
      status: 'note',
      next: 'run skills migrate, which creates it',
    })
    expect(existsSync(missing)).toBe(false)
    expect(found(await examine({ embedded: path.join(cwd, 'docs') }), 'embedded.folder').status).toBe('error')
    const { flags, open } = await freshEmbedded()
    const db = await open()
    const busy = await examine(databaseOf(flags))
    await db.close()
    expect(found(busy, 'embedded.lock')).toMatchObject({ status: 'error', text: `process ${process.pid} has it open` })
    expect(busy.ok).toBe(false)
  })

  test('doctor: an embedded database without its file PG_VERSION -> the command that restores it', async () => {
    const { flags } = await freshEmbedded()
    const [, directory = ''] = flags
    rmSync(path.join(directory, 'PG_VERSION'))
    const { next = '' } = found(await examine(databaseOf(flags)), 'embedded.folder')
    await expect(connect({ embedded: directory, env: { HOME }, cwd: HOME })).rejects.toMatchObject({
      code: 'EMBEDDED_BROKEN',
      hint: expect.stringMatching(/^cp .*base.1.PG_VERSION /),
    })
    execSync(next)
    expect(found(await examine(databaseOf(flags)), 'embedded.folder').status).toBe('ok')
  })

  test('doctor: the lock of an ended process -> a note', async () => {
    const { flags } = await freshEmbedded()
    const [, directory = ''] = flags
    writeFiles(path.dirname(directory), { 'db.lock': JSON.stringify({ pid: 2 ** 22 + 1, host: (await import('node:os')).hostname() }) })
    const report = await examine(databaseOf(flags))
    expect(found(report, 'embedded.lock').status).toBe('note')
    expect(found(report, 'database.extensions').status).toBe('ok')
  })
})

describe('settings', () => {
  test('doctor: settings -> origins, and the sources that are not used', async () => {
    const cwd = scratch({
      'skills.config.json': '{"embedded": "data", "ledger": "own", "skills": ["a", "b"]}',
      '.env': 'SKILLS_SCHEMA=shop\nDATABASE_URL=postgres://app@127.0.0.1:1/env\n',
    })
    const report = await doctor({ cwd, env: { HOME, DIRECT_URL: 'postgres://app@127.0.0.1:2/direct' } })
    const file = path.join(cwd, 'skills.config.json')
    expect(report.settings).toEqual([
      { name: 'database', value: 'postgres://app@127.0.0.1:1/env', origin: 'DATABASE_URL in .env' },
      { name: 'database of migrate', value: 'postgres://app@127.0.0.1:2/direct', origin: 'DIRECT_URL' },
      { name: 'schema', value: 'shop', origin: 'SKILLS_SCHEMA in .env' },
      { name: 'ledger', value: 'own', origin: file },
      { name: 'skills', value: 'a, b', origin: file },
      { name: 'migrations', value: null, origin: 'default' },
      { name: 'configuration file', value: file, origin: 'read' },
      { name: '.env', value: path.join(cwd, '.env'), origin: 'read' },
    ])
    expect(found(report, 'configuration.unused').text).toBe(`${file} is not used, because DATABASE_URL in .env takes precedence`)
    expect(found(report, 'connection.direct').status).toBe('error')
  })

  test('doctor: a password file that others can read -> a warning', async () => {
    const home = scratch({ '.pgpass': '*:*:*:*:x\n' })
    chmodSync(path.join(home, '.pgpass'), 0o644)
    const report = await doctor({ cwd: HOME, env: { HOME: home }, databaseUrl: 'postgres://app@127.0.0.1:1/x' })
    expect(found(report, 'configuration.password-file')).toMatchObject({ status: 'warning', next: `chmod 600 ${home}/.pgpass` })
  })
})

describe('a server', () => {
  test('doctor: TLS with a certificate that expires soon -> a warning', async () => {
    const port = await listen(tlsToServer(makeCertificate()))
    const report = await examine({ databaseUrl: `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=require` })
    expect(found(report, 'connection.tls')).toMatchObject({ status: 'warning', text: expect.stringMatching(/TLSv1\.3, .* expires soon/) })
    expect(found(report, 'connection.address').text).toContain(`connected to 127.0.0.1:${port} in `)
  })

  test('doctor: missing privileges -> the printed GRANT removes the finding', async () => {
    const { name, open } = await migratedServer()
    const db = await open()
    const role = `r_${name}`
    await db.exec(`CREATE ROLE ${role} LOGIN`)
    const url = serverUrl(name).replace('postgres://postgres@', `postgres://${role}@`)
    const before = await examine({ databaseUrl: url })
    const lacking = ['migrate', 'sync', 'verify', 'functions.calls', 'stats', 'application'].map(
      (command) => `${command === 'verify' ? 'warning' : 'note'} rights.${command}`,
    )
    expect(troubles(before)).toEqual([...lacking, 'warning database.answer'])
    for (const { id, next = '' } of before.findings) {
      if (id.startsWith('rights.') && id !== 'rights.migrate') await db.exec(next.replace(/^as the owner: /, ''))
    }
    const after = await examine({ databaseUrl: url })
    expect(troubles(after)).toEqual(['note rights.migrate'])
    await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })

  test('doctor: the schema is not in the search_path -> the printed GRANTs name it, and the ledger in another one', async () => {
    const { name, open } = await freshServer()
    const db = await open()
    const role = `q_${name}`
    await db.exec(`CREATE ROLE ${role} LOGIN; CREATE SCHEMA app; CREATE SCHEMA led`)
    const own = await open({ schema: 'app' })
    await migrate(own, { ledger: 'led.versions' })
    await own.close()
    const url = serverUrl(name).replace('postgres://postgres@', `postgres://${role}@`)
    const look = (): Promise<DoctorReport> => examine({ databaseUrl: url, schema: 'app', ledger: 'led.versions' })
    const before = await look()
    const lack = found(before, 'rights.verify')
    expect(lack).toMatchObject({ status: 'warning', text: expect.stringMatching(/USAGE on the schema led; USAGE on the schema app/) })
    expect(lack.next).toContain('"app"."skill_feedback"')
    await db.exec(
      ['rights.verify', 'rights.functions.calls', 'rights.sync', 'rights.stats', 'rights.application']
        .map(
          (id) =>
            found(before, id)
              .next?.replace(/^as the owner: /, '')
              .replace(/ --.*/, '') ?? '',
        )
        .join('; '),
    )
    expect(troubles(await look())).toEqual(['note rights.migrate'])
    await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })

  test('doctor: settings of the role and the database that change the work -> named, with the statement that resets each', async () => {
    const { name, open } = await migratedServer()
    const db = await open()
    const role = `s_${name}`
    await db.exec(`CREATE ROLE ${role}; ALTER ROLE ${role} SET session_replication_role TO replica; ALTER ROLE ${role} IN DATABASE ${name} SET lock_timeout TO '2s';
      ALTER DATABASE ${name} SET default_transaction_isolation TO serializable; ALTER DATABASE ${name} SET search_path TO app, public; ALTER DATABASE ${name} SET row_security TO off;
      ALTER DATABASE ${name} SET datestyle TO 'German'; ALTER ROLE ${role} SET statement_timeout TO 0`)
    const { findings } = await examine({ databaseUrl: serverUrl(name) })
    const settings = findings.filter(({ id, next }) => id === 'database.setting' && next?.includes(name) === true)
    expect(settings.map(({ status, text }) => `${status} ${text.replace(/:.*/, '')}`)).toEqual([
      `warning datestyle of database ${name} is German`,
      `warning default_transaction_isolation of database ${name} is serializable`,
      `note lock_timeout of role ${role} in database ${name} is 2s`,
      `warning row_security of database ${name} is off`,
      `note search_path of database ${name} is app, public`,
      `warning session_replication_role of role ${role} is replica`,
    ])
    for (const { next = '' } of settings) await db.exec(next.replace(/^.* run /, ''))
    const after = await examine({ databaseUrl: serverUrl(name) })
    expect(after.findings.filter(({ id, next }) => id === 'database.setting' && next?.includes(name) === true)).toEqual([])
    await db.exec(`DROP ROLE ${role}`)
  })

  test('doctor: few connections are left for the role, and its password ends -> warnings with the statements', async () => {
    const { name, open } = await migratedServer()
    const db = await open()
    const role = `l_${name}`
    await db.exec(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 1 VALID UNTIL '${new Date(Date.now() + 86_400_000).toISOString()}'`)
    const url = serverUrl(name).replace('postgres://postgres@', `postgres://${role}@`)
    const report = await examine({ databaseUrl: url })
    expect(found(report, 'connection.limit').text).toBe(`1 of 1 connection of the role ${role} in use`)
    for (const id of ['connection.limit', 'connection.valid-until'])
      await db.exec(
        found(report, id)
          .next?.replace(/^.*run (?=ALTER)/, '')
          .replace(/, or set.*/, '') ?? '',
      )
    expect(troubles(await examine({ databaseUrl: url })).filter((trouble) => trouble.includes('connection.'))).toEqual([])
    await db.exec(`DROP ROLE ${role}`)
  })

  // the statement of the hint makes the connection work; of several SQLSTATEs with two meanings
  test.each([
    ['a role that cannot log in', 'CREATE ROLE {} NOLOGIN', /ALTER ROLE "\w+" LOGIN/],
    ['a role that does not exist', 'SELECT 1', /CREATE ROLE "\w+" LOGIN/],
    ['a role without a free connection', 'CREATE ROLE {} LOGIN CONNECTION LIMIT 0', /ALTER ROLE "\w+" CONNECTION LIMIT -1/],
    [
      'a database that accepts no connections',
      'CREATE ROLE {} LOGIN; ALTER DATABASE {} ALLOW_CONNECTIONS false',
      /ALTER DATABASE "\w+" ALLOW_CONNECTIONS true/,
    ],
    [
      'a database without a free connection',
      'CREATE ROLE {} LOGIN; ALTER DATABASE {} CONNECTION LIMIT 0',
      /ALTER DATABASE "\w+" CONNECTION LIMIT -1/,
    ],
    [
      'a database without CONNECT',
      'CREATE ROLE {} LOGIN; REVOKE CONNECT ON DATABASE {} FROM PUBLIC',
      /GRANT CONNECT ON DATABASE "\w+" TO "\w+"/,
    ],
  ])('doctor: %s -> its own remedy, which works', async (_, sql, remedy) => {
    const { name } = await freshServer()
    const admin = await openDb(await targetOf(serverUrl('postgres')))
    for (const statement of sql.replaceAll('{}', name).split('; ')) await admin.exec(statement)
    const url = serverUrl(name).replace('postgres://postgres@', `postgres://${name}@`)
    const refused = found(await examine({ databaseUrl: url }), 'connection.address')
    expect(refused).toMatchObject({ status: 'error', next: expect.stringMatching(remedy) })
    await admin.exec(remedy.exec(refused.next ?? '')?.[0] ?? '')
    expect(found(await examine({ databaseUrl: url }), 'connection.address').status).toBe('ok')
    await admin.exec(`GRANT CONNECT ON DATABASE ${name} TO PUBLIC; REVOKE CONNECT ON DATABASE ${name} FROM ${name}; DROP ROLE ${name}`)
    await admin.close()
  })

  test('doctor: one application privilege is missing -> it is named', async () => {
    const { name, open } = await migratedServer()
    const db = await open()
    const role = `g_${name}`
    await db.exec(`CREATE ROLE ${role} LOGIN`)
    const url = serverUrl(name).replace('postgres://postgres@', `postgres://${role}@`)
    for (const { on, name: object } of APP_ROLE_GRANTS)
      if (on === 'function') await db.exec(`REVOKE EXECUTE ON FUNCTION ${object} FROM PUBLIC`)
    await db.exec((await appRoleGrants(db, { role })).statements.join('\n'))
    expect(found(await examine({ databaseUrl: url }), 'rights.application').status).toBe('ok')
    for (const { on, name: object, privileges, columns } of APP_ROLE_GRANTS) {
      const of = columns === undefined ? '' : ` (${columns.join(', ')})`
      const right = `${privileges.join(', ')}${of} ON ${on.toUpperCase()} ${object}`
      await db.exec(`REVOKE ${right} FROM ${role}`)
      const lack = found(await examine({ databaseUrl: url }), 'rights.application')
      expect(lack.text).toBe(`${role} lacks privileges for an application: ${privileges.join(', ')}${of} on ${object.replace(/\(.*/, '')}`)
      await db.exec(lack.next?.replace('as the owner: ', '') ?? '')
    }
    await db.exec('REVOKE USAGE ON SCHEMA public FROM PUBLIC')
    await db.exec(`REVOKE USAGE ON SCHEMA public FROM ${role}`)
    const lack = found(await examine({ databaseUrl: url, schema: 'public' }), 'rights.application')
    expect(lack.next).toBe(`as the owner: GRANT USAGE ON SCHEMA "public" TO "${role}" -- all of them: skills grants --app-role ${role}`)
    await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })

  test('doctor: the printed GRANTs for verify and stats -> every check runs but the calls of the functions, no write privilege; with those for functions.calls -> every check', async () => {
    const { name, open } = await migratedServer()
    const db = await open()
    const cwd = scratch({ 'skills/one/SKILL.md': SKILL })
    await sync(db, { cwd })
    const role = `v_${name}`
    await db.exec(`CREATE ROLE ${role} LOGIN`)
    const url = serverUrl(name).replace('postgres://postgres@', `postgres://${role}@`)
    const report = await examine({ databaseUrl: url, cwd })
    for (const id of ['rights.verify', 'rights.stats']) {
      const next = found(report, id).next ?? ''
      expect(next).not.toMatch(/INSERT|UPDATE|DELETE|EXECUTE/)
      await db.exec(next.replace(/^as the owner: /, ''))
    }
    const session = await connect({ databaseUrl: url, env: { HOME }, cwd })
    const verified = await verify(session, { cwd, strict: true })
    // to call the functions, the role would have to be able to write
    expect(verified.checks.filter(({ status, applies }) => status === 'skipped' && applies !== false).map(({ id }) => id)).toEqual([
      'functions.calls',
    ])
    expect((await verify(session, { cwd })).ok).toBe(true)
    expect((await stats(session)).source.kind).toBe('rollup')
    await db.exec(found(report, 'rights.functions.calls').next?.replace(/^as the owner: /, '') ?? '')
    const complete = await verify(session, { cwd, strict: true })
    expect(complete.checks.filter(({ status, applies }) => status === 'skipped' && applies !== false)).toEqual([])
    expect(complete.ok).toBe(true)
    expect(found(await examine({ databaseUrl: url, cwd }), 'rights.functions.calls').status).toBe('ok')
    await session.close()
    await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })

  test.skipIf(NO_POOLER !== undefined)('doctor: a pooler in transaction mode -> its findings', async () => {
    const { name } = await migratedServer()
    const pooler = await startPooler()
    try {
      const report = await examine({ databaseUrl: pooler.url(name) })
      expect(found(report, 'connection.pooler')).toMatchObject({ status: 'note', next: expect.stringContaining('DIRECT_URL') })
      expect(report.ok).toBe(true)
    } finally {
      await pooler.stop()
    }
  })
})
