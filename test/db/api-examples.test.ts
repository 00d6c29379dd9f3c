import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { transform } from 'esbuild'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import * as library from '../../src/index.ts'
import { scratch } from '../support/scratch.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** The examples of docs/api.md by heading, in order: they share a database, as a reader's would. */
const examples = [
  ...readFileSync(path.join(ROOT, 'docs/api.md'), 'utf8').matchAll(/^### (\w+)\n(?:(?!^### )[^])*?^```ts\n([^]*?)^```$/gm),
].map(([, name = '', code = '']) => ({ name, code }))

const home = process.cwd()
let db: library.Db

beforeAll(async () => {
  const folder = scratch({
    'db/migrations/20260101_add_ratings.sql': 'CREATE TABLE ratings (id bigint PRIMARY KEY);\n',
    'db/migrations/20260201_add_stars.sql': 'ALTER TABLE ratings ADD COLUMN stars integer;\n',
    'old-skills/walk/meta.json': '{"id": "walk", "description": "A walk outside."}',
  })
  cpSync(path.join(ROOT, 'skills'), path.join(folder, 'skills'), { recursive: true })
  process.chdir(folder)
  db = await library.connect({ embedded: 'memory' })
  await library.migrate(db)
  await library.sync(db)
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
})

afterAll(async () => {
  process.chdir(home)
  await db.close()
})

test('docs/api.md: read -> it has an example for each exported function', () => {
  const functions = Object.entries(library).filter(([name, value]) => typeof value === 'function' && !/^[A-Z]/.test(name))
  expect(examples.map(({ name }) => name).toSorted()).toEqual(functions.map(([name]) => name).toSorted())
})

test.each(examples)('example of $name: run -> no error', async ({ code }) => {
  const { code: script } = await transform(code, { loader: 'ts', format: 'esm' })
  const body = script.replaceAll(/^import (\{.*\}) from "skills-registry";$/gm, 'const $1 = library;')
  const run = Object.getPrototypeOf(async () => undefined).constructor as new (...text: string[]) => (...values: unknown[]) => Promise<void>
  // a block, so that an example can have a `db` of its own
  await new run('library', 'db', `{ ${body} }`)(library, db)
})

test('examples: compile -> no type error', () => {
  const folder = path.join(ROOT, 'node_modules/.cache/api-examples')
  mkdirSync(folder, { recursive: true })
  for (const { name, code } of examples) {
    const text = code.replace("'skills-registry'", "'../../../src/index.ts'")
    const given = text.includes('const db =') ? '' : "import type { Db } from '../../../src/index.ts'\ndeclare const db: Db\n"
    writeFileSync(path.join(folder, `${name}.ts`), given + text)
  }
  const options = { noUnusedLocals: false, rootDir: ROOT, typeRoots: [path.join(ROOT, 'node_modules/@types')] }
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions: options, include: ['*.ts'] }),
  )
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
  expect(spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout).toBe('')
})
