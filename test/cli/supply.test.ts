import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const run = promisify(execFile)
const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
  files: string[]
}

interface Bundler {
  bundle(options: { write: boolean }): Promise<{ outputs: Record<string, { imports: { path: string; external?: boolean }[] }> }[]>
}

/** The package as npm installs it: its published files, and its dependencies only. */
function installed(): string {
  const folder = scratch()
  for (const name of ['package.json', ...manifest.files]) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true })
  for (const name of Object.keys(manifest.dependencies)) {
    const place = path.join(folder, 'node_modules', name)
    mkdirSync(path.dirname(place), { recursive: true })
    symlinkSync(path.join(ROOT, 'node_modules', name), place)
  }
  return folder
}

test('dependencies: the code in dist/ -> it imports exactly the packages that are installed with it', async () => {
  const { bundle } = (await import(pathToFileURL(path.join(ROOT, '.ci/bundle.js')).href)) as Bundler
  const imported = (await bundle({ write: false }))
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ imports }) => imports)
    .filter((entry) => entry.external === true && !entry.path.startsWith('.') && !isBuiltin(entry.path))
    .map((entry) => entry.path)
  expect([...new Set(imported)].toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted())
})

test('installed package: without development dependencies -> every command runs', async () => {
  const bin = path.join(installed(), 'bin/skills.js')
  const cwd = scratch({ '.env': 'SKILLS_TEST=1\n', 'skills.config.json': '{}' })
  writeFiles(cwd, {
    'skills/one/SKILL.md': '---\nname: one\ndescription: A skill of a test. Use it there.\nversion: "1.0.0"\n---\n\nBody.\n',
  })
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd }
  const skills = (...args: string[]): Promise<{ stdout: string }> => run(process.execPath, [bin, ...args], { cwd, env })
  for (const { name } of COMMANDS) expect((await skills(...name.split(' '), '--help')).stdout).toContain('Usage: skills')
  expect((await skills('migrate', '--embedded', '--color')).stdout).toContain('applied')
  expect((await skills('sync', '--embedded', '--color')).stdout).toContain('1 added')
  expect((await skills('lint', 'skill?', '--color')).stdout).toContain('1 skill')
})

test('archive of the embedded database: packed in another time zone and language -> the same bytes', async () => {
  const folder = scratch()
  const pack = async (name: string, env: Record<string, string>): Promise<Buffer> => {
    const file = path.join(folder, name)
    await run(process.execPath, [path.join(ROOT, '.ci/pack-embedded.js'), file], { env: { PATH: process.env['PATH'] ?? '', ...env } })
    return readFileSync(file)
  }
  const first = await pack('first', { TZ: 'UTC', LANG: 'C' })
  expect(first.equals(await pack('second', { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8' }))).toBe(true)
})

test('npm run sbom: the bundled packages and the dependencies -> each is a component, without an address', async () => {
  await run(process.execPath, [path.join(ROOT, '.ci/sbom.js')], { cwd: ROOT })
  const text = readFileSync(path.join(ROOT, 'dist/sbom.cdx.json'), 'utf8')
  const { components } = JSON.parse(text) as { components: { 'bom-ref': string; scope: string }[] }
  const noticed = [...readFileSync(path.join(ROOT, 'THIRD-PARTY-NOTICES'), 'utf8').matchAll(/^-{80}\n\n(\S+) (\S+) \(/gm)].map(
    ([, name = '', version = '']) => `${name}@${version}`,
  )
  const own = Object.entries(manifest.dependencies).map(([name, version]) => `${name}@${version}`)
  expect(noticed.length).toBeGreaterThan(20)
  expect(components.map((component) => component['bom-ref'])).toEqual(expect.arrayContaining([...noticed, ...own]))
  expect(components.length).toBeLessThanOrEqual(noticed.length + 5)
  expect(text.replace(/^ *"\$schema".*$/m, '')).not.toMatch(/https?:\/\//)
})
