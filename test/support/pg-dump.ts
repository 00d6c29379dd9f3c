import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

const DEBIAN = '/usr/lib/postgresql'

/** The newest pg_dump of this machine: it can dump servers of its own version and older ones. */
export function findPgDump(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : []
  const files = [
    ...versions.map((version) => path.join(DEBIAN, version, 'bin/pg_dump')),
    '/usr/local/bin/pg_dump',
    '/opt/homebrew/bin/pg_dump',
  ]
  return files.find((file) => existsSync(file))
}
