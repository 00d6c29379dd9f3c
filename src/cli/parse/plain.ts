import { notationOf, type Notation, type OptionSpec } from '../../config/option.ts'
import type { RawInput } from './read-values.ts'
import { optionsOf, type CommandSpec } from './spec.ts'

interface Option extends Notation {
  isRepeatable: boolean
}

/**
 * Parses a plain command line: a known command, known options in full, the right number of arguments. Returns what
 * commander returns, or undefined for everything else (help, typos, `--`, clusters), which commander then explains. Loading
 * and running commander takes a sixth of the time of a run with nothing to do.
 */
export function parsePlain(argv: readonly string[], commands: readonly CommandSpec[]): { spec: CommandSpec; input: RawInput } | undefined {
  const spec = [2, 1].flatMap((words) => commands.find(({ name }) => name === argv.slice(0, words).join(' ')) ?? [])[0]
  if (spec === undefined) return undefined
  const options = byName(optionsOf(spec))
  const flags: Record<string, unknown> = {}
  for (const { isNegated, key, name } of options.values()) if (isNegated && !options.has(name.replace('no-', ''))) flags[key] = true
  const args: string[] = []
  const rest = argv.slice(spec.name.split(' ').length)
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? ''
    if (word === '' || word === '-') return undefined
    if (!word.startsWith('-')) {
      args.push(word)
      continue
    }
    const [, name = word, attached] = /^(--[^=]+)=([^]*)$/.exec(word) ?? []
    const option = options.get(name)
    if (option === undefined) return undefined
    const next = attached ?? rest[i + 1]
    const isValue = next !== undefined && next !== '' && (attached !== undefined || !next.startsWith('-'))
    if (option.value === 'none') {
      if (attached !== undefined) return undefined
      flags[option.key] = !option.isNegated
    } else if (isValue) {
      flags[option.key] = option.isRepeatable ? [...((flags[option.key] as string[] | undefined) ?? []), next] : next
      if (attached === undefined) i += 1
    } else if (option.value === 'optional' && attached === undefined && next !== '') flags[option.key] = true
    else return undefined
  }
  return takes(spec, args.length, commands) ? { spec, input: { flags, args } } : undefined
}

function byName(specs: readonly OptionSpec[]): Map<string, Option> {
  const options = specs.map((spec): Option => ({ ...notationOf(spec), isRepeatable: spec.repeatable === true }))
  return new Map(
    options.flatMap((option) => [[option.name, option] as const, ...(option.other === undefined ? [] : [[option.other, option] as const])]),
  )
}

/** Whether the command takes this number of arguments. Before a subcommand a word can be a typo in its name. */
function takes(spec: CommandSpec, count: number, commands: readonly CommandSpec[]): boolean {
  const names = (spec.arguments ?? []).map(({ name }) => name)
  const least = names.filter((name) => name.startsWith('<')).length
  const most = names.some((name) => name.includes('...')) ? Infinity : names.length
  const hasSubcommands = commands.some(({ name }) => name.startsWith(`${spec.name} `))
  return count >= least && count <= (hasSubcommands ? 0 : most)
}
