import { SkillsError } from '../core/errors.ts'
import { acceptKeyword, isKeyword, unknownKeyword, type Keywords } from './connection-keywords.ts'

/** Parameters of other clients, without effect here. */
export const OTHER_CLIENTS: ReadonlySet<string> = new Set(['pgbouncer', 'connection_limit', 'pool_timeout', 'uselibpqcompat', 'prepare'])

const ESCAPES = 'percent-encode special characters in the password: @ is %40, : is %3A, / is %2F, # is %23, ? is %3F, % is %25'

export interface ParsedUrl {
  keywords: Keywords
  /** The `schema` parameter, as Prisma writes it. */
  schema: string | undefined
}

/**
 * Reads `postgres://user:password@host:port,host2:port2/database?key=value`.
 * The last `@` before the parameters ends the password, so a password can contain an unescaped `#`, `/` or `@`. No message
 * contains the text of the URL.
 */
export function parsePostgresUrl(url: string, origin: string): ParsedUrl {
  const match = /^postgres(?:ql)?:\/\/(?<rest>[^]*)$/i.exec(url.trim())
  if (match?.groups === undefined) throw invalid(origin, 'it must begin with postgres:// or postgresql://')
  const rest = match.groups['rest'] ?? ''
  const [location, query] = splitOnce(rest, '?', passwordEnd(rest))
  const at = location.lastIndexOf('@')
  const [user, password] = at === -1 ? [undefined, undefined] : splitOnce(location.slice(0, at), ':', 0)
  const [authority, database] = splitOnce(location.slice(at + 1), '/', 0)
  const keywords: Keywords = {}
  if (user !== undefined && user !== '') keywords.user = decode(user)
  if (password !== undefined) keywords.password = decode(password)
  if (database !== undefined && database !== '') keywords.dbname = decode(database)
  if (authority !== '') Object.assign(keywords, readHosts(authority, origin))
  return readParameters(query ?? '', keywords, origin)
}

/** The last `@` when a `?` before it belongs to the password, else 0. */
function passwordEnd(rest: string): number {
  const at = rest.lastIndexOf('@')
  const mark = rest.indexOf('?')
  if (mark === -1 || mark > at) return 0
  const key = /^\?([a-z_]+)=/i.exec(rest.slice(mark))?.[1]
  if (key === undefined) return at
  // an earlier `@` ended the password: a typo in a parameter must not send the password to another host
  return rest.lastIndexOf('@', mark) !== -1 || isKnown(key) ? 0 : at
}

function isKnown(key: string): boolean {
  return key === 'schema' || key === 'ssl' || isKeyword(key) || OTHER_CLIENTS.has(key)
}

function readHosts(authority: string, origin: string): Keywords {
  const hosts: string[] = []
  const ports: string[] = []
  for (const part of authority.split(',')) {
    const match = /^(?:\[(?<v6>[0-9a-f:.]+(?:%[\w.%-]+)?)\]|(?<name>[^:[\]]*))(?::(?<port>\d*))?$/i.exec(part)
    if (match?.groups === undefined) throw invalid(origin, 'invalid host or port', ESCAPES)
    hosts.push(decode(match.groups['v6'] ?? match.groups['name'] ?? ''))
    ports.push(match.groups['port'] ?? '')
  }
  return { host: hosts.join(','), ...(ports.some((port) => port !== '') ? { port: ports.join(',') } : {}) }
}

function readParameters(query: string, keywords: Keywords, origin: string): ParsedUrl {
  let schema: string | undefined
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const [name = '', raw = ''] = splitOnce(pair, '=', 0)
    const key = decode(name)
    // in forms a plus is a space; in libpq it is a plus, and generated passwords often contain one
    const value = decode(key === 'password' ? raw : raw.replaceAll('+', ' '))
    if (key === 'schema') schema = value
    else if (key === 'ssl') keywords.sslmode = value === 'true' || value === '1' ? 'require' : 'disable'
    else if (isKeyword(key)) {
      const keyword = acceptKeyword(key, value, origin)
      if (keyword !== undefined) keywords[keyword] = value
    } else if (!OTHER_CLIENTS.has(key)) {
      // the text after a `?` can be the rest of a password, which must not appear in a message
      throw query.includes('@') ? invalid(origin, 'unknown parameter', ESCAPES) : invalid(origin, unknownKeyword(key))
    }
  }
  return { keywords, schema }
}

function splitOnce(text: string, separator: string, from: number): [string, string | undefined] {
  const at = text.indexOf(separator, from)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function invalid(origin: string, reason: string, hint?: string): SkillsError {
  return new SkillsError('DATABASE_URL_INVALID', `invalid database URL from ${origin}: ${reason}`, {
    hint: hint ?? 'use postgres://USER:PASSWORD@HOST:PORT/DATABASE',
  })
}
