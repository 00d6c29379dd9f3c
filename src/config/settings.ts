import path from 'node:path'
import type { DatabaseTarget } from '../core/target.ts'
import { chooseDatabase, type DatabaseFlags, type Purpose } from './database-choice.ts'
import { notationOf } from './option.ts'
import type { Environment } from './pg-environment.ts'
import { fromEnvironment, readSources, relativeTo, type Setting, type Sources } from './setting-sources.ts'
import { SETTINGS, type SettingSpec } from './setting-table.ts'
import { atOption, atOrigin, oneOf, readValue, type Place, type ValueType } from './values.ts'

type Table = typeof SETTINGS
type ValueIn<S> = S extends { type: ValueType<infer V> } ? (S extends { repeatable: true } ? V[] : V) : boolean
type GivenFor<S> = S extends { repeatable: true } ? readonly string[] : S extends { type: unknown } ? string : boolean

/** What the command line, or a call of the library, gives. */
export type Flags = DatabaseFlags & { [K in keyof Table]?: GivenFor<Table[K]> | undefined } & {
  /** Path of the configuration file. Default: `skills.config.json` (or `.js`) in the working folder or above it. */
  config?: string | undefined
}

/** Every setting with its origin. */
export type Settings = {
  [K in keyof Table]: Setting<ValueIn<Table[K]> | (Table[K] extends { default: unknown } ? never : undefined)>
} & {
  database: Setting<DatabaseTarget>
  /** Severities of lint rules by code, as in the configuration file. Not checked. */
  rules: Setting<Readonly<Record<string, string>>>
  configFile: string | undefined
  /** Other sources that name a database. They are not used. */
  unusedSources: string[]
  /** Paths of skill folders in the registry are relative to this folder: that of the configuration file which names the skills, else the working folder. */
  projectFolder: string
}

export const DEFAULT_LEDGER: string = SETTINGS.ledger.default
export const DEFAULT_SKILLS: readonly string[] = SETTINGS.skills.default

/**
 * Resolves every setting: option, then environment, then `.env`, then configuration file, then default. Throws USAGE or
 * CONFIG_INVALID for a value that is not valid, and what `chooseDatabase` throws.
 */
export async function loadSettings(flags: Flags, env: Environment, cwd: string, purpose: Purpose = 'use'): Promise<Settings> {
  const sources = await readSources(env, cwd, flags.config)
  const { target, origin, schema: urlSchema, unused } = chooseDatabase(flags, sources, purpose)
  const values = Object.fromEntries(
    Object.entries<SettingSpec>(SETTINGS).map(([name, spec]) => [name, resolve(spec, flags[name as keyof Table], sources)]),
  ) as Pick<Settings, keyof Table>
  const { file } = sources
  return {
    ...values,
    schema: values.schema.value === undefined && urlSchema !== undefined ? { value: urlSchema, origin } : values.schema,
    database: { value: target, origin },
    rules: { value: file?.config.rules ?? {}, origin: file?.path ?? 'default' },
    configFile: file?.path,
    unusedSources: unused,
    projectFolder: file !== undefined && values.skills.origin === file.path ? path.dirname(file.path) : cwd,
  }
}

function resolve(spec: SettingSpec, given: unknown, sources: Sources): Setting<unknown> {
  const { file, cwd } = sources
  const { name } = notationOf(spec)
  // an option that is off, and a list of no arguments, are not given
  if (given !== undefined && given !== false && !(Array.isArray(given) && given.length === 0))
    return { value: read(spec, given, atOption(name)), origin: spec.argument === true ? 'the command line' : name }
  const variable = variableOf(spec, sources)
  if (variable !== undefined) {
    const texts = spec.repeatable === true ? variable.value.split(path.delimiter) : variable.value
    return { value: read(spec, texts, atOrigin(variable.origin)), origin: variable.origin }
  }
  const entry = (file?.config as Readonly<Record<string, unknown>> | undefined)?.[spec.key]
  if (file !== undefined && entry !== undefined) {
    const value = read(spec, spec.repeatable === true ? [entry].flat() : entry, atOrigin(file.path, spec.key))
    return { value: Array.isArray(value) ? value.map((folder) => relativeTo(cwd, file, String(folder))) : value, origin: file.path }
  }
  return { value: Array.isArray(spec.default) ? [...spec.default] : spec.default, origin: 'default' }
}

function variableOf({ variable, formerVariable }: SettingSpec, { env, dotenv }: Sources): Setting<string> | undefined {
  return [variable, formerVariable]
    .flatMap((name) => (name === undefined ? [] : (fromEnvironment(name, env, dotenv) ?? [])))
    .find(({ value }) => value !== '')
}

/** Booleans of the library and of the configuration file are values already. */
function read({ type }: SettingSpec, value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((entry) => (type === undefined ? entry : readValue(type, String(entry), place)))
  if (typeof value === 'boolean') return value
  return type === undefined ? readValue(SWITCH, String(value), place) === 'true' : readValue(type, String(value), place)
}

const SWITCH = oneOf('true', 'false')
