import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Bench, CommandFor } from './bench.ts'
import { BARE, bareScript, openServer, recreate, skills } from './bench.ts'
import { startDelayProxy } from './delay-proxy.ts'
import type { Command } from './measure.ts'
import { report, runOnce } from './measure.ts'
import type { MigrationFolders } from './migration-folders.ts'
import { writeDataMigration, writeLongMigration, writeMigrationFolders } from './migration-folders.ts'

const FILES = 100
const STATEMENTS = 5_000
const DATA_BYTES = 50_000_000
const ONE_WAY_MS = 5
const OURS = 'skills migrate'
/** A database with the migrations of the package applied, so that all tools apply the same 100 files. */
const SHIPPED = 'bench_shipped'
const PSQL = spawnSync('psql', ['--version']).status === 0 ? 'psql -f' : undefined

/** Nothing to do, and 100 files to apply: against the lower bound and against other migration tools. */
export async function benchMigrate(bench: Bench): Promise<void> {
  const folders = writeMigrationFolders(path.join(bench.scratch, 'migrations'), FILES)
  const long = writeLongMigration(path.join(bench.scratch, 'long'), STATEMENTS)
  const tools = await toolsFor(bench, folders)
  const bare: CommandFor = await bareScript(bench)
  const { port } = new URL(bench.url('postgres'))
  const proxy = await startDelayProxy({ host: '127.0.0.1', port: Number(port) }, ONE_WAY_MS)
  const near = (database: string): string => bench.url(database)
  const far = (database: string): string => bench.url(database).replace(`:${port}/`, `:${proxy.port}/`)

  await recreate(bench, SHIPPED)
  await runOnce(skills(bench, OURS, near(SHIPPED), 'migrate'))
  for (const tool of tools) {
    const { name } = tool('')
    await recreate(bench, databaseOf(name))
    if (name !== PSQL) await runOnce(tool(near(databaseOf(name))))
  }
  const idle = tools.filter((tool) => tool('').name !== PSQL)
  const [ours = bare, ...peers] = idle
  const noop = (at: typeof near): Command[] => [
    ours(at('bench_skills')),
    bare(at('bench_skills')),
    ...peers.map((peer) => peer(at(databaseOf(peer('').name)))),
  ]
  const fresh = (at: typeof near): Command[] =>
    tools.map((tool) => {
      const { name } = tool('')
      const database = databaseOf(name)
      const template = name === OURS ? SHIPPED : undefined
      return { ...tool(at(database)), before: () => recreate(bench, database, template) }
    })
  const half = ['node-pg-migrate', 'graphile-migrate', 'drizzle-kit'].map((to) => ({ to, ratio: 0.5 }))

  await report(`migrate, ${FILES} files, nothing to do`, noop(near), bench.runs, [
    { to: BARE, ratio: 1.25 },
    { to: 'dbmate', ratio: 0.9 },
    ...half,
    { to: 'postgrator', ratio: 0.6 },
  ])
  await report(`migrate, ${FILES} files, nothing to do, 10 ms per round trip`, noop(far), bench.runs, [
    { to: BARE, ratio: 1.25 },
    { to: 'dbmate', ratio: 1 },
  ])
  await benchRoles(bench, folders, bare)
  await report(`migrate, ${FILES} files, fresh`, fresh(near), bench.runs, [
    { to: PSQL ?? '', ratio: 1.4 },
    { to: 'dbmate', ratio: 1 },
  ])
  await report(
    `migrate, ${FILES} files, fresh, 10 ms per round trip (expected: at most 1,700 ms)`,
    fresh(far),
    Math.min(bench.runs, 5),
    peers.map((peer) => ({ to: peer('').name, ratio: 1 })),
  )
  if (PSQL !== undefined) {
    const against = (name: string, file: string): [Command, Command] => [
      {
        ...skills(bench, OURS, near(`bench_${name}`), 'migrate', '--dir', path.dirname(file)),
        before: () => recreate(bench, `bench_${name}`, SHIPPED),
      },
      {
        name: PSQL,
        argv: ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, near('bench_psql')],
        before: () => recreate(bench, 'bench_psql'),
      },
    ]
    await report(`migrate, one file of ${STATEMENTS} statements`, against('long', long), bench.runs, [{ to: PSQL, ratio: 1 }])
    const [own, psql] = against('data', writeDataMigration(path.join(bench.scratch, 'data'), DATA_BYTES))
    await report(`migrate, one file of ${DATA_BYTES / 1e6} MB of INSERTs`, [{ ...own, mostMemory: 150 }, psql], Math.min(bench.runs, 3), [
      { to: PSQL, ratio: 1.2 },
    ])
  }
  proxy.stop()
}

