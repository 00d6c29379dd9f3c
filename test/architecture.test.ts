import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const SRC = path.resolve(import.meta.dirname, '../src')

/** The layers of docs/architecture.md, lowest first: each imports only from itself and from the ranks below. */
const RANKS = [
  ['core'],
  ['files'],
  ['config', 'db', 'sqltext', 'render'],
  ['migrations', 'registry', 'verify', 'stats', 'telemetry', 'mining', 'explain', 'doctor'],
  ['api'],
  ['index.ts'],
  ['cli'],
]

/** A folder for each command; they do not import one another. quickstart shows the views of others, so it is above them. */
const COMMANDS = readdirSync(path.join(SRC, 'cli/commands'))
  .filter((name) => name !== 'quickstart')
  .map((name) => `commands/${name}`)

/** The rooms of a layer that has some, lowest first, as for the layers. */
const ROOMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  sqltext: [['lexer'], ['statements'], ['locate', 'hazards'], ['targets']],
  migrations: [['layouts'], ['files'], ['ledger'], ['run', 'import', 'dump'], ['squash']],
  cli: [
    ['parse'],
    ['spec.ts'],
    ['command-table.ts'],
    ['output'],
    ['live'],
    ['run'],
    COMMANDS,
    ['commands/quickstart'],
    ['main.ts'],
    ['skills.ts', 'skills-migrate.ts'],
  ],
  registry: [['rules'], ['skill'], ['front-matter'], ['cache'], ['reading'], ['table', 'lint', 'authoring', 'watch-folders.ts']],
}

/** What a file may hold only when it is named here. */
const RESERVED: readonly { what: string; pattern: RegExp; allowed: readonly string[] }[] = [
  { what: 'sets the exit code', pattern: /\bprocess\s*\.\s*exitCode\b/, allowed: ['cli/main.ts'] },
  {
    what: 'ends the process',
    pattern: /\bprocess\s*\.\s*(?:exit|abort|reallyExit)\b(?!Code)/,
    allowed: ['cli/main.ts', 'cli/live/interrupt.ts'],
  },
  {
    what: 'touches a stream of the process',
    pattern: /\bprocess\s*\.\s*(?:stdout|stderr|stdin)\b/,
    allowed: ['cli/main.ts', 'cli/output/io.ts'],
  },
  {
    what: 'takes apart or renames process',
    pattern: /=\s*process\s*$|=\s*process\s*;|\bnode:process\b/m,
    allowed: ['cli/run/run-command.ts'],
  },
  { what: 'reads rows without declaring their columns', pattern: /\bdb\s*\.\s*(?:run|query)</, allowed: [] },
  { what: 'uses the console', pattern: /\bconsole\s*[.[]/, allowed: [] },
  { what: 'has a default export', pattern: /^export\s+default\b|^export\s*\{[^}]*\bas\s+default\b/m, allowed: [] },
  { what: 'uses any', pattern: /(?:[:<|&,=(]|\bas|\bextends)\s*any\b(?!\s*[:(=]|\w)|\bany\[\]/, allowed: [] },
  { what: 'hands on the exports of others', pattern: /^export\s+(?:type\s+)?(?:\*|\{[^}]*\}\s*from\b)/m, allowed: ['index.ts'] },
]

/** Layers whose values the command line imports; of the others only types. */
const FOR_CLI = new Set(['cli', 'api', 'config', 'core', 'files', 'render'])

/** Functions of node:fs that create, change or remove something; `open` can do so too. */
const WRITES =
  /^(?:appendFile|chmod|chown|copyFile|cp|createWriteStream|fchmod|fchown|fdatasync|fsync|ftruncate|futimes|lchmod|lchown|link|lutimes|mkdir|mkdtemp|open|openAsBlob|rename|rm|rmdir|symlink|truncate|unlink|utimes|write|writeFile|writev)(?:Sync)?$/

/** They open files with O_RDONLY, to look at the descriptor before reading. */
const OPENS_TO_READ = new Set(['config/named-file.ts', 'config/project-files.ts'])

/** Layers that must give the same for the same input on any machine. */
const PURE = new Set(['core', 'sqltext', 'render'])

interface Source {
  /** Relative to `src`, with `/`. */
  file: string
  text: string
}

/** Every breach of the layering, as `file: what`. */
function breaches(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, text }) => {
    const { imports, code } = parse(text)
    const found = [...imports.flatMap((one) => forbiddenImport(file, one)), ...writesOf(file, text)]
    for (const { what, pattern, allowed } of RESERVED) if (!allowed.includes(file) && pattern.test(code)) found.push(what)
    if (rankOf(layerOf(file)) === -1) found.push('is in no layer')
    if (file.endsWith('/index.ts')) found.push('is a barrel')
    return found.map((what) => `${file}: ${what}`)
  })
}

