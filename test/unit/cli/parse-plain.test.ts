import { CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { optionsOf } from '../../../src/cli/parse/spec.ts'
import { COMMANDS } from '../../../src/cli/command-table.ts'
import { parsePlain } from '../../../src/cli/parse/plain.ts'
import { createProgram } from '../../../src/cli/parse/program.ts'
import { seededRandom } from '../../support/random-log.ts'

interface Parsed {
  name: string
  flags: object
  args: readonly string[]
}

/** What commander makes of a command line; undefined when it refuses it or prints help. */
async function parseWithCommander(argv: readonly string[]): Promise<Parsed | undefined> {
  let parsed: Parsed | undefined
  const program = createProgram((spec, flags, args) => {
    parsed = { name: spec.name, flags, args }
    return Promise.resolve()
  })
  program.configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)])
    command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return undefined
  }
  return parsed
}

function randomCommandLine(random: (below: number) => number): string[] {
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T
  const command = pick(COMMANDS)
  const words = command.name.split(' ')
  const odd = ['-', '--', '', '-x', '--no-such', '-qj', '--json=1', '--help', 'status', '-5', '--=', '--schema=', '--quiet=']
  const values = ['a', 'db/x', '30s', '', '-', '--json', 'a=b', '=', 'status']
  for (let n = random(6); n > 0; n--) {
    const { flags } = pick(optionsOf(random(8) === 0 ? pick(COMMANDS) : command))
    const [, short, long = '', value] = /^(?:(-\w), )?(--[a-z-]+)(?: (.))?/.exec(flags) ?? []
    const kind = random(10)
    if (kind === 0) words.push(pick(odd))
    else if (kind === 1) words.push(pick(values))
    else if (kind === 2 && short !== undefined) words.push(short)
    else if (value === undefined) words.push(long)
    else if (random(3) === 0) words.push(`${long}=${pick(values)}`)
    else words.push(long, ...(value === '[' && random(2) === 0 ? [] : [pick(values)]))
  }
  for (const [notation] of command.arguments ?? []) if (notation.startsWith('<') || random(2) === 0) words.push(pick(['one', 'two words']))
  return words
}

describe('the plain way past the parser', () => {
  test('gives what commander gives, for 2,000 command lines', async () => {
    const draw = seededRandom(1)
    const random = (below: number): number => Math.floor(draw() * below)
    let plain = 0
    for (let i = 0; i < 2_000; i++) {
      const argv = randomCommandLine(random)
      const quick = parsePlain(argv, COMMANDS)
      if (quick === undefined) continue
      plain += 1
      const { command, flags, args } = quick
      expect({ argv, name: command.name, flags, args }).toEqual({ argv, ...(await parseWithCommander(argv)) })
    }
    expect(plain).toBeGreaterThan(200)
  })

  test.each([
    ['migrate'],
    ['migrate --dir db/migrations --dir more --wait 30s --json'],
    ['migrate status --exit-code'],
    ['sync a b --prune=delete -q'],
    ['verify --embedded --no-color'],
    ['stats some-skill --since 7d'],
  ])('takes `skills %s`', (line) => {
    expect(parsePlain(line.split(' '), COMMANDS)).toBeDefined()
  })

  test.each([
    [''],
    ['--help'],
    ['migrate --help'],
    ['migrate statsu'],
    ['mirgate'],
    ['stats a b'],
    ['migrate repair'],
    ['migrate --dir'],
    ['sync -- a'],
  ])('leaves `skills %s` to commander', (line) => {
    expect(parsePlain(line.split(' '), COMMANDS)).toBeUndefined()
  })
})
