import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/command-table.ts'
import { showDefault } from '../../../src/cli/parse/help.ts'
import { parsePlain } from '../../../src/cli/parse/plain.ts'
import { parseCommandLine } from '../../../src/cli/parse/program.ts'
import { readInput } from '../../../src/cli/parse/read-values.ts'
import { optionsOf } from '../../../src/cli/parse/spec.ts'
import { notationOf } from '../../../src/config/option.ts'

/** The values that a command gets for a command line. */
async function valuesOf(line: string): Promise<{ flags: object; args: readonly unknown[] }> {
  const parsed = await parseCommandLine(line.split(' '), COMMANDS)
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed))
  return readInput(parsed.spec, parsed.input)
}

describe('options: text -> typed values', () => {
  test.each<[string, object, unknown[]]>([
    ['migrate --lock-wait 2m --to v', { lockWait: 120_000, lockTimeout: 5_000, to: 'v' }, []],
    ['migrate --dir a --migrations b', { migrations: ['a', 'b'] }, []],
    ['list --tier fast --min-trust 3', { tier: 'FAST', minTrust: 3 }, []],
    ['sync a b --no-cache', { prune: 'disable', cache: false }, [['a', 'b']]],
    ['sync', { prune: 'disable', cache: true }, [[]]],
    ['trust some-skill 4', {}, ['some-skill', 4]],
    ['stats --embedded --since 7d', { embedded: true, since: 604_800_000 }, [undefined]],
    [
      'demo-data --events 1_000 --until 2026-11-21T00:00:00Z',
      { events: 1_000, until: new Date('2026-11-21T00:00:00Z'), sampleSkills: 40 },
      [],
    ],
    [
      'lint --reporter junit=a.xml --reporter text,github',
      { reporter: [[{ reporter: 'junit', file: 'a.xml' }], [{ reporter: 'text' }, { reporter: 'github' }]] },
      [[]],
    ],
  ])('skills %s', async (line, flags, args) => {
    const values = await valuesOf(line)
    expect(values.flags).toMatchObject(flags)
    expect(values.args).toEqual(args)
  })
})

describe('options: invalid value -> USAGE with what is expected', () => {
  test.each([
    ['list --min-trust 9', 'invalid value "9" for --min-trust (expected 1 to 5)'],
    ['trust some-skill 9', 'invalid trust level "9" (expected 1 to 5)'],
    ['completion tcsh', 'invalid shell "tcsh" (expected bash, zsh or fish)'],
    ['list --tier slow', 'invalid value "slow" for --tier (expected FAST, CORE or DEEP)'],
    ['sync --prune al', 'invalid value "al" for --prune (expected disable, delete or keep)'],
    ['lint --max-warnings few', 'invalid value "few" for --max-warnings (expected a whole number, at least 0)'],
    ['demo-data --events 0', 'invalid value "0" for --events (expected 1 to 1,000,000,000)'],
    ['demo-data --until now', 'invalid value "now" for --until (expected a time such as 2026-11-21T00:00:00Z)'],
    ['stats --since soon', 'invalid value "soon" for --since (expected a duration such as 500ms, 30s, 5m, 12h, 7d or 2w)'],
    ['stats --watch 1ms', 'invalid value "1ms" for --watch (expected 100ms to 1d)'],
    ['stats --by teir', 'invalid value "teir" for --by (expected tier, category, element, realm, version, outcome, day or hour)'],
    ['grants', '--app-role is required'],
    ['prune-events', '--older-than is required'],
    ['stats --ndjson', '--ndjson requires --tail'],
  ])('skills %s', async (line, message) => {
    await expect(valuesOf(line)).rejects.toMatchObject({ code: 'USAGE', message })
  })

  test('near miss -> the hint has the right word', async () => {
    await expect(valuesOf('stats --by teir')).rejects.toMatchObject({ hint: 'did you mean tier?' })
  })
})

test.each([
  ['sync --check --dry-run', '--check cannot be combined with --dry-run'],
  ['sync --watch --json', '--watch cannot be combined with --json'],
  ['list --enabled --disabled', '--disabled cannot be combined with --enabled'],
  ['verify --no-drift --exclusive', '--exclusive cannot be combined with --no-drift'],
  ['verify --ephemeral --embedded', '--ephemeral cannot be combined with --embedded'],
  ['verify --ephemeral --against-server x', '--ephemeral cannot be combined with --against-server'],
  ['migrate --database-url x --embedded', '--database-url cannot be combined with --embedded'],
  ['stats --funnel --by tier', '--by cannot be combined with --funnel'],
  ['stats --compare 7d --since 7d', '--compare cannot be combined with --since'],
  ['stats --tail --csv', '--tail cannot be combined with --csv'],
])('options: skills %s -> %s', async (line, message) => {
  await expect(valuesOf(line)).rejects.toMatchObject({ code: 'USAGE', message })
})

test('specs: every excluded or required option exists, and every default is a valid value', () => {
  for (const spec of COMMANDS) {
    const options = optionsOf(spec)
    const names = options.map((option) => notationOf(option).name)
    for (const { flags, excludes = [], requires, type, default: standard } of options) {
      expect(names, `${spec.name} ${flags}`).toEqual(expect.arrayContaining([...excludes, ...(requires === undefined ? [] : [requires])]))
      if (type !== undefined && standard !== undefined && !Array.isArray(standard))
        expect(type.read(showDefault(standard, type)), `${spec.name} ${flags}`).toEqual(standard)
    }
  }
})

test('options: --dir and --migrations -> one option for both parsers', () => {
  expect(parsePlain(['migrate', '--dir', 'a', '--migrations', 'b'], COMMANDS)?.input.flags).toEqual({ migrations: ['a', 'b'] })
})

describe('durations', () => {
  const all = COMMANDS.flatMap((spec) =>
    optionsOf(spec).flatMap((option) => {
      const type = 'type' in option ? option.type : undefined
      return type?.read('36h') === 129_600_000 || type?.read('30s') === 30_000 ? [{ command: spec.name, flags: option.flags, type }] : []
    }),
  )

  test('options of every command that take a duration: a number without a unit -> refused, and the hint names units', async () => {
    expect(all.length).toBeGreaterThan(10)
    for (const { command, flags, type } of all) {
      const name = /--[a-z-]+/.exec(flags)?.[0] ?? ''
      for (const number of ['180', '0.5', '30'])
        expect([command, name, type?.read(number), type?.hint?.(number)]).toEqual([
          command,
          name,
          undefined,
          `write the unit: ${number}d? ${number}s?`,
        ])
    }
    await expect(valuesOf('prune-events --older-than 180')).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('"180" for --older-than'),
      hint: 'write the unit: 180d? 180s?',
    })
  })

  test.each(['23h', '1s', '0', '86399s'])('prune-events --older-than %s: less than a day -> refused', async (age) => {
    await expect(valuesOf(`prune-events --older-than ${age}`)).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('prune-events --older-than 24h -> accepted', async () => {
    expect((await valuesOf('prune-events --older-than 24h')).flags).toMatchObject({ olderThan: 86_400_000 })
  })
})
