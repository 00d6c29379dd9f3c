import { expect, test } from 'vitest'
import { openingError } from '../../../src/db/opening-error.ts'
import { socketError } from '../../../src/db/network-socket.ts'
import type { SkillsError } from '../../../src/core/errors.ts'
import type { ServerTarget } from '../../../src/core/target.ts'
import { DatabaseError } from '../../../src/db/database-error.ts'

const TARGET: ServerTarget = {
  kind: 'server',
  hosts: [{ host: 'db', port: 5432 }],
  user: 'app',
  password: undefined,
  database: 'shop',
  ssl: { mode: 'verify-full' },
  applicationName: undefined,
  startupOptions: undefined,
  connectTimeoutMs: 1000,
}

function hintOf(error: unknown): string {
  return (openingError(error, TARGET) as SkillsError).hint ?? ''
}

// the codes of Node.js and OpenSSL
test.each([
  ['CERT_HAS_EXPIRED', /renew the certificate on the server/],
  ['CERT_NOT_YET_VALID', /clock of this machine/],
  ['CERT_REVOKED', /revoked/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /a name that is in the certificate/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /sslrootcert/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /sslrootcert/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /sslrootcert/],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', /client certificate has expired/],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /set sslcert and sslkey/],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /authority of the server/],
])('certificate: %s -> its own remedy', (code, hint) => {
  expect(hintOf(socketError(Object.assign(new Error('x'), { code }), { host: 'db', port: 5432 }))).toMatch(hint)
})

test.each([
  ['53300', 'InitializeSessionUserId', 'zu viele Verbindungen', undefined, /ALTER ROLE "app" CONNECTION LIMIT/],
  ['53300', 'CheckMyDatabase', 'zu viele Verbindungen', undefined, /ALTER DATABASE "shop" CONNECTION LIMIT/],
  ['53300', 'InitPostgres', 'remaining connection slots are reserved', undefined, /reserved for superusers/],
  ['53300', 'InitProcess', 'sorry, too many clients already', undefined, /all connections are in use/],
  ['55000', 'CheckMyDatabase', 'nimmt keine Verbindungen an', undefined, /ALTER DATABASE "shop" ALLOW_CONNECTIONS true/],
  ['42501', 'CheckMyDatabase', 'keine Berechtigung', undefined, /GRANT CONNECT ON DATABASE "shop" TO "app"/],
  ['28000', 'InitializeSessionUserId', 'role "app" is not permitted to log in', undefined, /ALTER ROLE "app" LOGIN/],
  ['28000', 'InitializeSessionUserId', 'role "app" does not exist', undefined, /CREATE ROLE "app" LOGIN/],
  ['28000', 'ClientAuthentication', 'no pg_hba.conf entry', undefined, /pg_hba\.conf/],
  ['28P01', 'auth_failed', 'password authentication failed', undefined, /VALID UNTIL/],
  ['3D000', 'InitPostgres', 'database "shop" does not exist', undefined, /CREATE DATABASE "shop"/],
  ['57P03', 'ProcessStartupPacket', 'the database system is starting up', undefined, /--wait/],
  ['57P03', 'ProcessStartupPacket', 'the database system is shutting down', undefined, /shutting down: start it again/],
  ['57P03', 'ProcessStartupPacket', 'not accepting connections', 'Hot standby mode is disabled.', /connect to the primary/],
])('refused: SQLSTATE %s of %s, "%s" -> its own remedy', (code, routine, message, detail, hint) => {
  expect(hintOf(new DatabaseError({ code, routine, message, detail }))).toMatch(hint)
})
