import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/command-table.ts'
import type { CommandSpec } from '../../../src/cli/parse/spec.ts'
import { optionsOf } from '../../../src/cli/parse/spec.ts'
import { bashCompletion } from '../../../src/cli/parse/completion-bash.ts'
import { fishCompletion } from '../../../src/cli/parse/completion-fish.ts'
import { completionPlaces } from '../../../src/cli/parse/completion-words.ts'
import { zshCompletion } from '../../../src/cli/parse/completion-zsh.ts'
import { REPORTERS } from '../../../src/cli/parse/common-options.ts'
import { notationOf } from '../../../src/config/option.ts'
import { CATEGORIES, TIERS } from '../../../src/registry/skill/skill.ts'
import { DIMENSIONS } from '../../../src/stats/read-groups.ts'
import { scratch } from '../../support/scratch.ts'

const PLACES = completionPlaces(COMMANDS)
const MARK = '--- next ---'

/** A shell with our script in it, that prints what it offers for the last word of a command line. */
interface Shell {
  name: string
  argv: readonly string[]
  script: string
  /** Code that does so for one command line. */
  offer: (words: readonly string[]) => string
}

const quoted = (word: string): string => `'${word}'`

const SHELLS: readonly Shell[] = [
  {
    name: 'bash',
    argv: ['bash', '--norc', '-c'],
    script: bashCompletion(PLACES),
    offer: (words) =>
      `COMP_WORDS=(${words.map(quoted).join(' ')}); COMP_CWORD=${words.length - 1}; _skills; printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  {
    name: 'zsh',
    argv: ['zsh', '-f', '-c'],
    // the functions of its completion, which work in an interactive shell only, print what they are given
    script: `compdef() { : }; compset() { PREFIX=\${PREFIX#*=} }; _message() { : }; _files() { print -r -- "files $*" }
      _describe() { local -a all=("\${(@P)@[-1]}"); print -rl -- \${\${(M)all:#$PREFIX*}%%:*} }
      ${zshCompletion(PLACES)}`,
    offer: (words) => `words=(${words.map(quoted).join(' ')}); CURRENT=${words.length}; PREFIX=${quoted(words.at(-1) ?? '')}; _skills`,
  },
  {
    name: 'fish',
    argv: ['fish', '--no-config', '-c'],
    script: fishCompletion(PLACES),
    offer: (words) => `complete -C ${quoted(words.join(' '))} | string replace -r '\\t.*' ''`,
  },
]

/** What each of the command lines is offered. */
function offered({ argv, script, offer }: Shell, lines: readonly (readonly string[])[]): string[][] {
  const code = [script, ...lines.map((words) => `${offer(words)}\necho '${MARK}'`)].join('\n')
  const [command = '', ...args] = argv
  const { stdout, stderr } = spawnSync(command, [...args, code], { encoding: 'utf8', cwd: folder() })
  expect(stderr).toBe('')
  return stdout
    .split(`${MARK}\n`)
    .slice(0, -1)
    .map((answer) => answer.split('\n').filter((word) => word !== ''))
}

function folder(): string {
  const cwd = scratch({ 'lint-me.txt': '' })
  mkdirSync(path.join(cwd, 'db-folder'))
  return cwd
}

const longName = (option: { flags: string }): string => notationOf(option).name
const wordsOf = ({ name }: CommandSpec): string[] => ['skills', ...name.split(' ')]

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0

for (const shell of SHELLS)
  describe.skipIf(!isInstalled(shell.name))(isInstalled(shell.name) ? `in ${shell.name}` : `${shell.name} is not installed`, () =>
    inShell(shell),
  )

function inShell(shell: Shell): void {
  test('completion: each command -> its options and the values of each option', () => {
    const commands = offered(
      shell,
      COMMANDS.map((spec) => [...wordsOf(spec).slice(0, -1), '']),
    )
    expect(COMMANDS.filter((spec, i) => !commands[i]?.includes(wordsOf(spec).at(-1) ?? '')).map(({ name }) => name)).toEqual([])
    const options = offered(
      shell,
      COMMANDS.map((spec) => [...wordsOf(spec), '--']),
    )
    const missing = COMMANDS.flatMap((spec, i) =>
      optionsOf(spec)
        .map(longName)
        .filter((name) => !options[i]?.includes(name)),
    )
    expect(missing).toEqual([])
    const valued = COMMANDS.flatMap((spec) => optionsOf(spec).map((option) => ({ spec, option }))).filter(
      ({ option }) => option.type?.values,
    )
    const values = offered(
      shell,
      valued.map(({ spec, option }) => [...wordsOf(spec), longName(option), '']),
    )
    expect(valued.length).toBeGreaterThan(10)
    expect(values.map((words) => words.toSorted())).toEqual(valued.map(({ option }) => [...(option.type?.values ?? [])].toSorted()))
  })

  test.each<[string[], string[]]>([
    [['mig'], ['migrate']],
    [['help', 'mig'], ['migrate']],
    [['migrate', 'sta'], ['status']],
    [['migrate', 'status', '--exit'], ['--exit-code']],
    [['migrate', '--dir', 'status', '--exit'], []],
    [
      ['verify', '--reporter', 'j'],
      ['json', 'junit'],
    ],
    [
      ['sync', '--prune', 'd'],
      ['delete', 'disable'],
    ],
    [['stats', '--by', 'ca'], ['category']],
    [['completion', 'z'], ['zsh']],
    [['sync', 'skills', '--dry'], ['--dry-run']],
    [['frob', '--dry'], []],
  ])('completion: %j -> %j', (words, expected) => {
    expect(offered(shell, [['skills', ...words]])[0]?.toSorted()).toEqual(expected)
  })
}

const hasTerminals = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0

/** What a person sees, with the functions of zsh itself. */
test.skipIf(!isInstalled('zsh') || !hasTerminals)('completion: zsh on a terminal, sourced and from $fpath -> words are completed', () => {
  const script = zshCompletion(PLACES)
  for (const load of ['source ./skills.zsh', 'fpath=($PWD/functions $fpath); compinit -D -u']) {
    const cwd = scratch({
      'home/.zshrc': `autoload -Uz compinit; compinit -D -u\n${load}\nskills() { print -r -- "GOT $*" }\n`,
      'skills.zsh': script,
      'functions/_skills': script,
      'db-folder/file.sql': '',
    })
    const { stdout } = spawnSync('script', ['-qec', 'zsh -i', '/dev/null'], {
      cwd,
      encoding: 'utf8',
      input: 'skills mig\tsta\t--exit\t\nskills verify --reporter=ju\t\nskills migrate --dir db\t\nexit\n',
      env: { PATH: process.env['PATH'], ZDOTDIR: path.join(cwd, 'home'), TERM: 'dumb' },
    })
    expect(stdout.match(/^GOT .*$/gm)?.map((line) => line.trim())).toEqual([
      'GOT migrate status --exit-code',
      'GOT verify --reporter=junit',
      'GOT migrate --dir db-folder',
    ])
  }
})

const valuesOf = (command: string, option: string): readonly string[] | undefined =>
  COMMANDS.find(({ name }) => name === command)?.options?.find((one) => longName(one) === option)?.type?.values

test('option values: the lists are those of the library', () => {
  expect(valuesOf('verify', '--reporter')).toEqual(REPORTERS)
  expect(valuesOf('list', '--tier')).toEqual(TIERS)
  expect(valuesOf('list', '--category')).toEqual(CATEGORIES)
  expect(valuesOf('stats', '--by')).toEqual(DIMENSIONS)
})
