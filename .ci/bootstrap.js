// Installs and builds what is missing or out of date. Plain Node: it runs before the dependencies are installed.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

const root = path.dirname(import.meta.dirname)
const INSTALLED = 'node_modules/.package-lock.json'

if (newest('package-lock.json') > newest(INSTALLED)) npm('installing the dependencies', 'ci', '--include=dev', '--no-audit', '--no-fund')
// packages are bundled, and one of them creates the archive of a new database
if (
  Math.max(
    ...[
      'src',
      'sql/migrations',
      'sql/catalog',
      'package.json',
      '.ci/build.js',
      '.ci/bundle.js',
      '.ci/pack-embedded.js',
      '.ci/schema-manifest.js',
      INSTALLED,
    ].map(newest),
  ) > newest('dist/index.d.ts')
)
  npm('building', 'run', '--silent', 'build')

/** Time of the latest change in a file or folder; 0 when it does not exist. */
function newest(name) {
  const place = path.join(root, name)
  if (!existsSync(place)) return 0
  const stat = statSync(place)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(place).map((entry) => newest(path.join(name, entry))))
}

function npm(what, ...args) {
  console.error(`${what} (npm ${args[0]}) ...`)
  const script = process.env.npm_execpath
  const [command, ...first] = script === undefined ? ['npm'] : [process.execPath, script]
  const { status, error } = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
  if (error !== undefined) console.error(error.message)
  if (status !== 0) process.exit(status ?? 1)
}
