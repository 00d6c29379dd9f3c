import { conflict, notationOf, type OptionSpec } from '../../config/option.ts'
import { atArgument, atOption, readValue } from '../../config/values.ts'
import { SkillsError } from '../../core/errors.ts'
import { optionsOf, type ArgumentSpec, type ArgumentsOf, type CommandSpec, type FlagsOf } from './spec.ts'

/** The command line as text: what the parser gives. */
export interface RawInput {
  flags: Readonly<Record<string, unknown>>
  args: readonly string[]
}

/**
 * Turns the text of a command line into values, adds the defaults, and refuses options that cannot be combined. The types
 * follow from the spec. Throws USAGE.
 */
export function readInput<S extends CommandSpec>(spec: S, { flags, args }: RawInput): { flags: FlagsOf<S>; args: ArgumentsOf<S> } {
  const options = optionsOf(spec)
  for (const option of options) if (isGiven(option, flags)) refuseConflicts(option, options, flags)
  const read = { ...flags }
  for (const option of options) {
    const { key, name } = notationOf(option)
    const given = flags[key]
    if (given === undefined) {
      if (option.required === true) throw new SkillsError('USAGE', `${name} is required`, { hint: `add ${option.flags}` })
      if (option.default !== undefined && !('key' in option)) read[key] = option.default
    } else if (option.type !== undefined) read[key] = readGiven(option, name, given)
  }
  // the spec says which value each option and argument has, and the types are inferred from it
  return { flags: read as FlagsOf<S>, args: readArguments(spec.arguments ?? [], args) as unknown as ArgumentsOf<S> }
}

function readGiven({ type }: OptionSpec, name: string, given: unknown): unknown {
  if (type === undefined) return given
  if (Array.isArray(given)) return given.map((text: string) => readValue(type, text, atOption(name)))
  return typeof given === 'string' ? readValue(type, given, atOption(name)) : given
}

function readArguments(specs: readonly ArgumentSpec[], args: readonly string[]): unknown[] {
  return specs.map(({ name, type, what }, i) => {
    const read = (text: string): unknown =>
      type === undefined ? text : readValue(type, text, atArgument(what ?? name.replaceAll(/[^\w-]/g, '')))
    if (name.includes('...')) return args.slice(i).map(read)
    const text = args[i]
    return text === undefined ? undefined : read(text)
  })
}

function isGiven(option: OptionSpec, flags: RawInput['flags']): boolean {
  const { key, isNegated, value } = notationOf(option)
  const given = flags[key]
  // `--no-config` gives the key of `--config <file>` the value false
  return value === 'none' ? given === !isNegated : given !== undefined && given !== false
}

function refuseConflicts(option: OptionSpec, options: readonly OptionSpec[], flags: RawInput['flags']): void {
  const { name } = notationOf(option)
  const given = (other: string): boolean => options.some((one) => notationOf(one).name === other && isGiven(one, flags))
  const excluded = option.excludes?.find(given)
  if (excluded !== undefined) throw conflict(name, excluded, option.excludesHint)
  if (option.requires !== undefined && !given(option.requires))
    throw new SkillsError('USAGE', `${name} requires ${option.requires}`, { hint: `add ${option.requires}, or remove ${name}` })
}
