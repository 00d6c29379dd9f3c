import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { scratch } from '../support/scratch.ts'

const CI = path.resolve(import.meta.dirname, '../../.ci')

interface Packing {
  ARCHIVE: string
  packEmbedded(folder: string): Promise<void>
}

test(
  'the archive of a new database is made again when it is older than the script or PGlite, and else kept',
  { timeout: 60_000 },
  async () => {
    const { ARCHIVE, packEmbedded } = (await import(pathToFileURL(path.join(CI, 'pack-embedded.js')).href)) as Packing
    const folder = scratch({ [ARCHIVE]: 'kept' })
    const file = path.join(folder, ARCHIVE)
    await packEmbedded(folder)
    expect(readFileSync(file, 'utf8')).toBe('kept')
    for (const source of [path.join(CI, 'pack-embedded.js'), path.resolve(CI, '../node_modules/@electric-sql/pglite/package.json')]) {
      const { mtimeMs } = statSync(source)
      utimesSync(file, mtimeMs / 1000 - 1, mtimeMs / 1000 - 1)
      await packEmbedded(folder)
      expect(statSync(file).size).toBeGreaterThan(1_000_000)
      writeFileSync(file, 'kept')
    }
  },
)

test.each([
  ['nothing', undefined, []],
  ['the installed packages', 'node_modules/.package-lock.json', ['run --silent build']],
  ['the script of the archive', '.ci/pack-embedded.js', ['run --silent build']],
  ['a source', 'src/index.ts', ['run --silent build']],
  ['the list of packages', 'package-lock.json', ['ci --include=dev --no-audit --no-fund']],
])('when %s is newer than what it makes, the bootstrap makes that again', (_, newer, expected) => {
  const root = scratch({ 'npm.cjs': "require('fs').appendFileSync('ran', process.argv.slice(2).join(' ') + '\\n')", ran: '' })
  const at = (name: string, seconds: number): void => {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    if (name === '.ci/bootstrap.js') copyFileSync(path.join(CI, 'bootstrap.js'), file)
    else writeFileSync(file, name === 'package.json' ? '{"type":"module"}' : '')
    utimesSync(file, seconds, seconds)
  }
  const sources = ['package-lock.json', 'src/index.ts', 'package.json', '.ci/build.js', '.ci/pack-embedded.js', '.ci/bootstrap.js']
  for (const name of sources) at(name, 1_000)
  at('node_modules/.package-lock.json', 2_000)
  at('dist/index.d.ts', 3_000)
  if (newer !== undefined) at(newer, newer === 'package-lock.json' ? 2_500 : 4_000)
  utimesSync(path.join(root, 'src'), 1_000, 1_000)
  const env = { PATH: process.env['PATH'] ?? '', npm_execpath: path.join(root, 'npm.cjs') }
  expect(spawnSync(process.execPath, [path.join(root, '.ci/bootstrap.js')], { env, encoding: 'utf8' }).status).toBe(0)
  expect(readFileSync(path.join(root, 'ran'), 'utf8').split('\n').slice(0, -1)).toEqual(expected)
})
