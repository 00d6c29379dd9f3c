import { SkillsError } from '../core/errors.ts'
import type { DatabaseTarget, EmbeddedTarget } from '../core/target.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import { conflict } from './option.ts'
import { embeddedArchive } from './package-files.ts'
import { locatingVariables, type Environment } from './pg-environment.ts'
import { serverTarget } from './server-target.ts'
import { fromEnvironment, relativeTo, type Sources } from './setting-sources.ts'

export const DEFAULT_EMBEDDED = '.skills/db'

/** What names a database on the command line, or in a call of the library. */
export interface DatabaseFlags {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE` */
  databaseUrl?: string | undefined
  /** The server itself, behind a pooler: migrations prefer it. */
  directUrl?: string | undefined
  /** The folder of an embedded database, or `memory`; `true` is the default folder. */
  embedded?: string | true | undefined
}

/** Migrations connect to the server itself when its address is given; everything else may go through a pooler. */
export type Purpose = 'use' | 'migrate'

export interface DatabaseChoice {
  target: DatabaseTarget
  origin: string
  /** The `schema` parameter of a URL. */
  schema?: string | undefined
  /** Other sources that name a database. They are not used. */
  unused: string[]
}

/**
 * Chooses the database: the first source that names one is used whole, so that a password never goes to a host from
 * another source. Throws DATABASE_NOT_CONFIGURED, DATABASE_URL_INVALID, and USAGE for two databases.
 */
export function chooseDatabase(flags: DatabaseFlags, sources: Sources, purpose: Purpose): DatabaseChoice {
  const choice = firstChoice(flags, sources, purpose)
  return { ...choice, unused: namesOfSources(flags, sources).filter((name) => name !== choice.origin) }
}

type Choice = Omit<DatabaseChoice, 'unused'>

function firstChoice(flags: DatabaseFlags, { env, dotenv, file, cwd }: Sources, purpose: Purpose): Choice {
  const merged: Environment = { ...dotenv, ...env }
  if (flags.databaseUrl !== undefined && flags.embedded !== undefined) throw conflict('--database-url', '--embedded')
  const direct = purpose === 'migrate'
  if (direct && flags.directUrl !== undefined) return fromUrl(flags.directUrl, '--direct-url', merged)
  if (flags.databaseUrl !== undefined) return fromUrl(flags.databaseUrl, '--database-url', merged)
  const configured = file?.config.embedded === undefined ? undefined : relativeTo(cwd, file, file.config.embedded)
  if (flags.embedded !== undefined)
    return embedded(flags.embedded === true ? (configured ?? DEFAULT_EMBEDDED) : flags.embedded, '--embedded')
  // only beside DATABASE_URL: an option that names another database must win over a variable
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

/** In a deploy the embedded database is never the default: a deploy must not migrate a database that it throws away. */
function byDefault(env: Environment): Choice {
  const reason = env['NODE_ENV'] === 'production' ? 'NODE_ENV=production' : isSet(env['CI']) ? 'CI' : undefined
  if (reason !== undefined) {
    throw new SkillsError(
      'DATABASE_NOT_CONFIGURED',
      `no database is configured, and the embedded database is not the default when ${reason} is set`,
      { hint: 'set DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE or the PG* variables, or pass --embedded' },
    )
  }
  return embedded(DEFAULT_EMBEDDED, 'default')
}

function fromUrl(url: string, origin: string, env: Environment): Choice {
  if (url.trim() === '') {
    throw new SkillsError('DATABASE_URL_INVALID', `${origin} is set but empty`, {
      hint: 'set a value or unset it; an empty value is often a missing CI secret',
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

/** Everything that names a database, in the order of precedence and with the names of origins. */
function namesOfSources(flags: DatabaseFlags, { env, dotenv, file }: Sources): string[] {
  const variables = locatingVariables({ ...dotenv, ...env })
  return [
    ...(flags.databaseUrl === undefined ? [] : ['--database-url']),
    ...(flags.embedded === undefined ? [] : ['--embedded']),
    ...(env['DATABASE_URL'] === undefined ? [] : ['DATABASE_URL']),
    ...(dotenv['DATABASE_URL'] === undefined ? [] : ['DATABASE_URL in .env']),
    ...(variables.length === 0 ? [] : [variables.join(', ')]),
    ...(file?.config.databaseUrl === undefined && file?.config.embedded === undefined ? [] : [file.path]),
  ]
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value.toLowerCase() !== 'false'
}
