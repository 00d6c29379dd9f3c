import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')

/** Every Markdown file for people, relative to the root of the project. */
const files = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]
const records = readdirSync(path.join(ROOT, 'docs/adr')).filter((file) => /^\d/.test(file))

/** What a text names, with the file: `docs/x.md: src/y.ts`. */
function namedIn(named: (text: string, file: string) => string[]): string[] {
  return files.flatMap((file) => named(read(file), file).map((what) => `${file}: ${what}`))
}

test('links of the documents: read -> each leads to a file', () => {
  const broken = namedIn((text, file) =>
    [...text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^(?:[a-z]+:|#)/.test(target))
      .filter((target) => !existsSync(path.resolve(ROOT, path.dirname(file), target.replace(/#.*$/, '')))),
  )
  expect(broken).toEqual([])
})

test('paths in the documents: read -> each exists', () => {
  const paths = namedIn((text) => text.match(/(?<![\w./<-])(?:src|sql|test|bench|bin|\.ci|docs)\/[\w./-]*\w/g) ?? [])
  expect(paths.length).toBeGreaterThan(50)
  expect(paths.filter((line) => !existsSync(path.join(ROOT, line.replace(/^.*: /, ''))))).toEqual([])
})

test('npm scripts in the documents: read -> each exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = namedIn((text) => [...text.matchAll(/npm run ([a-z]+(?::[a-z]+)*)/g)].map(([, name = '']) => name))
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter((line) => scripts[line.replace(/^.*: /, '')] === undefined)).toEqual([])
})

test('docs/adr: numbers -> no gaps, and the title has the number of the file', () => {
  expect(records.map((file) => Number(file.slice(0, 4)))).toEqual(records.map((_, i) => i + 1))
  const titles = records.map((file) => /^# (\d+)\. \S/.exec(read(`docs/adr/${file}`))?.[1])
  expect(titles).toEqual(records.map((_, i) => String(i + 1)))
})

test('docs/adr/README.md: read -> one line for each decision, in order', () => {
  const linked = [...read('docs/adr/README.md').matchAll(/^\| \[\d+\]\((.*?)\) \| .+ \| .+ \|$/gm)].map(([, file]) => file)
  expect(linked).toEqual(records)
})

test('docs/adr/0001: read -> a line for every dependency', () => {
  const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>
  const listed = [...read('docs/adr/0001-dependencies-and-bundling.md').matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \|/gm)].flatMap(
    ([, names = '']) => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  )
  expect(listed.toSorted()).toEqual([...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)].toSorted())
})

test.each(['docs/security.md', 'docs/migrate.md'])('%s: read -> each promise names a test that exists', (file) => {
  const tables = [...read(file).matchAll(/^\| promise \|.*\n\|---.*\n((?:\|.*\n)*)/gm)].map(([, body = '']) => body)
  const rows = tables.flatMap((table) => [...table.matchAll(/^\| (.+?) \| (.+) \|$/gm)])
  const missing = rows.flatMap(([, promise = '', cell = '']) => {
    const [, where = '', title = ''] = /^`(test\/[\w./-]+)`: (.+)$/.exec(cell) ?? []
    return where !== '' && existsSync(path.join(ROOT, where)) && read(where).includes(title.replaceAll('\\|', '|')) ? [] : [promise]
  })
  expect(missing).toEqual([])
})

test('docs/verify-peers.md: read -> each check and each heading that it names exists, and each lint of splinter has a line', () => {
  const checks = new Set(
    readdirSync(path.join(ROOT, 'sql/verify')).flatMap((file) =>
      [...read(`sql/verify/${file}`).matchAll(/^-- check: (\S+)$/gm)].map(([, id]) => id),
    ),
  )
  const text = read('docs/verify-peers.md')
  const named = [...text.matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, id = '']) => id).filter((id) => id !== 'auth.users')
  expect(named.length).toBeGreaterThan(80)
  expect([...new Set(named)].filter((id) => !checks.has(id))).toEqual([])
  const headings = [...text.matchAll(/\]\(([\w.-]+)#([\w-]+)\)/g)].filter(
    ([, file = '', anchor = '']) =>
      ![...read(`docs/${file}`).matchAll(/^## (.*)$/gm)].some(([, title = '']) => title.toLowerCase().replaceAll(' ', '-') === anchor),
  )
  expect(headings.map(([link]) => link)).toEqual([])
  const lints = [...text.matchAll(/^\| (\d{4}) \w+ \| .+ \|$/gm)].map(([, number]) => Number(number))
  expect(lints).toEqual(Array.from({ length: 29 }, (_, i) => i + 1))
})
