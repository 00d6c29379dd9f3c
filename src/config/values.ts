import { missingUnit, readDuration, showDuration } from '../core/durations.ts'
import { SkillsError } from '../core/errors.ts'
import { LEDGER_NAME_EXPECTED, readLedgerName } from '../core/ledger-name.ts'
import { isName, LONGEST_NAME_BYTES } from '../core/names.ts'
import { readTime } from '../core/read-time.ts'
import { grouped, nearest } from '../core/text.ts'

/** How the text of an option, an argument, a variable or a key becomes a value. */
export interface ValueType<T> {
  /** What a message says is expected: `1 to 5`, `name or path`. */
  expected: string
  /** Undefined for a text that is not such a value. Values that are already read pass unchanged. */
  read(text: string): T | undefined
  /** What to do about a text that is not such a value, when that is known. */
  hint?(text: string): string | undefined
  /** A value as text that `read` accepts. Default: `String(value)`. */
  show?(value: unknown): string
  /** All texts, when there are few: for help and completion. */
  values?: readonly string[]
  /** What a shell completes. */
  paths?: 'files' | 'folders'
}

export const TEXT: ValueType<string> = { expected: 'text', read: (text) => text }

/** Its text can hold a password, which no message repeats: `config/settings.ts` reads it. */
export const URL_TEXT: ValueType<string> = { expected: 'postgres://USER:PASSWORD@HOST:PORT/DATABASE', read: (text) => text }

/** The name of a schema, table or role. */
export const NAME: ValueType<string> = {
  expected: `a name of 1 to ${LONGEST_NAME_BYTES} bytes, without NUL`,
  read: (text) => (isName(text) ? text : undefined),
}

/** The name of a schema. PostgreSQL replaces "$user" in a search_path, also in quotes, and keeps pg_ for itself. */
export const SCHEMA: ValueType<string> = {
  expected: `a schema name of 1 to ${LONGEST_NAME_BYTES} bytes, without NUL; not $user, and not pg_...`,
  read: (text) => (isName(text) && text !== '$user' && !text.startsWith('pg_') ? text : undefined),
}

/** A table, or a table of a schema. */
export const LEDGER: ValueType<string> = {
  expected: LEDGER_NAME_EXPECTED,
  read: (text) => (readLedgerName(text) === undefined ? undefined : text),
}

export const FILE: ValueType<string> = { expected: 'a file', read: (text) => (text === '' ? undefined : text), paths: 'files' }
export const FOLDER: ValueType<string> = { expected: 'a folder', read: (text) => (text === '' ? undefined : text), paths: 'folders' }

export const LABEL: ValueType<string> = {
  expected: 'text without control characters',
  read: (text) => (text.trim() === '' || /\p{Cc}|\p{Surrogate}/u.test(text) ? undefined : text),
}

export const TIME: ValueType<Date> = {
  expected: 'a time such as 2026-11-21T00:00:00Z',
  read: (text) => readTime(text, { zone: 'optional' }),
}

/** One of some words, in capitals or not. */
export function oneOf<const T extends string>(...values: readonly T[]): ValueType<T> {
  return { expected: list(values), values, read: (text) => values.find((value) => value.toLowerCase() === text.toLowerCase()) }
}

/** A whole number; `_` between digits is allowed. */
export function count(least: number, most: number = Number.MAX_SAFE_INTEGER): ValueType<number> {
  const isOpen = most === Number.MAX_SAFE_INTEGER
  const few = most - least < 10 ? Array.from({ length: most - least + 1 }, (_, i) => String(least + i)) : undefined
  return {
    expected: isOpen ? `a whole number, at least ${least}` : `${grouped(least)} to ${grouped(most)}`,
    ...(few === undefined ? {} : { values: few }),
    read: (text) => {
      const value = /^\d+(?:_\d+)*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN
      return value >= least && value <= most ? value : undefined
    },
  }
}

export const TRUST_LEVEL: ValueType<number> = count(1, 5)

/** Milliseconds. */
export function duration(range?: { leastMs: number; mostMs?: number; text: string }): ValueType<number> {
  return {
    show: (ms) => showDuration(Number(ms)),
    expected: range?.text ?? 'a duration such as 500ms, 30s, 5m, 12h, 7d or 2w',
    hint: missingUnit,
    read: (text) => {
      const ms = readDuration(text)
      return ms !== undefined && range !== undefined && (ms < range.leastMs || ms > (range.mostMs ?? Infinity)) ? undefined : ms
    },
  }
}

/** Where a value comes from: decides its name in messages, and the error code. */
export interface Place {
  /** `value "9" for --min-trust`, or `trust level "9"`. */
  describe(text: string): string
  code: 'USAGE' | 'CONFIG_INVALID'
}

/** An option, by its name. */
export function atOption(name: string): Place {
  return { describe: (text) => `value ${text} for ${name}`, code: 'USAGE' }
}

/** An argument, by what it is. */
export function atArgument(what: string): Place {
  return { describe: (text) => `${what} ${text}`, code: 'USAGE' }
}

/** A variable, or a key of the configuration file. */
export function atOrigin(origin: string, key?: string): Place {
  return { describe: (text) => `value ${text} for ${key === undefined ? '' : `"${key}" in `}${origin}`, code: 'CONFIG_INVALID' }
}

/** Reads a value. Throws USAGE or CONFIG_INVALID with what is expected: the one wording for all types and places. */
export function readValue<T>(type: ValueType<T>, text: string, place: Place): T {
  const value = type.read(text)
  if (value === undefined) throw invalidValue(type, text, place)
  return value
}

/** `invalid value "9" for --min-trust (expected 1 to 5)`. */
export function invalidValue(
  { expected, values, hint }: Pick<ValueType<unknown>, 'expected' | 'values' | 'hint'>,
  value: unknown,
  place: Place,
): SkillsError {
  const near = values === undefined || typeof value !== 'string' || /^\d/.test(value) ? undefined : nearest(value, values)
  const message = `invalid ${place.describe(JSON.stringify(value))} (expected ${expected})`
  const remedy = near === undefined ? (typeof value === 'string' ? hint?.(value) : undefined) : `did you mean ${near}?`
  return new SkillsError(place.code, message, remedy === undefined ? {} : { hint: remedy })
}

/** `a, b or c`. */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}
