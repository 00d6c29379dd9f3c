import { notationOf, type OptionSpec } from '../../config/option.ts'
import { optionHelp } from './help.ts'
import { optionsOf, type CommandSpec } from './spec.ts'

/** The words that can follow a command on the command line, for the scripts of all shells. */
export interface CompletionPlace {
  /** The command; empty for the first word. */
  name: string
  /** Names of the commands below it. */
  commands: readonly Word[]
  options: readonly CompletionOption[]
  /** The values of its arguments. */
  operand: Values
}

export interface Word {
  word: string
  help: string
}

export interface CompletionOption extends Word {
  /** `-q`; undefined without a short name. */
  short: string | undefined
  /** The value that must follow; undefined without one. */
  value: Values | undefined
}

/** Fixed words, names of files or folders, or a value that only the user knows. */
export type Values = readonly string[] | 'files' | 'folders' | 'unknown'

/** The place after each command, and the first word. The words come from the specs and need no quoting; help texts can contain quotes. */
export function completionPlaces(commands: readonly CommandSpec[]): CompletionPlace[] {
  const first: CompletionPlace = {
    name: '',
    commands: [...wordsBelow('', commands), { word: 'help', help: 'show the options of a command' }],
    options: [HELP, { word: '--version', help: 'print the version', short: '-V', value: undefined }],
    operand: 'unknown',
  }
  return [first, ...commands.map((spec) => placeOf(spec, commands))]
}

/** The names of the commands. */
export function commandNames(places: readonly CompletionPlace[]): string[] {
  return places.flatMap(({ name }) => (name === '' ? [] : [name]))
}

/** The names as patterns of a `case` in bash and zsh. */
export function commandPatterns(places: readonly CompletionPlace[]): string {
  return commandNames(places)
    .map((name) => `'${name}'`)
    .join(' | ')
}

const HELP: CompletionOption = { word: '--help', help: 'show help', short: '-h', value: undefined }

function placeOf(spec: CommandSpec, commands: readonly CommandSpec[]): CompletionPlace {
  const [argument] = (spec.arguments ?? []).toReversed()
  const options = optionsOf(spec).flatMap((option): CompletionOption[] => {
    const { other, name, value } = notationOf(option)
    const isShort = other !== undefined && !other.startsWith('--')
    const given = { help: optionHelp(option), value: value === 'required' ? valuesOf(option.type) : undefined }
    const main = { ...given, word: name, short: isShort ? other : undefined }
    return other === undefined || isShort ? [main] : [main, { ...given, word: other, short: undefined }]
  })
  return {
    name: spec.name,
    commands: wordsBelow(spec.name, commands),
    options: [...options, HELP],
    operand: argument === undefined ? 'unknown' : valuesOf(argument.type),
  }
}

function valuesOf(type: OptionSpec['type']): Values {
  return type?.values ?? type?.paths ?? 'unknown'
}

/** The words that can follow a command to name another one. */
function wordsBelow(name: string, commands: readonly CommandSpec[]): Word[] {
  const depth = name === '' ? 0 : name.split(' ').length
  return commands
    .filter((spec) => spec.name.split(' ').length === depth + 1 && (name === '' || spec.name.startsWith(`${name} `)))
    .map(({ name: below, summary }) => ({ word: below.split(' ')[depth] ?? '', help: summary }))
}
