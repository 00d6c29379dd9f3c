import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import type { DatabaseTarget, EmbeddedTarget } from '../core/target.ts'
import type { LoadedConfigFile } from './config-file.ts'
import { loadConfigFile } from './config-file.ts'
import { parsePostgresUrl } from './connection-keywords.ts'
import { databaseSources } from './database-sources.ts'
import { embeddedArchive } from './package-files.ts'
import type { Environment } from './pg-environment.ts'
import { locatingVariables } from './pg-environment.ts'
import { serverTarget } from './server-target.ts'

/** What the command line said. */
export interface Flags {
  databaseUrl?: string | undefined
  /** The server itself, past a pooler: what migrations prefer. */
  directUrl?: string | undefined
  /** `true` is the flag without a folder. */
  embedded?: string | true | undefined
  schema?: string | undefined
  ledger?: string | undefined
  /** Folders given on the command line. */
  skills?: readonly string[] | undefined
  rootLabel?: string | undefined
  namespace?: string | undefined
  lenient?: boolean | undefined
  migrations?: readonly string[] | undefined
  checks?: readonly string[] | undefined
  config?: string | undefined
}

/** A value and where it came from, for messages and `skills doctor`. */
export interface Setting<T> {
  value: T
  origin: string
}

export interface Settings {
  database: Setting<DatabaseTarget>
  schema: Setting<string | undefined>
  ledger: Setting<string>
  skills: Setting<string[]>
  /** By what the registry knows the rows of this project, instead of their folders' paths. */
  rootLabel: Setting<string | undefined>
  /** Where the ids of skills come from. */
  namespace: Setting<'name' | 'path'>
  lenient: Setting<boolean>
  migrations: Setting<string[]>
  checks: Setting<string[]>
  /** Severities of rules by code, as the configuration file has them; not checked. */
  rules: Setting<Readonly<Record<string, string>>>
  configFile: string | undefined
  /** What names a database too, and comes after the one that counts. */
  unusedSources: string[]
  /** Folder that the names of skill folders are relative to in the registry: that of the configuration file which names them, else the working directory. */
  projectFolder: string
}

export const DEFAULT_EMBEDDED = '.skills/db'
export const DEFAULT_LEDGER = 'schema_migrations'
export const DEFAULT_SKILLS: readonly string[] = ['skills']

/** Resolves every setting: flag, then environment, then `.env`, then configuration file, then default. */
export async function loadSettings(flags: Flags, env: Environment, cwd: string, purpose: Purpose = 'use'): Promise<Settings> {
  const dotenv = await readDotenv(cwd)
  const file = await loadConfigFile(cwd, flags.config)
  const sources: Sources = { flags, env, dotenv, file, cwd, purpose }
  const { target, origin, schema: urlSchema } = chooseDatabase(sources)
  const skills = pickPaths(sources, flags.skills, 'the command line', 'SKILLS_DIR', 'skills') ?? {
    value: [...DEFAULT_SKILLS],
    origin: 'default',
  }
  const schema = pick(sources, flags.schema, '--schema', 'SKILLS_SCHEMA', 'schema')
  return {
    database: { value: target, origin },
    schema: schema ?? { value: urlSchema, origin: urlSchema === undefined ? 'default' : origin },
    ledger: pick(sources, flags.ledger, '--ledger', 'SKILLS_LEDGER', 'ledger') ?? { value: DEFAULT_LEDGER, origin: 'default' },
    skills,
    rootLabel: labelOf(sources),
    namespace: namespaceOf(sources),
    lenient:
      flags.lenient === true
        ? { value: true, origin: '--lenient' }
        : { value: file?.config.lenient ?? false, origin: file?.path ?? 'default' },
    migrations: pickPaths(sources, flags.migrations, '--dir', 'SKILLS_MIGRATIONS', 'migrations') ?? { value: [], origin: 'default' },
    checks: pickPaths(sources, flags.checks, '--checks', 'SKILLS_CHECKS', 'checks') ?? { value: [], origin: 'default' },
    rules: { value: file?.config.rules ?? {}, origin: file?.path ?? 'default' },
    configFile: file?.path,
    unusedSources: databaseSources(sources).filter((source) => source !== origin),
    projectFolder: file !== undefined && skills.origin === file.path ? path.dirname(file.path) : cwd,
  }
}

function labelOf(sources: Sources): Settings['rootLabel'] {
  const label = pick(sources, sources.flags.rootLabel, '--root-label', 'SKILLS_ROOT_LABEL', 'rootLabel')
  if (label === undefined) return { value: undefined, origin: 'default' }
  if (label.value.trim() !== '' && !/\p{Cc}|\p{Surrogate}/u.test(label.value)) return label
  throw new SkillsError('CONFIG_INVALID', `${label.origin}: the label must be a text without control characters, and not empty`)
}

function namespaceOf(sources: Sources): Settings['namespace'] {
  const namespace = pick(sources, sources.flags.namespace, '--namespace', 'SKILLS_NAMESPACE', 'namespace')
  const { value, origin } = namespace ?? { value: 'name', origin: 'default' }
  if (value === 'name' || value === 'path') return { value, origin }
  throw new SkillsError('CONFIG_INVALID', `${origin}: the namespace "${value}" is unknown`, { hint: 'use name or path' })
}

/** Migrations go to the server itself where its address is given; everything else may go through a pooler. */
export type Purpose = 'use' | 'migrate'

interface Sources {
  purpose: Purpose
  flags: Flags
  env: Environment
  dotenv: Environment
  file: LoadedConfigFile | undefined
  cwd: string
}

