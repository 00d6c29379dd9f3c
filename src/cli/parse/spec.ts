import type { FlagsFrom, OptionSpec } from '../../config/option.ts'
import { FILE_OPTIONS, WITHOUT_FILES } from '../../config/setting-table.ts'
import type { ValueType } from '../../config/values.ts'
import { DATABASE_OPTIONS, OUTPUT_OPTIONS } from './common-options.ts'

/** The groups of the list of commands, in its order. */
export const GROUPS = ['Schema', 'Skills and registry', 'Checks', 'Telemetry', 'Getting started'] as const

/** An argument of a command. */
export interface ArgumentSpec {
  /** commander's notation: `<version>`, `[skill]`, `[dir...]`. */
  name: string
  help: string
  /** Text without one. */
  type?: ValueType<unknown>
  /** For messages: `trust level`. */
  what?: string
}

/** A command: the one source of its parsing, its help page, its completion and the type of its flags. */
export interface CommandSpec {
  /** The words after `skills`. With hyphens they name its folder: `migrate status` is `commands/migrate-status/`. */
  name: string
  group: (typeof GROUPS)[number]
  /** Place in its group. */
  order: number
  /** An imperative for the list of commands, a line of 80 columns. */
  summary: string
  /** Sentences for its own page. Without them it is the summary. */
  description?: string
  arguments?: readonly ArgumentSpec[]
  options?: readonly OptionSpec[]
  /** Takes the options that choose a database. */
  database?: true
  /** Reads settings, but opens no database. */
  settings?: true
  examples: readonly string[]
}

type Listed<S> = S extends { options: readonly (infer O extends OptionSpec)[] } ? O : never
type OfDatabase<S> = S extends { database: true } ? (typeof DATABASE_OPTIONS)[number] : never
type OfFiles<S> = S extends { database: true } | { settings: true } ? (typeof FILE_OPTIONS)[number] : never
type OfEvery = (typeof WITHOUT_FILES)[number] | (typeof OUTPUT_OPTIONS)[number]

/** The flags that a command gets, typed by its options. */
export type FlagsOf<S extends CommandSpec> = FlagsFrom<Listed<S> | OfDatabase<S> | OfFiles<S> | OfEvery>

/** The flags that every command gets. */
export type OutputFlags = FlagsFrom<(typeof OUTPUT_OPTIONS)[number]>

type ArgumentText<A> = A extends { type: ValueType<infer V> } ? V : string
type ArgumentValue<A> = A extends { name: `${string}...${string}` }
  ? ArgumentText<A>[]
  : A extends { name: `[${string}` }
    ? ArgumentText<A> | undefined
    : ArgumentText<A>

/** The arguments that a command gets: a value for each, a list for the last when it is variadic. */
export type ArgumentsOf<S extends CommandSpec> = S extends { arguments: infer A extends readonly ArgumentSpec[] }
  ? { [I in keyof A]: ArgumentValue<A[I]> }
  : readonly []

/** Keeps the literal types of a spec. */
export function defineCommand<const S extends CommandSpec>(spec: S): S {
  return spec
}

/** All options of a command, in the groups of its help page. */
export function optionGroups({ options = [], database, settings }: CommandSpec): { title: string; options: readonly OptionSpec[] }[] {
  const files = database === true || settings === true ? FILE_OPTIONS : []
  return [
    { title: 'Options:', options },
    ...(database === true ? [{ title: 'Database:', options: DATABASE_OPTIONS }] : []),
    { title: 'Configuration:', options: [...files, ...WITHOUT_FILES] },
    { title: 'Output:', options: OUTPUT_OPTIONS },
  ]
}

/** All options of a command. */
export function optionsOf(spec: CommandSpec): readonly OptionSpec[] {
  return optionGroups(spec).flatMap(({ options }) => options)
}