function forbiddenImport(file: string, { specifier, isType }: Import): string[] {
  if (!specifier.startsWith('.')) {
    const impure = /^(?:node:|(?:fs|net|tls|os|process|child_process|http)\b)/.test(specifier) && specifier !== 'node:crypto'
    return PURE.has(layerOf(file)) && impure ? [`imports ${specifier}, and ${layerOf(file)} is pure`] : []
  }
  const target = path.posix.join(path.posix.dirname(file), specifier)
  const [from, to] = [layerOf(file), layerOf(target)]
  if (target.startsWith('..')) return [`imports ${specifier}, which is outside of src`]
  const isFit = from === to ? isFitInside(from, roomOf(file), roomOf(target)) : rankOf(to) < rankOf(from)
  if (isFit && from === 'cli' && !isType && !FOR_CLI.has(to)) return [`imports ${target} past the api`]
  return isFit ? [] : [`imports ${target}`]
}

/** Files are written, renamed and removed by the layer `files` alone, which follows no link out of the project. */
function writesOf(file: string, text: string): string[] {
  if (layerOf(file) === 'files') return []
  const isAllowed = (name: string): boolean => OPENS_TO_READ.has(file) && name.startsWith('open')
  const named = [...text.matchAll(/^import\s*\{([^}]*)\}\s*from\s*'(?:node:)?fs(?:\/promises)?'/gm)].flatMap(([, names = '']) =>
    names.split(','),
  )
  const whole =
    /^import\s+(?:\*\s+as\s+)?\w+[^'{]*from\s*'(?:node:)?fs(?:\/promises)?'/m.test(text) ||
    /\b(?:import|require)\(\s*'(?:node:)?fs/.test(text)
  const functions = named.map((name) => name.replace(/\bas\b.*/, '').trim()).filter((name) => WRITES.test(name) && !isAllowed(name))
  return [...functions.map((name) => `imports ${name} of node:fs`), ...(whole ? ['imports all of node:fs'] : [])]
}

function isFitInside(layer: string, from: string, to: string): boolean {
  const rooms = ROOMS[layer]
  if (rooms === undefined || from === to) return true
  const rank = (room: string): number => rooms.findIndex((some) => some.includes(room))
  return rank(to) !== -1 && rank(to) < rank(from)
}

function roomOf(file: string): string {
  const [layer, room = '', folder = ''] = file.split('/')
  if (layer !== 'cli' || room !== 'commands') return room
  // a spec is loaded at every start: it imports less than its command
  return file.endsWith('/spec.ts') ? 'spec.ts' : `commands/${folder}`
}

function layerOf(file: string): string {
  return file.split('/')[0] ?? ''
}

function rankOf(layer: string): number {
  return RANKS.findIndex((layers) => layers.includes(layer))
}

interface Import {
  specifier: string
  /** `import type` */
  isType: boolean
}

/** All imports, dynamic and of types too, and the code without comments, strings and regular expressions. */
function parse(text: string): { imports: Import[]; code: string } {
  const regex = String.raw`(?<=(?:^|[=(,:[!&|?{};>])\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*`
  const token = new RegExp(
    String.raw`(\/\/[^\n]*|\/\*[^]*?\*\/|${regex})|('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|\x60(?:[^\x60\\]|\\[^])*\x60`,
    'g',
  )
  const imports: Import[] = []
  const code = text.replace(token, (all, gone: string | undefined, literal: string | undefined, offset: number) => {
    if (gone !== undefined) return ' '
    // template literals stay: there is code in them
    if (literal === undefined) return all
    const before = text.slice(0, offset)
    if (/\b(?:from|import)\s*\(?\s*$/.test(before))
      imports.push({ specifier: literal.slice(1, -1), isType: /\bimport\s+type\b[^'"]*$/.test(before) })
    return "''"
  })
  return { imports, code }
}

test('architecture: the imports of src -> no breach of the layers', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const sources = files.map((file) => ({ file: file.replaceAll(path.sep, '/'), text: readFileSync(path.join(SRC, file), 'utf8') }))
  expect(sources.length).toBeGreaterThan(50)
  expect(breaches(sources)).toEqual([])
})

describe('the walk finds', () => {
  const IMPORT = 'imports'
  test.each<[string, string, string, string]>([
    ['an import of a higher layer', 'core/a.ts', "import { b } from '../db/b.ts'", `${IMPORT} db/b.ts`],
    ['an import of a type', 'core/a.ts', "import type { B } from '../db/b.ts'", `${IMPORT} db/b.ts`],
    ['an import over several lines', 'core/a.ts', "import {\n  a,\n  b,\n} from '../config/b.ts'", `${IMPORT} config/b.ts`],
    ['an import for its effect', 'db/a.ts', 'import "../stats/b.ts"', `${IMPORT} stats/b.ts`],
    ['a dynamic import', 'verify/a.ts', "const { b } = await import('../stats/b.ts')", `${IMPORT} stats/b.ts`],
    ['the type of an import', 'verify/a.ts', "let b: typeof import('../stats/b.ts')", `${IMPORT} stats/b.ts`],
    ['neighbours in the middle', 'config/a.ts', "import { b } from '../render/b.ts'", `${IMPORT} render/b.ts`],
    ['a higher room of a feature', 'registry/skill/a.ts', "import { b } from '../table/b.ts'", `${IMPORT} registry/table/b.ts`],
    ['another room of the same height', 'registry/lint/a.ts', "import { b } from '../table/b.ts'", `${IMPORT} registry/table/b.ts`],
    ['one feature in another', 'registry/deep/a.ts', "import { b } from '../../migrations/b.ts'", `${IMPORT} migrations/b.ts`],
    ['the index in a feature', 'stats/a.ts', "import { b } from '../index.ts'", `${IMPORT} index.ts`],
    ['the shell in the index', 'index.ts', "import { b } from './cli/b.ts'", `${IMPORT} cli/b.ts`],
    ['a feature in the shell', 'cli/run/a.ts', "import { b } from '../../stats/b.ts'", `${IMPORT} stats/b.ts past the api`],
    ['a higher room of the shell', 'cli/parse/a.ts', "import { b } from '../run/b.ts'", `${IMPORT} cli/run/b.ts`],
    ['a command in a spec', 'cli/commands/sync/spec.ts', "import { b } from './run.ts'", `${IMPORT} cli/commands/sync/run.ts`],
    ['one command in another', 'cli/commands/diff/a.ts', "import { b } from '../sync/b.ts'", `${IMPORT} cli/commands/sync/b.ts`],
    ['a way out of src', 'cli/a.ts', "import { b } from '../../test/b.ts'", `${IMPORT} ../../test/b.ts, which is outside of src`],
    ['a file system in a pure layer', 'render/a.ts', "import { readFileSync } from 'node:fs'", `${IMPORT} node:fs, and render is pure`],
    ['a folder of no layer', 'utils/a.ts', '', 'is in no layer'],
    ['a barrel', 'db/index.ts', '', 'is a barrel'],
    ['exports handed on', 'db/a.ts', "export { b } from './b.ts'", 'hands on the exports of others'],
    ['all exports handed on', 'db/a.ts', "export * from './b.ts'", 'hands on the exports of others'],
    ['a default export', 'db/a.ts', 'export default function a() {}', 'has a default export'],
    ['an exit code', 'cli/run-command.ts', 'process.exitCode = 1', 'sets the exit code'],
    ['an exit', 'db/a.ts', 'if (bad) process.exit(1)', 'ends the process'],
    ['an exit in a template', 'db/a.ts', 'const a = `${process.exit(1)}`', 'ends the process'],
    ['a stream', 'cli/progress.ts', 'process.stderr.write(text)', 'touches a stream of the process'],
    ['the process by another name', 'db/a.ts', "import p from 'node:process'\nconst q = process\n", 'takes apart or renames process'],
    ['the console', 'stats/a.ts', "console.log('x')", 'uses the console'],
    ['any', 'stats/a.ts', 'function a(b: any): void {}', 'uses any'],
    ['any as an argument of a type', 'stats/a.ts', 'const a: Record<string, any> = {}', 'uses any'],
    ['any after a cast', 'stats/a.ts', 'const a = b as any', 'uses any'],
    ['a file that is written', 'db/a.ts', "import { readFileSync, writeFileSync } from 'node:fs'", `${IMPORT} writeFileSync of node:fs`],
    ['a file that is removed', 'telemetry/a.ts', "import { rm } from 'node:fs/promises'", `${IMPORT} rm of node:fs`],
    [
      'a writing function by another name',
      'db/a.ts',
      "import {\n  type Stats,\n  openSync as look,\n} from 'node:fs'",
      `${IMPORT} openSync of node:fs`,
    ],
    ['all of the file system', 'db/a.ts', "import * as fs from 'node:fs'", `${IMPORT} all of node:fs`],
    ['a breach behind a string with a quote', 'stats/a.ts', `const a = "it's"; console.log(a) // it's`, 'uses the console'],
    [
      'a breach behind a regular expression with a quote',
      'stats/a.ts',
      "const a = /['`]/.test(b); console.log(a) // `",
      'uses the console',
    ],
  ])('%s', (_, file, text, what) => {
    expect(breaches([{ file, text }])).toEqual([`${file}: ${what}`])
  })

  test.each<[string, string, string]>([
    [
      'what is allowed',
      'stats/a.ts',
      "import { b } from '../db/b.ts'\nimport type { c } from '../core/c.ts'\nimport { d } from './d.ts'\nimport { statSync } from 'node:fs'",
    ],
    [
      'comments and strings',
      'stats/a.ts',
      "// import '../cli/a.ts', console.log, process.exit()\n/* export default */ const a = 'process.exit(1): any'",
    ],
    ['words that only look alike', 'stats/a.ts', 'const process_exit = company.exitCode\nconst many: Company = anything'],
    ['the exceptions', 'cli/main.ts', 'process.exitCode = 1; process.exit(70); process.stderr.write(a)'],
    ['types of a feature in the shell', 'cli/run/a.ts', "import type { B } from '../../stats/b.ts'"],
    ['the barrel', 'index.ts', "export { a } from './db/a.ts'\nexport type { B } from './stats/b.ts'"],
  ])('nothing in %s', (_, file, text) => {
    expect(breaches([{ file, text }])).toEqual([])
  })
})