interface Choice {
  target: DatabaseTarget
  origin: string
  schema?: string | undefined
}

function chooseDatabase({ flags, env, dotenv, file, cwd, purpose }: Sources): Choice {
  const merged: Environment = { ...dotenv, ...env }
  if (flags.databaseUrl !== undefined && flags.embedded !== undefined) {
    throw new SkillsError('USAGE', '--database-url and --embedded exclude each other', { hint: 'give one of the two' })
  }
  const direct = purpose === 'migrate'
  if (direct && flags.directUrl !== undefined) return fromUrl(flags.directUrl, '--direct-url', merged)
  if (flags.databaseUrl !== undefined) return fromUrl(flags.databaseUrl, '--database-url', merged)
  const configured = file?.config.embedded === undefined ? undefined : relativeTo(cwd, file, file.config.embedded)
  if (flags.embedded !== undefined)
    return embedded(flags.embedded === true ? (configured ?? DEFAULT_EMBEDDED) : flags.embedded, '--embedded')
  // only beside its pooled sibling: a flag that names another database must not lose to a variable
  const directUrl = direct ? fromEnvironment('DIRECT_URL', env, dotenv) : undefined
  if (directUrl !== undefined) return fromUrl(directUrl.value, directUrl.origin, merged)
  const url = fromEnvironment('DATABASE_URL', env, dotenv)
  if (url !== undefined) return fromUrl(url.value, url.origin, merged)
  const variables = locatingVariables(merged)
  if (variables.length > 0) return { target: serverTarget({}, merged, variables.join(', ')), origin: variables.join(', ') }
  if (direct && file?.config.directUrl !== undefined) return fromUrl(file.config.directUrl, file.path, merged)
  if (file?.config.databaseUrl !== undefined) return fromUrl(file.config.databaseUrl, file.path, merged)
  if (file !== undefined && configured !== undefined) return embedded(configured, file.path)
  return byDefault(env)
}

/** A deploy must never migrate a toy database by accident. */
function byDefault(env: Environment): Choice {
  const reason = env['NODE_ENV'] === 'production' ? 'NODE_ENV=production' : isSet(env['CI']) ? 'CI' : undefined
  if (reason !== undefined) {
    throw new SkillsError(
      'DATABASE_NOT_CONFIGURED',
      `no database is configured, and with ${reason} set the embedded one is not used by default`,
      {
        hint: 'set DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE (or the PG* variables), or say --embedded if you mean it',
      },
    )
  }
  return embedded(DEFAULT_EMBEDDED, 'default')
}

function fromUrl(url: string, origin: string, env: Environment): Choice {
  if (url.trim() === '') {
    throw new SkillsError('DATABASE_URL_INVALID', `${origin} is set but empty`, {
      hint: 'give it a value or unset it: an empty one is most often a secret that did not arrive',
    })
  }
  const { keywords, schema } = parsePostgresUrl(url, origin)
  return { target: serverTarget(keywords, env, origin), origin, schema }
}

function embedded(directory: string, origin: string): Choice {
  return { target: embeddedTarget(directory), origin }
}

/** The embedded database in a folder, or in `memory`. */
export function embeddedTarget(directory: string): EmbeddedTarget {
  return { kind: 'embedded', directory, archive: embeddedArchive() }
}

function pick(
  sources: Sources,
  flag: string | undefined,
  flagName: string,
  variable: string,
  key: 'schema' | 'ledger' | 'rootLabel' | 'namespace',
): Setting<string> | undefined {
  if (flag !== undefined) return { value: flag, origin: flagName }
  const fromEnv = fromEnvironment(variable, sources.env, sources.dotenv)
  if (fromEnv !== undefined && fromEnv.value !== '') return fromEnv
  const value = sources.file?.config[key]
  return value === undefined || sources.file === undefined ? undefined : { value, origin: sources.file.path }
}

function pickPaths(
  sources: Sources,
  flag: readonly string[] | undefined,
  flagName: string,
  variable: string,
  key: 'skills' | 'migrations' | 'checks',
): Setting<string[]> | undefined {
  if (flag !== undefined && flag.length > 0) return { value: [...flag], origin: flagName }
  const fromEnv = fromEnvironment(variable, sources.env, sources.dotenv)
  if (fromEnv !== undefined && fromEnv.value !== '') return { value: fromEnv.value.split(path.delimiter), origin: fromEnv.origin }
  const { file, cwd } = sources
  const value = file?.config[key]
  return value === undefined || file === undefined
    ? undefined
    : { value: [value].flat().map((entry) => relativeTo(cwd, file, entry)), origin: file.path }
}

/** A path of the configuration file, as seen from the working folder. */
function relativeTo(cwd: string, file: LoadedConfigFile, entry: string): string {
  if (entry === 'memory') return entry
  return path.relative(cwd, path.resolve(path.dirname(file.path), entry)) || '.'
}

function fromEnvironment(name: string, env: Environment, dotenv: Environment): Setting<string> | undefined {
  const value = env[name]
  if (value !== undefined) return { value, origin: name }
  const other = dotenv[name]
  return other === undefined ? undefined : { value: other, origin: `${name} in .env` }
}

async function readDotenv(cwd: string): Promise<Environment> {
  const file = path.join(cwd, '.env')
  if (!existsSync(file)) return {}
  const { default: dotenv } = await import('dotenv')
  return dotenv.parse(readFileSync(file, 'utf8'))
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value.toLowerCase() !== 'false'
}
