import { SkillsError, reasonOf } from '../core/errors.ts'
import { hostAndPort, type ServerTarget } from '../core/target.ts'
import { DatabaseError } from './database-error.ts'
import { LoginError } from './login/login-error.ts'
import { SocketError } from './network-socket.ts'
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
  if (error.routine === UNKNOWN_ROLE) return 'check the user, or create the role'
  const refused = error.code === SQLSTATE.invalidPassword || error.code === SQLSTATE.invalidAuthorization
  const ignored = refused && target.password === undefined ? ignoredPasswordFile(target) : undefined
  return ignored ?? requiresTls(error, target) ?? REMEDIES[error.code] ?? 'check the connection settings'
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
  [SQLSTATE.invalidPassword]: 'check user and password; special characters in a URL must be percent-encoded',
  [SQLSTATE.invalidAuthorization]: 'check the user, and the rules in pg_hba.conf on the server',
  [SQLSTATE.undefinedDatabase]: 'check the name of the database, or create it',
  [SQLSTATE.cannotConnectNow]: 'the server is starting: --wait 30s waits for it',
  [SQLSTATE.tooManyConnections]: 'all connections are in use: try again, or pass --wait 30s',
  [SQLSTATE.queryCanceled]:
    'a statement_timeout of the role, the database or the server is too short for the first query: run ALTER ROLE ... SET statement_timeout = 0',
  [SQLSTATE.protocolViolation]: 'if this is a pooler: check user and password, and remove `options` and `max_protocol_version`',
}
