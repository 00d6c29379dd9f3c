import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { transform } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { findConfigFile } from '../../src/config/config-file.ts'
import { EXIT, SkillsError } from '../../src/core/errors.ts'
import { readChecks } from '../../src/verify/read-checks.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8')

/** The options on the help page of each command: `true` for an option with a value. */
const options = new Map<string, Map<string, boolean>>()
/** The usage line of each command. */
const usages = new Map<string, string>()

beforeAll(() => Promise.all([[], ...COMMANDS.map(({ name }) => name.split(' '))].map(readHelp)))

/** Reads the help page of a command. */
async function readHelp(command: readonly string[]): Promise<void> {
  const { code, stdout } = await runSkills([...command, '--help'])
  expect(code).toBe(0)
  const name = command.join(' ')
  const flags = new Map<string, boolean>()
  for (const [, short, long = '', value] of stdout.matchAll(/^ {2}(?:(-\w|--[a-z-]+), )?(--[a-z-]+)( [<[])?/gm)) {
    flags.set(long, value === ' <')
    if (short !== undefined) flags.set(short, value === ' <')
  }
  options.set(name, flags)
  usages.set(name, /^Usage: skills ?(.*)$/m.exec(stdout)?.[1] ?? '')
}

interface Block {
  language: string
  text: string
}

function blocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', text = '']) => ({ language, text }))
}

/** Every command line of `skills` in blocks and inline code, without `npx`, variables and comments. */
function commandLines(markdown: string): string[] {
  const inBlocks = blocks(markdown)
    .filter(({ language }) => ['sh', 'console', 'yaml'].includes(language))
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => !line.startsWith('  →') && !line.startsWith('error '))
  const inline = [...markdown.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  return [...inBlocks, ...inline].flatMap((line) => {
    const match = /^(?:\s*- run: |\$ )?(?:[A-Z_]+=\S* )*(?:npx (?:--no )?)?skills( .*|)$/.exec(line.replace(/\s+#.*$/, ''))
    return match === null ? [] : [(match[1] ?? '').trim()]
  })
}

/** The faults of a command line; none when its command and options exist. */
function faultsOf(line: string): string[] {
  // `skills help migrate` is the help of a command
  const words = [...line.replace(/^help /, '').matchAll(/"[^"]*"|\S+/g)].map(([word]) => word)
  const command = [2, 1, 0].map((length) => words.slice(0, length).join(' ')).find((name) => options.has(name)) ?? ''
  const rest = words.slice(command === '' ? 0 : command.split(' ').length)
  const known = options.get(command) ?? new Map<string, boolean>()
  const faults: string[] = []
  const operands: string[] = []
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? ''
    if (word === '...') continue
    if (!word.startsWith('-')) {
      operands.push(word)
      continue
    }
    const takesValue = known.get(word)
    if (takesValue === undefined) faults.push(`skills ${command} has no option ${word}`)
    if (takesValue === true && (rest[++i] ?? '-').startsWith('-')) faults.push(`${word} needs a value`)
  }
  const usage = usages.get(command) ?? ''
  if (operands.length > 0 && !/\[(?!options|command)|</.test(usage))
    faults.push(`skills ${command} has no argument for ${operands.join(' ')}`)
  return faults.map((fault) => `${line}: ${fault}`)
}

/** The rows of the table with these titles, as cells. */
function table(markdown: string, ...titles: string[]): string[][] {
  const lines = markdown.split('\n')
  const head = lines.findIndex((line) => line.startsWith(`| ${titles.join(' | ')} |`))
  expect(head, `a table with the titles ${titles.join(', ')}`).not.toBe(-1)
  const end = lines.findIndex((line, i) => i > head && !line.startsWith('|'))
  return lines.slice(head + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

describe('README.md', () => {
  test('command lines -> the commands and options exist', () => {
    const lines = commandLines(readme)
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.flatMap(faultsOf)).toEqual([])
  })

  test('command lines that do not exist -> found', () => {
    expect(['migrate --fast', 'frobnicate', 'migrate --dir', 'quickstart now', '--fast'].map((line) => faultsOf(line).length)).toEqual([
      1, 1, 1, 1, 1,
    ])
    expect(
      ['migrate status --exit-code', 'sync a b --prune delete', 'stats --embedded', 'migrate new "add x" --dir d'].flatMap(faultsOf),
    ).toEqual([])
  })

  test('table of exit codes -> the same as EXIT', () => {
    const codes = table(readme, 'code', 'meaning').map(([code]) => Number(code))
    expect(codes).toEqual(Object.values(EXIT))
  })

  test('table of configuration keys -> the keys that the loader knows, and the example loads', async () => {
    const keys = table(readme, 'key', 'option', 'variable', 'default').map(([key = '']) => key.replaceAll('`', ''))
    const unknown = scratch({ 'skills.config.json': '{"nonsense": 1}' })
    const refusal = await findConfigFile([unknown]).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(SkillsError)
    expect((refusal as SkillsError).hint).toBe(`known keys: ${keys.join(', ')}`)
    const example = blocks(readme).find(({ language }) => language === 'json')?.text ?? ''
    expect((await findConfigFile([scratch({ 'skills.config.json': example })]))?.config).toEqual(JSON.parse(example))
  })

  test('SKILLS_ variables -> the ones that the settings read', () => {
    const named = new Set(readme.match(/\bSKILLS_[A-Z]+\b/g))
    const read = new Set(readFileSync(path.join(ROOT, 'src/config/setting-table.ts'), 'utf8').match(/\bSKILLS_[A-Z]+\b/g))
    expect([...named].toSorted()).toEqual([...read].toSorted())
  })

  test('library example -> it compiles and runs', async () => {
    const example = blocks(readme).find(({ language }) => language === 'ts')?.text ?? ''
    const cwd = scratch({
      'package.json': '{"type": "module"}',
      'example.ts': `${example}\nexport {}\n`,
      'example.js': (await transform(example, { loader: 'ts', target: 'node20' })).code,
      'tsconfig.json': JSON.stringify({
        extends: path.join(ROOT, 'tsconfig.json'),
        compilerOptions: {
          paths: { 'skills-registry': [path.join(ROOT, 'src/index.ts')] },
          typeRoots: [path.join(ROOT, 'node_modules/@types')],
        },
        include: ['example.ts'],
        exclude: [],
      }),
      'db/migrations/001_notes.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY);\n',
      'skills/one/SKILL.md': '---\nname: one\ndescription: The skill of an example.\n---\n',
    })
    mkdirSync(path.join(cwd, 'node_modules'))
    symlinkSync(ROOT, path.join(cwd, 'node_modules/skills-registry'))
    const types = spawnSync(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', cwd], { cwd, encoding: 'utf8' })
    expect(types.stdout.split('\n').filter((line) => /^(?:example\.ts|tsconfig\.json|error )/.test(line))).toEqual([])
    const run = spawnSync(process.execPath, ['example.js'], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    })
    expect(run).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/: \d+ applied, 0 before\n1 added, 0 changed\n0 uses in the last seven days\n$/),
    })
  })
})

test('docs/verify.md: table of checks -> every check with its severity and title', async () => {
  const text = readFileSync(path.join(ROOT, 'docs/verify.md'), 'utf8')
  const listed = table(text, 'check', 'severity', 'passes when').map((cells) => cells.join(' '))
  const checks = readChecks([{ directory: path.join(ROOT, 'sql/verify'), label: 'sql/verify', own: true }])
  expect(listed).toEqual(checks.map(({ id, severity, title }) => `\`${id}\` ${severity} ${title}`))
})
