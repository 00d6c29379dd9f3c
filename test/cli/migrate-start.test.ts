import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { freshServer } from '../support/databases.ts'
import { BIN, runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const LEAN = path.resolve(import.meta.dirname, '../../dist/lean')

/** Modules of Node that take a millisecond or more to load. */
const HEAVY: ReadonlySet<string> = new Set([
  'tls',
  'https',
  'http',
  'fs/promises',
  'dns/promises',
  'perf_hooks',
  'worker_threads',
  'child_process',
  'readline',
])

/** What a run loads: the files of the build, and the modules of Node. */
function loadedBy(args: readonly string[]): { files: string[]; modules: string[] } {
  const folder = scratch({
    'hook.cjs': `process.on('exit', () => require('fs').writeFileSync(process.env.LOADED, JSON.stringify({
      files: Object.keys(require.cache).filter((file) => file.includes('/dist/')).map((file) => require('path').basename(file)),
      modules: process.moduleLoadList.filter((one) => one.startsWith('NativeModule ')).map((one) => one.slice(13)),
    })))`,
  })
  const loaded = path.join(folder, 'loaded.json')
  execFileSync(process.execPath, ['-r', path.join(folder, 'hook.cjs'), BIN, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, LOADED: loaded },
  })
  return JSON.parse(readFileSync(loaded, 'utf8')) as { files: string[]; modules: string[] }
}

test('migrate: nothing to do -> loads one file of the build, and no heavy module', async () => {
  const { flags } = await freshServer()
  expect(await runSkills(['migrate', ...flags])).toMatchObject({ code: 0 })
  const { files, modules } = loadedBy(['migrate', ...flags])
  expect(files).toEqual(['skills-migrate.cjs'])
  expect(modules.filter((name) => HEAVY.has(name))).toEqual([])
})

test('--version: loads one small file of the build', () => {
  const { files, modules } = loadedBy(['--version'])
  expect(files).toEqual(['skills.cjs'])
  expect(modules.filter((name) => HEAVY.has(name))).toEqual([])
})

test('build: each KB of the start takes time -> the files have a limit', () => {
  // parsing 30 KB takes about a millisecond
  expect(statSync(path.join(LEAN, 'skills-migrate.cjs')).size).toBeLessThan(200_000)
  expect(statSync(path.join(LEAN, 'skills.cjs')).size).toBeLessThan(20_000)
})