/** Nothing to do, as a role that owns its database and as a superuser. */
async function benchRoles(bench: Bench, folders: MigrationFolders, bare: CommandFor): Promise<void> {
  const role = 'bench_owner'
  await recreate(bench, 'bench_owned')
  const admin = await openServer(bench)
  await admin.exec(`DROP ROLE IF EXISTS ${role}`).catch(() => undefined)
  await admin.exec(`CREATE ROLE ${role} LOGIN`).catch(() => undefined)
  await admin.exec(`ALTER DATABASE bench_owned OWNER TO ${role}`)
  await admin.close()
  const as = new URL(bench.url('bench_owned'))
  as.username = role
  const own = (name: string, url: string): Command => skills(bench, name, url, 'migrate', '--dir', folders.plain)
  await runOnce(own('first', as.href))
  await report(
    `migrate, ${FILES} files, nothing to do, as the owner of the database and as a superuser`,
    [own('as the owner', as.href), own('as a superuser', bench.url('bench_skills')), bare(as.href)],
    bench.runs,
    [{ to: BARE, ratio: 1.25 }],
  )
}

/** The command of skills first, then the other tools if `npm install --prefix bench/peers` installed them. */
async function toolsFor(bench: Bench, folders: MigrationFolders): Promise<CommandFor[]> {
  const ours: CommandFor = (url) => skills(bench, OURS, url, 'migrate', '--dir', folders.plain)
  const psql: CommandFor[] =
    PSQL === undefined
      ? []
      : [
          (url) => ({
            name: PSQL,
            argv: ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', ...folders.plainFiles.flatMap((file) => ['-f', file]), url],
          }),
        ]
  const home = path.join(bench.root, 'bench', 'peers')
  if (!existsSync(path.join(home, 'node_modules'))) {
    console.log('\nother migration tools are not installed (npm install --prefix bench/peers)')
    return [ours, ...psql]
  }
  const binary = (name: string): string => path.join(home, 'node_modules', '.bin', name)
  const peers: CommandFor[] = [
    (url) => ({
      name: 'dbmate',
      argv: [binary('dbmate'), '--no-dump-schema', '--migrations-dir', folders.dbmate, 'migrate'],
      env: { DATABASE_URL: `${url}?sslmode=disable` },
    }),
    (url) => ({
      name: 'node-pg-migrate',
      argv: [binary('node-pg-migrate'), 'up', '-m', folders.nodePgMigrate],
      env: { DATABASE_URL: url },
      cwd: bench.scratch,
    }),
    (url) => ({
      name: 'graphile-migrate',
      argv: [binary('graphile-migrate'), 'migrate'],
      env: { DATABASE_URL: url, ROOT_DATABASE_URL: url.replace(/[^/]*$/, 'template1'), SHADOW_DATABASE_URL: `${url}_shadow` },
      cwd: folders.graphile,
    }),
    (url) => ({
      name: 'postgrator',
      argv: [process.execPath, path.join(home, 'postgrator-run.mjs'), folders.postgrator],
      env: { DATABASE_URL: url },
    }),
    (url) => ({
      name: 'drizzle-kit',
      argv: [binary('drizzle-kit'), 'migrate', '--config', 'drizzle.config.ts'],
      env: { DATABASE_URL: url },
      cwd: folders.drizzle,
    }),
  ]
  return [ours, ...psql, ...peers]
}

function databaseOf(name: string): string {
  return `bench_${name
    .replace(OURS, 'skills')
    .replace(/^psql -f$/, 'psql')
    .replaceAll('-', '_')}`
}
