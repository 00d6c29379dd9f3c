import path from 'node:path'
import { describeTarget, type DatabaseTarget } from '../core/target.ts'
import { CONFIG_NAME } from './config-file.ts'
import { chooseDatabase, type DatabaseFlags, type Purpose } from './database-choice.ts'
import { notationOf } from './option.ts'
import type { Environment } from './pg-environment.ts'
import { readSources, relativeTo, type FileFlags, type Setting, type Sources } from './setting-sources.ts'
import { SETTINGS, type SettingSpec } from './setting-table.ts'
import { atOption, atOrigin, oneOf, readValue, SCHEMA, type Place, type ValueType } from './values.ts'

type Table = typeof SETTINGS
type ValueIn<S> = S extends { type: ValueType<infer V> } ? (S extends { repeatable: true } ? V[] : V) : boolean
type GivenFor<S> = S extends { repeatable: true } ? readonly string[] : S extends { type: unknown } ? string : boolean

/** What the command line, or a call of the library, gives. */
export type Flags = DatabaseFlags & FileFlags & { [K in keyof Table]?: GivenFor<Table[K]> | undefined }

/** Every setting with its origin. */
export type Settings = {
  [K in keyof Table]: Setting<ValueIn<Table[K]> | (Table[K] extends { default: unknown } ? never : undefined)>
} & {
  database: Setting<DatabaseTarget>
  /** Severities of lint rules by code, as in the configuration file. Not checked. */
  rules: Setting<Readonly<Record<string, string>>>
  /** The values of variables in migrations, as in the configuration file. */
  variables: Setting<Readonly<Record<string, string>>>
  configFile: string | undefined
  envFile: string | undefined
  /** What people may not expect: a line for each. */
  notes: string[]
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
  const sources = await readSources(env, cwd, flags)
  const { target, origin, schema: urlSchema, unused, notes } = await chooseDatabase(flags, sources, purpose)
  const resolved = Object.entries<SettingSpec>(SETTINGS).map(
    ([name, spec]) => [name, resolve(spec, flags[name as keyof Table], sources)] as const,
  )
  const values = Object.fromEntries(resolved.map(([name, { value, origin: from }]) => [name, { value, origin: from }])) as Pick<
    Settings,
    keyof Table
  >
  const { file } = sources
  return {
    ...values,
    schema:
      values.schema.value === undefined && urlSchema !== undefined
        ? { value: readValue(SCHEMA, urlSchema, atOrigin(origin, 'schema')), origin }
        : values.schema,
    database: { value: target, origin },
    rules: { value: file?.config.rules ?? {}, origin: file?.path ?? 'default' },
    variables: { value: file?.config.variables ?? {}, origin: file?.path ?? 'default' },
    configFile: file?.path,
    envFile: sources.envFile,
    notes: [...notesOf(sources), ...notes],
    unusedSources: unused,
    projectFolder: resolved.find(([name]) => name === 'skills')?.[1].folder ?? cwd,
  }
}

function notesOf({ unreadProgram, cwd }: Sources): string[] {
  if (unreadProgram === undefined) return []
  const file = path.relative(cwd, unreadProgram)
  return [`${file} is not read: a configuration file that is found must be ${CONFIG_NAME}; to run this one, pass --config ${file}`]
}

/** `postgres://app@db:5432/prod, from DATABASE_URL in .env`: never with a password. */
export function describeDatabase({ value, origin }: Settings['database']): string {
  return `${describeTarget(value)}, ${origin === 'default' ? 'the default' : `from ${origin}`}`
}

/** A setting with the folder of the file that its value is from. */
type Resolved = Setting<unknown> & { folder?: string }

function resolve(spec: SettingSpec, given: unknown, sources: Sources): Resolved {
  const { file, cwd } = sources
  const { name } = notationOf(spec)
  // an option that is off, and a list of no arguments, are not given
  if (given !== undefined && given !== false && !(Array.isArray(given) && given.length === 0))
    return { value: read(spec, given, atOption(name)), origin: spec.argument === true ? 'the command line' : name }
  const inFile = ({ folder, ...setting }: Required<Resolved>): Resolved => ({
    ...setting,
    value: Array.isArray(setting.value) ? setting.value.map((entry) => relativeTo(cwd, folder, String(entry))) : setting.value,
    folder,
  })
  const variable = variableOf(spec, sources)
  if (variable !== undefined) {
    const { value: text, origin, folder } = variable
    const value = read(spec, spec.repeatable === true ? text.split(path.delimiter) : text, atOrigin(origin))
    return folder === cwd ? { value, origin } : inFile({ value, origin, folder })
  }
  const entry = (file?.config as Readonly<Record<string, unknown>> | undefined)?.[spec.key]
  if (file !== undefined && entry !== undefined) {
    const value = read(spec, spec.repeatable === true ? [entry].flat() : entry, atOrigin(file.path, spec.key))
    return inFile({ value, origin: file.path, folder: path.dirname(file.path) })
  }
  return { value: Array.isArray(spec.default) ? [...spec.default] : spec.default, origin: 'default' }
}

/** The variable of the first source that has it, also by its former name. Empty is not set. */
function variableOf(
  { variable, formerVariable }: SettingSpec,
  { variables: sources }: Sources,
): Required<Setting<string> & { folder: string }> | undefined {
  for (const { variables, suffix, folder } of sources) {
    for (const name of [variable, formerVariable]) {
      const value = name === undefined ? undefined : variables[name]
      if (value !== undefined && value !== '') return { value, origin: `${name}${suffix}`, folder }
    }
  }
  return undefined
}

/** Booleans of the library and of the configuration file are values already. */
function read({ type }: SettingSpec, value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((entry) => (type === undefined ? entry : readValue(type, String(entry), place)))
  if (typeof value === 'boolean') return value
  return type === undefined ? readValue(SWITCH, String(value), place) === 'true' : readValue(type, String(value), place)
}

const SWITCH = oneOf('true', 'false')
