import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/command-table.ts'
import { parsePlain } from '../../../src/cli/parse/plain.ts'
import { parseCommandLine } from '../../../src/cli/parse/program.ts'
import { optionsOf } from '../../../src/cli/parse/spec.ts'
import { notationOf } from '../../../src/config/option.ts'
import { seededRandom } from '../../support/random-log.ts'

function randomCommandLine(random: (below: number) => number): string[] {
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T
  const command = pick(COMMANDS)
  const words = command.name.split(' ')
  const odd = ['-', '--', '', '-x', '--no-such', '-qj', '--json=1', '--help', 'status', '-5', '--=', '--schema=', '--quiet=']
  const values = ['a', 'db/x', '30s', '', '-', '--json', 'a=b', '=', 'status']
  for (let n = random(6); n > 0; n--) {
    const { other, name: long, value } = notationOf(pick(optionsOf(random(8) === 0 ? pick(COMMANDS) : command)))
    const kind = random(10)
    if (kind === 0) words.push(pick(odd))
    else if (kind === 1) words.push(pick(values))
    else if (kind === 2 && other !== undefined) words.push(other)
    else if (value === 'none') words.push(long)
    else if (random(3) === 0) words.push(`${long}=${pick(values)}`)
    else words.push(long, ...(value === 'optional' && random(2) === 0 ? [] : [pick(values)]))
  }
  for (const { name } of command.arguments ?? []) if (name.startsWith('<') || random(2) === 0) words.push(pick(['one', 'two words']))
  return words
}

describe('parsePlain', () => {
  test('2,000 random command lines -> the same result as commander', async () => {
    const draw = seededRandom(1)
    const random = (below: number): number => Math.floor(draw() * below)
    let plain = 0
    for (let i = 0; i < 2_000; i++) {
      const argv = randomCommandLine(random)
      const quick = parsePlain(argv, COMMANDS)
      if (quick === undefined) continue
      plain += 1
      expect({ argv, kind: 'run', ...quick }).toEqual({ argv, ...(await parseCommandLine(argv, COMMANDS)) })
    }
    expect(plain).toBeGreaterThan(200)
  })

  test.each([
    ['migrate'],
    ['migrate --dir db/migrations --migrations more --wait 30s --json'],
    ['migrate status --exit-code'],
    ['sync a b --prune=delete -q'],
    ['verify --embedded --no-color'],
    ['stats some-skill --since 7d'],
  ])('plain command line `skills %s` -> parsed', (line) => {
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
  ])('other command line `skills %s` -> left to commander', (line) => {
    expect(parsePlain(line.split(' '), COMMANDS)).toBeUndefined()
  })
})
