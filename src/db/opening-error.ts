import { SkillsError, reasonOf } from '../core/errors.ts'
import { hostAndPort, type ServerTarget } from '../core/target.ts'
import { DatabaseError } from './database-error.ts'
import { LoginError } from './login/login-error.ts'
import { SocketError } from './network-socket.ts'
import { quoteIdent } from './quote.ts'
import { SQLSTATE, UNKNOWN_ROLE } from './sqlstates.ts'

/** The error of a failed connection: host, port, reason and a hint. Never the password. */
export function openingError(failure: unknown, target: ServerTarget): unknown {
  // a server that ends the connection says why
  const error = failure instanceof SkillsError && failure.cause instanceof DatabaseError ? failure.cause : failure
  const address = target.hosts.map(hostAndPort).join(', ')
  if (error instanceof SocketError) {
    return new SkillsError('DATABASE_UNREACHABLE', `cannot connect to PostgreSQL at ${error.address || address}: ${error.message}`, {
      hint: error.remedy ?? 'check host and port, and that the server runs; --wait 30s waits for a server that is still starting',
      cause: error,
    })
  }
  if (error instanceof LoginError) {
    return new SkillsError('DATABASE_UNREACHABLE', `cannot log in to PostgreSQL at ${error.address}: ${error.message}`, {
      hint: (error.needs === 'password' ? ignoredPasswordFile(target) : undefined) ?? error.remedy,
      cause: error,
    })
  }
  if (error instanceof DatabaseError) {
    return new SkillsError(
      'DATABASE_UNREACHABLE',
      `PostgreSQL at ${address} refused the connection: ${error.message} (SQLSTATE ${error.code})`,
      {
        hint: remedyOf(error, target),
        cause: error,
      },
    )
  }
  if (error instanceof SkillsError && error.code !== 'CONNECTION_LOST') return error
  const reason = error instanceof SkillsError ? 'the server closed the connection before it answered' : reasonOf(error)
  return new SkillsError('DATABASE_UNREACHABLE', `cannot connect to PostgreSQL at ${address}: ${reason}`, {
    hint: 'check that host and port belong to a PostgreSQL server',
    cause: error,
  })
}

function remedyOf(error: DatabaseError, target: ServerTarget): string {
  const refused = error.code === SQLSTATE.invalidPassword || error.code === SQLSTATE.invalidAuthorization
  const ignored = refused && target.password === undefined ? ignoredPasswordFile(target) : undefined
  return (
    ignored ??
    ofRole(error, target) ??
    ofDatabase(error, target) ??
    requiresTls(error, target) ??
    whileStarting(error) ??
    REMEDIES[error.code] ??
    'check the connection settings'
  )
}

/** The function of the server says what it checked, in every language. */
function ofRole({ routine, code, message }: DatabaseError, { user }: ServerTarget): string | undefined {
  const role = quoteIdent(user)
  if (routine !== UNKNOWN_ROLE) return undefined
  if (code === SQLSTATE.tooManyConnections)
    return `the role has a limit of its own: close idle connections, or run as a superuser ALTER ROLE ${role} CONNECTION LIMIT -1`
  // both have one SQLSTATE
  if (message.includes('not permitted to log in'))
    return `run as a superuser ALTER ROLE ${role} LOGIN, or connect as a role that can log in`
  return `check the user, or create the role: CREATE ROLE ${role} LOGIN`
}

function ofDatabase({ routine, code, hint }: DatabaseError, { database, user }: ServerTarget): string | undefined {
  const name = quoteIdent(database)
  if (code === SQLSTATE.undefinedDatabase) return `check the name of the database, or create it: CREATE DATABASE ${name}`
  if (routine !== 'CheckMyDatabase') return undefined
  if (code === SQLSTATE.tooManyConnections)
    return `the database has a limit of its own: close idle connections, or run as its owner ALTER DATABASE ${name} CONNECTION LIMIT -1`
  if (code === SQLSTATE.insufficientPrivilege)
    return `run as the owner of the database: GRANT CONNECT ON DATABASE ${name} TO ${quoteIdent(user)}`
  if (code !== SQLSTATE.notInPrerequisiteState) return undefined
  return hint ?? `run in another database, as its owner: ALTER DATABASE ${name} ALLOW_CONNECTIONS true`
}

/** One SQLSTATE for a server that starts, one that stops, and a standby that accepts no queries. */
function whileStarting({ code, message, detail = '' }: DatabaseError): string | undefined {
  if (code !== SQLSTATE.cannotConnectNow) return undefined
  if (message.includes('shutting down')) return 'the server is shutting down: start it again; --wait 30s waits for it'
  return /hot standby mode is disabled/i.test(detail)
    ? 'this standby accepts no connections (hot_standby = off): connect to the primary'
    : undefined
}

/** A user with a password file does not expect that it was ignored. */
function ignoredPasswordFile({ ignoredPasswordFile: file }: ServerTarget): string | undefined {
  return file === undefined ? undefined : `the password file ${file} was ignored, because other users can read it: run chmod 600 ${file}`
}

/** No rule of pg_hba.conf fits the connection: most often the rules require TLS. */
function requiresTls({ code }: DatabaseError, { ssl: { mode } }: ServerTarget): string | undefined {
  if (code !== SQLSTATE.invalidAuthorization || (mode !== 'disable' && mode !== 'allow')) return undefined
  return `check the user; or the server requires TLS, which sslmode=${mode} does not use: try sslmode=verify-full or require`
}

const REMEDIES: Readonly<Record<string, string>> = {
  [SQLSTATE.invalidPassword]:
    'check user and password; special characters in a URL must be percent-encoded; a password whose VALID UNTIL has passed is refused too (pg_roles.rolvaliduntil)',
  [SQLSTATE.invalidAuthorization]:
    'check the user, and the rules in pg_hba.conf on the server: a rule must fit the user, the database and the address',
  [SQLSTATE.cannotConnectNow]: 'the server is starting: --wait 30s waits for it',
  [SQLSTATE.tooManyConnections]:
    'all connections are in use, and the last ones are reserved for superusers: close idle connections, try again, or pass --wait 30s',
  [SQLSTATE.queryCanceled]:
    'a statement_timeout of the role, the database or the server is too short for the first query: give the role a longer one, or 0 for none, with ALTER ROLE',
  [SQLSTATE.protocolViolation]: 'if this is a pooler: check user and password, and remove `options` and `max_protocol_version`',
}
