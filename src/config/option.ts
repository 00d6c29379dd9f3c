import { SkillsError } from '../core/errors.ts'
import type { ValueType } from './values.ts'

/** An option of the command line. Its help, completion, parsing, type and conflicts come from this literal. */
export interface OptionSpec {
  /** commander's notation: `--json`, `-q, --quiet`, `--min-trust <level>`, `--embedded [dir]`, `--no-color`. */
  flags: string
  /** For the help page: a few words. Values and default are added. */
  help: string
  /** Without a type the option takes no value. */
  type?: ValueType<unknown>
  /** The value when the option is not given. */
  default?: unknown
  /** The command fails without it. */
  required?: true
  /** Can be given several times; the command gets a list. */
  repeatable?: true
  /** Options that it cannot be combined with, by long name. */
  excludes?: readonly string[]
  /** The hint of that error. Default: to use only one of them. */
  excludesHint?: string
  /** An option that must be given too. */
  requires?: string
}

/** The flags of a command as its options define them: `--min-trust <level>` with a count is `minTrust?: number`. */
export type FlagsFrom<O extends OptionSpec> = {
  [P in O as IsAlwaysThere<P> extends true ? KeyOf<P['flags']> : never]: OptionValue<P>
} & {
  [P in O as IsAlwaysThere<P> extends true ? never : KeyOf<P['flags']>]?: OptionValue<P> | undefined
}

/** Settings resolve their defaults later: see `loadSettings`. */
type IsAlwaysThere<O> = O extends { key: string } ? false : O extends { default: unknown } | { required: true } ? true : false

/** `-q, --dry-run <x>` is `dryRun`; `--no-color` is `color`. */
type KeyOf<F extends string> = LongOf<F> extends `no-${infer N}` ? Camel<N> : Camel<LongOf<F>>
type LongOf<F extends string> = F extends `${string}, ${infer Rest}`
  ? LongOf<Rest>
  : F extends `--${infer N} ${string}`
    ? N
    : F extends `--${infer N}`
      ? N
      : never
type Camel<S extends string> = S extends `${infer A}-${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S

type OptionValue<O extends OptionSpec> = O extends { type: ValueType<infer V> }
  ? O extends { repeatable: true }
    ? V[]
    : O['flags'] extends `${string}[${string}`
      ? V | true
      : V
  : boolean

/** An option's notation, taken apart. */
export interface Notation {
  /** `-q`, or the former of two long names. */
  other: string | undefined
  /** `--no-color` */
  name: string
  /** `color`, as commander names it. */
  key: string
  isNegated: boolean
  value: 'none' | 'required' | 'optional'
  /** `level` of `<level>` */
  placeholder: string
}

/** Takes `--dir, --migrations <folder>` apart. */
export function notationOf({ flags }: Pick<OptionSpec, 'flags'>): Notation {
  const [, other, name = '', bracket, placeholder = ''] = /^(?:(-[\w-]+), )?(--[a-z-]+)(?: ([<[])([^\]>]*)[\]>])?$/.exec(flags) ?? []
  const isNegated = name.startsWith('--no-')
  const key = name.slice(isNegated ? '--no-'.length : '--'.length).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return { other, name, key, isNegated, value: bracket === '<' ? 'required' : bracket === '[' ? 'optional' : 'none', placeholder }
}

/** The error for two options that cannot be combined. */
export function conflict(name: string, other: string, hint = 'use only one of them'): SkillsError {
  return new SkillsError('USAGE', `${name} cannot be combined with ${other}`, { hint })
}
