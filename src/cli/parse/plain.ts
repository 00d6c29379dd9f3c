import type { CommandSpec } from './spec.ts'
import { optionsOf } from './spec.ts'

export interface PlainCommand {
  command: CommandSpec
  flags: Record<string, unknown>
  args: string[]
}

/**
 * Parses a command line that is plain: a known command, known options written out, the right number of arguments.
 * Gives what commander would give, or undefined for everything else (help, slips, `--`, clusters, odd values), which is
 * then commander's to explain. Loading and running commander costs a run with nothing to do a sixth of its time.
 */
export function parsePlain(argv: readonly string[], commands: readonly CommandSpec[]): PlainCommand | undefined {
  const found = findCommand(argv, commands)
  if (found === undefined) return undefined
  const { command, rest } = found
  const options = plainOptions(command)
  const flags: Record<string, unknown> = {}
  for (const option of options.values()) if (option.value === 'off' && !options.has(`--${option.long}`)) flags[option.key] = true
  const args: string[] = []
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? ''
    if (word === '' || word === '-') return undefined
    if (!word.startsWith('-')) {
      args.push(word)
      continue
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1
    const option = options.get(equals < 0 ? word : word.slice(0, equals))
    if (option === undefined) return undefined
    const next = rest[i + 1]
    const nextIsValue = next !== undefined && next !== '' && !next.startsWith('-')
    if (option.value === 'none' || option.value === 'off') {
      if (equals >= 0) return undefined
      flags[option.key] = option.value === 'none'
    } else if (equals >= 0) {
      if (equals === word.length - 1) return undefined
      setValue(flags, option, word.slice(equals + 1))
    } else if (nextIsValue) {
      setValue(flags, option, next)
      i += 1
    } else if (option.value === 'optional' && !option.repeatable && (next === undefined || next !== '')) flags[option.key] = true
    else return undefined
  }
  return takes(command, args.length, commands) ? { command, flags, args } : undefined
}

/** The command whose name has the most of the first words. */
function findCommand(
  argv: readonly string[],
  commands: readonly CommandSpec[],
): { command: CommandSpec; rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ')
    const command = argv.length < words ? undefined : commands.find((known) => known.name === name)
    if (command !== undefined) return { command, rest: argv.slice(words) }
  }
  return undefined
}

interface PlainOption {
  key: string
  /** Without the leading hyphens, and without `no-`. */
  long: string
  value: 'none' | 'off' | 'required' | 'optional'
  repeatable: boolean
}

function plainOptions(command: CommandSpec): Map<string, PlainOption> {
  const options = new Map<string, PlainOption>()
  for (const { flags, repeatable = false } of optionsOf(command)) {
    const [, short, name = '', value] = /^(?:(-\w), )?--([a-z-]+)(?: ([<[]).*)?$/.exec(flags) ?? []
    const off = name.startsWith('no-')
    const long = off ? name.slice(3) : name
    const option: PlainOption = {
      key: long.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      long,
      value: value === '<' ? 'required' : value === '[' ? 'optional' : off ? 'off' : 'none',
      repeatable,
    }
    options.set(`--${name}`, option)
    if (short !== undefined) options.set(short, option)
  }
  return options
}

function setValue(flags: Record<string, unknown>, { key, repeatable }: PlainOption, value: string): void {
  flags[key] = repeatable ? [...((flags[key] as string[] | undefined) ?? []), value] : value
}

/** Whether the command takes so many arguments; with subcommands below it a word may be a slip in one. */
function takes(command: CommandSpec, count: number, commands: readonly CommandSpec[]): boolean {
  const notations = (command.arguments ?? []).map(([notation]) => notation)
  const least = notations.filter((notation) => notation.startsWith('<')).length
  const most = notations.some((notation) => notation.includes('...')) ? Infinity : notations.length
  const hasSubcommands = commands.some(({ name }) => name.startsWith(`${command.name} `))
  return count >= least && count <= (hasSubcommands ? 0 : most)
}
