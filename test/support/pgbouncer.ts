import { spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { targetOf, serverUrl } from './databases.ts'

const BINARY = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find((file) =>
  existsSync(file),
)
const PORT = 6432
// PgBouncer refuses to run as root; the user `nobody` has this ID
const UNPRIVILEGED = 65_534

/** Why tests with a pooler are skipped; undefined when PgBouncer is installed. */
export const NO_POOLER = BINARY === undefined ? 'pgbouncer is not installed (Debian: apt-get install pgbouncer)' : undefined

export interface Pooler {
  url: (database: string) => string
  stop: () => Promise<void>
}

/** Starts PgBouncer in transaction mode before the test server, on a Unix socket, with so few server connections that clients share them. */
export async function startPooler(): Promise<Pooler> {
  const target = await targetOf(serverUrl('postgres'))
  const [server] = target.kind === 'server' ? target.hosts : []
  if (BINARY === undefined || server === undefined || target.kind !== 'server') throw new Error(NO_POOLER ?? 'no server')
  const folder = mkdtempSync(path.join(os.tmpdir(), 'skills-pool-'))
  const password = target.password === undefined ? '' : ` password=${target.password}`
  writeFileSync(path.join(folder, 'users.txt'), `"${target.user}" ""\n`)
  writeFileSync(
    path.join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${server.host} port=${server.port} user=${target.user}${password}
[pgbouncer]
listen_addr =
listen_port = ${PORT}
unix_socket_dir = ${folder}
auth_type = trust
auth_file = ${folder}/users.txt
pool_mode = transaction
default_pool_size = 4
max_client_conn = 300
`,
  )
  const asRoot = process.getuid?.() === 0
  if (asRoot) {
    chmodSync(folder, 0o755)
    chownSync(folder, UNPRIVILEGED, UNPRIVILEGED)
  }
  const child = spawn(
    'sh',
    ['-c', '"$@" & p=$!; cat >/dev/null; kill -INT $p; wait $p', 'sh', BINARY, path.join(folder, 'pgbouncer.ini')],
    {
      ...(asRoot ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}),
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  )
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for (let i = 0; !existsSync(path.join(folder, `.s.PGSQL.${PORT}`)); i++) {
    if (i > 200) throw new Error(`pgbouncer did not start: ${log}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return {
    url: (database) => `postgres://${target.user}@/${database}?host=${encodeURIComponent(folder)}&port=${PORT}`,
    stop: async () => {
      child.stdin.end()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
