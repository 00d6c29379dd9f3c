import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import type { DatabaseTarget } from '../core/target.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import { KEYWORDS, type Keywords } from './connection-keywords.ts'
import { conflict } from './option.ts'
import { keywordsFromEnvironment, locatingVariables, type Environment } from './pg-environment.ts'
import { notOfProject, serverTarget, type User } from './server-target.ts'
import { relativeTo, type Sources, type VariableSource } from './setting-sources.ts'

export const DEFAULT_EMBEDDED = '.skills/db'

/** What names a database on the command line, or in a call of the library. */
export interface DatabaseFlags {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE` */
  databaseUrl?: string | undefined
  /** A file with the URL on its first line. */
  databaseUrlFile?: string | undefined
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
  /** Exported variables that would complete the connection in psql, and are not used here. */
  notes: string[]
}

/**
 * Chooses the database: the sources are compared first (options, exported environment, `.env`, configuration file), and the
 * first one that names a database is used whole. So no password goes to a host that another source names, and nothing
 * weakens a connection that another source describes. Throws DATABASE_NOT_CONFIGURED, DATABASE_URL_INVALID, CONFIG_INVALID, and
 * USAGE for two databases.
 */
export async function chooseDatabase(flags: DatabaseFlags, sources: Sources, purpose: Purpose): Promise<DatabaseChoice> {
  const choice = await firstChoice(flags, sources, purpose)
  return {
    target: choice.target,
    origin: choice.origin,
    schema: choice.schema,
    unused: namesOfSources(flags, sources).filter((name) => name !== choice.origin),
    notes: notesOn(choice, sources.variables[0].variables),
  }
}

interface Choice extends Pick<DatabaseChoice, 'target' | 'origin' | 'schema'> {
  /** What the source gives, when the exported variables do not complete it. */
  given?: Keywords
}

/** Keywords that people export for every connection, and would miss. */
const MISSED = ['password', 'sslmode', 'sslrootcert', 'require_auth', 'channel_binding'] as const

function notesOn({ given, target, origin }: Choice, exported: Environment): string[] {
  if (given === undefined || target.kind === 'embedded') return []
  const hasPassword = target.hosts.every((host) => (host.password ?? target.password) !== undefined)
  const names = MISSED.filter((keyword) => given[keyword] === undefined && !(keyword === 'password' && hasPassword))
    .map((keyword) => KEYWORDS[keyword].variable)
    .filter((name) => (exported[name] ?? '') !== '')
  if (names.length === 0) return []
  return [`the exported ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not used: the connection comes from ${origin} alone`]
}

async function firstChoice(flags: DatabaseFlags, sources: Sources, purpose: Purpose): Promise<Choice> {
  const [exported] = sources.variables
  const own = { environment: exported.variables, mayUseCredentials: true }
  const foreign = { ...own, mayUseCredentials: false }
  const given = await fromFlags(flags, sources, purpose, own)
  if (given !== undefined) return given
  for (const source of sources.variables) {
    const found = await fromVariables(source, sources.cwd, purpose, source === exported ? own : foreign)
    if (found !== undefined) return found
  }
  return (await fromConfigFile(sources, purpose, foreign)) ?? byDefault(exported.variables)
}

async function fromFlags(flags: DatabaseFlags, { cwd, file }: Sources, purpose: Purpose, user: User): Promise<Choice | undefined> {
  const { databaseUrl, databaseUrlFile, directUrl, embedded } = flags
  if (databaseUrl !== undefined && embedded !== undefined) throw conflict('--database-url', '--embedded')
  if (databaseUrl !== undefined && databaseUrlFile !== undefined) throw conflict('--database-url', '--database-url-file')
  if (databaseUrlFile !== undefined && embedded !== undefined) throw conflict('--database-url-file', '--embedded')
  if (purpose === 'migrate' && directUrl !== undefined) return fromUrl(directUrl, '--direct-url', {}, user)
  if (databaseUrl !== undefined) return fromUrl(databaseUrl, '--database-url', {}, user)
  if (databaseUrlFile !== undefined)
    return fromUrl(await urlOfFile(databaseUrlFile, cwd), `--database-url-file ${databaseUrlFile}`, {}, user)
  if (embedded === undefined) return undefined
  return fromFolder(embedded === true ? (configuredFolder(cwd, file) ?? DEFAULT_EMBEDDED) : embedded, '--embedded')
}

/** The URL of these variables, else their `PG*` variables. The latter fill what the URL does not say, as in libpq. */
async function fromVariables(
  { variables, suffix }: VariableSource,
  cwd: string,
  purpose: Purpose,
  user: User,
): Promise<Choice | undefined> {
  const { DIRECT_URL: direct, DATABASE_URL: url, DATABASE_URL_FILE: file } = variables
  if (purpose === 'migrate' && direct !== undefined) return fromUrl(direct, `DIRECT_URL${suffix}`, variables, user)
  if (file !== undefined && !user.mayUseCredentials) throw notOfProject('DATABASE_URL_FILE', suffix)
  if (url !== undefined && file !== undefined)
    throw new SkillsError('DATABASE_URL_INVALID', 'DATABASE_URL and DATABASE_URL_FILE are both set', { hint: 'unset one of them' })
  if (url !== undefined) return fromUrl(url, `DATABASE_URL${suffix}`, variables, user)
  if (file !== undefined) return fromUrl(await urlOfFile(file, cwd), `DATABASE_URL_FILE (${file})`, variables, user)
  const origin = locationOf({ variables, suffix })
  return origin === undefined ? undefined : serverChoice({}, origin, variables, user)
}

async function fromConfigFile({ cwd, file }: Sources, purpose: Purpose, user: User): Promise<Choice | undefined> {
  if (file === undefined) return undefined
  const { directUrl, databaseUrl } = file.config
  if (purpose === 'migrate' && directUrl !== undefined) return fromUrl(directUrl, file.path, {}, user)
  if (databaseUrl !== undefined) return fromUrl(databaseUrl, file.path, {}, user)
  const folder = configuredFolder(cwd, file)
  return folder === undefined ? undefined : fromFolder(folder, file.path)
}

function configuredFolder(cwd: string, file: Sources['file']): string | undefined {
  return file?.config.embedded === undefined ? undefined : relativeTo(cwd, path.dirname(file.path), file.config.embedded)
}

/** The names of the `PG*` variables that name a database, as an origin. */
function locationOf({ variables, suffix }: Pick<VariableSource, 'variables' | 'suffix'>): string | undefined {
  const names = locatingVariables(variables)
  return names.length === 0 ? undefined : `${names.join(', ')}${suffix}`
}

async function urlOfFile(file: string, cwd: string): Promise<string> {
  const { readNamedFile } = await import('./named-file.ts')
  const text = await readNamedFile(file, cwd, 'the file of the database URL')
  return (text.replace(/^\uFEFF/, '').split('\n', 1)[0] ?? '').trim()
}

/** In a deploy the embedded database is never the default: a deploy must not migrate a database that it throws away. */
async function byDefault(env: Environment): Promise<Choice> {
  const reason = env['NODE_ENV'] === 'production' ? 'NODE_ENV=production' : isSet(env['CI']) ? 'CI' : undefined
  if (reason !== undefined) {
    throw new SkillsError(
      'DATABASE_NOT_CONFIGURED',
      `no database is configured, and the embedded database is not the default when ${reason} is set`,
      { hint: 'set DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE or the PG* variables, or pass --embedded' },
    )
  }
  return fromFolder(DEFAULT_EMBEDDED, 'default')
}

function fromUrl(url: string, origin: string, variables: Environment, user: User): Choice {
  if (url.trim() === '') {
    throw new SkillsError('DATABASE_URL_INVALID', `${origin} is set but empty`, {
      hint: 'set a value or unset it; an empty value is often a missing CI secret',
    })
  }
  const { keywords, schema } = parsePostgresUrl(url, origin)
  return { ...serverChoice(keywords, origin, variables, user), schema }
}

function serverChoice(keywords: Keywords, origin: string, variables: Environment, user: User): Choice {
  const target = serverTarget(keywords, variables, origin, user)
  return variables === user.environment
    ? { target, origin }
    : { target, origin, given: { ...keywordsFromEnvironment(variables), ...keywords } }
}

async function fromFolder(directory: string, origin: string): Promise<Choice> {
  const { embeddedTarget } = await import('./embedded-target.ts')
  return { target: embeddedTarget(directory), origin }
}

/** Everything that names a database, in the order of precedence and with the names of origins. */
function namesOfSources(flags: DatabaseFlags, { variables: sources, file }: Sources): string[] {
  const ofVariables = sources.flatMap(({ variables, suffix }) => [
    ...['DATABASE_URL', 'DATABASE_URL_FILE'].filter((name) => variables[name] !== undefined).map((name) => `${name}${suffix}`),
    ...[locationOf({ variables, suffix })].filter((name) => name !== undefined),
  ])
  return [
    ...(flags.databaseUrl === undefined ? [] : ['--database-url']),
    ...(flags.embedded === undefined ? [] : ['--embedded']),
    ...ofVariables,
    ...(file?.config.databaseUrl === undefined && file?.config.embedded === undefined ? [] : [file.path]),
  ]
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value.toLowerCase() !== 'false'
}
