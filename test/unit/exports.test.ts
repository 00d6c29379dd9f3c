import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const SRC = path.resolve(import.meta.dirname, '../../src')
const index = readFileSync(path.join(SRC, 'index.ts'), 'utf8')

/** The values that src/index.ts exports: the name in their file, and the text before their declaration. */
const exported = [...index.matchAll(/^export \{([^}]*)\} from '(.*)'$/gm)].flatMap(([, names = '', file = '']) => {
  const source = readFileSync(path.join(SRC, file), 'utf8')
  return names.split(',').map((text) => {
    const name = text.trim().split(' ')[0] ?? ''
    const [, doc = '', kind] =
      new RegExp(`(/\\*\\*(?:(?!\\*/)[^])*\\*/\n)?export (?:async )?(function|class|const) ${name}\\b`).exec(source) ?? []
    return { name, doc, kind }
  })
})

test('src/index.ts: read -> every export is declared in the file that it comes from', () => {
  expect(exported.length).toBeGreaterThan(30)
  expect(exported.filter(({ kind }) => kind === undefined)).toEqual([])
})

test('src/index.ts: read -> every exported value has a doc comment, every function also an @example', () => {
  expect(exported.filter(({ doc }) => doc === '').map(({ name }) => name)).toEqual([])
  expect(exported.filter(({ kind, doc }) => kind === 'function' && !doc.includes('@example')).map(({ name }) => name)).toEqual([])
})
