import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { textAfter } from '../core/text.ts'
import { acceptKeyword, isKeyword, KEYWORDS, unknownKeyword, type Keywords } from './connection-keywords.ts'
import { homeFolder } from './project-files.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The variables that name a database; a password alone names none. */
const LOCATING = ['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGSERVICE']

/** Names of the PG* variables that choose a database, empty when none is set. */
export function locatingVariables(env: Environment): string[] {
  return LOCATING.filter((name) => (env[name] ?? '') !== '')
}

/** The connection keywords from the environment (PostgreSQL manual, "Environment Variables"). */
export function keywordsFromEnvironment(env: Environment): Keywords {
  const keywords: Keywords = {}
  for (const [name, facts] of Object.entries(KEYWORDS)) {
    const variable = 'variable' in facts ? facts.variable : ''
    const value = env[variable] ?? ''
    const keyword = value === '' ? undefined : acceptKeyword(name, value, variable)
    if (keyword !== undefined) keywords[keyword] = value
  }
  return keywords
}

/** The section of a connection service file (PostgreSQL manual, "The Connection Service File"). */
export function keywordsFromService(service: string, serviceFile: string | undefined, env: Environment): Keywords {
  const file = serviceFile ?? path.join(homeOf(env), '.pg_service.conf')
  // the file of the user first, then that of the system, as in libpq
  const shared = env['PGSYSCONFDIR'] === undefined ? [] : [path.join(env['PGSYSCONFDIR'], 'pg_service.conf')]
  const files = [file, ...shared].filter((place) => existsSync(place))
  for (const place of files) {
    const keywords = readService(place, service)
    if (keywords !== undefined) return keywords
  }
  const reason =
    files.length === 0 ? `PGSERVICE is "${service}" but ${file} does not exist` : `${files.join(' and ')} has no service "${service}"`
  throw new SkillsError('CONFIG_INVALID', reason, { hint: `name a section of ${file}, or set PGSERVICEFILE` })
}

/** As in libpq: the first section with that name, and in it the first line of each keyword. */
function readService(file: string, service: string): Keywords | undefined {
  let found: Keywords | undefined
  for (const [i, text] of readRegularFile(file, MAX_BYTES).toString('utf8').split('\n').entries()) {
    const line = text.trim()
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      if (found !== undefined) return found
      if (line === `[${service}]`) found = {}
    } else if (found !== undefined) found = { ...serviceLine(line, `${file}:${i + 1}`), ...found }
  }
  return found
}

function serviceLine(line: string, place: string): Keywords {
  const name = /^(\w+)\s*=/.exec(line)?.[1] ?? ''
  const value = textAfter(line, '=').trim()
  if (!isKeyword(name) || name === 'service' || name === 'servicefile') {
    // a line that is no pair can be a part of a password
    const reason = name === '' ? 'expected keyword=value' : isKeyword(name) ? `${name} is not allowed in a service` : unknownKeyword(name)
    throw new SkillsError('CONFIG_INVALID', `${place}: ${reason}`, { hint: 'docs/connection.md lists the keywords' })
  }
  const keyword = acceptKeyword(name, value, place)
  return keyword === undefined ? {} : { [keyword]: value }
}

/** Finds a password in the password file (PostgreSQL manual, "The Password File"). As in libpq, a file that others can read is ignored. */
export function passwordFromFile(
  file: string | undefined,
  wanted: { host: string; port: number; database: string; user: string },
  env: Environment,
): string | undefined {
  const place = passwordFile(file, env)
  if (!existsSync(place) || !isPrivate(place)) return undefined
  const host = wanted.host.startsWith('/') ? 'localhost' : wanted.host
  const values = [host, String(wanted.port), wanted.database, wanted.user]
  for (const line of readRegularFile(place, MAX_BYTES).toString('utf8').split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = passwordFields(line)
    if (fields.length >= 5 && values.every((value, i) => fields[i] === '*' || fields[i] === value)) return fields[4]
  }
  return undefined
}

/** The fields of a line, which colons separate; a backslash before a character makes it part of the field. */
function passwordFields(line: string): string[] {
  const fields = ['']
  for (let at = 0; at < line.length; at++) {
    if (line[at] === ':') fields.push('')
    else {
      if (line[at] === '\\' && at + 1 < line.length) at++
      fields.push((fields.pop() ?? '') + line.charAt(at))
    }
  }
  return fields
}

/** A password file that is ignored, as in libpq: others can read it, or it is not a regular file. */
export function ignoredPasswordFile(file: string | undefined, env: Environment): string | undefined {
  const place = passwordFile(file, env)
  return existsSync(place) && !isPrivate(place) ? place : undefined
}

function passwordFile(file: string | undefined, env: Environment): string {
  return file ?? path.join(homeOf(env), '.pgpass')
}

function isPrivate(file: string): boolean {
  const status = statSync(file)
  return status.isFile() && (process.platform === 'win32' || (status.mode & 0o077) === 0)
}

/** For a user without a home folder, such as one without an entry in the list of users, the root folder. */
export function homeOf(env: Environment): string {
  return homeFolder(env) ?? path.sep
}

/** Of a password file or service file. */
const MAX_BYTES = 1024 * 1024
