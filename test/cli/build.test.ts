import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { scratch } from '../support/scratch.ts'

const CI = path.resolve(import.meta.dirname, '../../.ci')

interface Packing {
  isCurrent(archive: string): boolean
}

test.each([
  ['the script', path.join(CI, 'pack-embedded.js')],
  ['PGlite', path.resolve(CI, '../node_modules/@electric-sql/pglite/package.json')],
])('build: the archive of a new database is older than %s -> it is made again', async (_, source) => {
  const { isCurrent } = (await import(pathToFileURL(path.join(CI, 'pack-embedded.js')).href)) as Packing
  const folder = scratch({ archive: '' })
  const file = path.join(folder, 'archive')
  expect(isCurrent(path.join(folder, 'none'))).toBe(false)
  expect(isCurrent(file)).toBe(true)
  const { mtimeMs } = statSync(source)
  utimesSync(file, mtimeMs / 1000 - 1, mtimeMs / 1000 - 1)
  expect(isCurrent(file)).toBe(false)
})

test.each([
  ['nothing', undefined, []],
  ['the installed packages', 'node_modules/.package-lock.json', ['run --silent build']],
  ['the script of the archive', '.ci/pack-embedded.js', ['run --silent build']],
  ['a source', 'src/index.ts', ['run --silent build']],
  ['the list of packages', 'package-lock.json', ['ci --include=dev --no-audit --no-fund']],
])('bootstrap: %s is newer -> it runs what is out of date', (_, newer, expected) => {
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
