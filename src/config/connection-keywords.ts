import { SkillsError } from '../core/errors.ts'
import { nearest } from '../core/text.ts'
import { list } from './values.ts'

/** What this tool does with a keyword. */
interface KeywordFacts {
  /** The variable that sets it. */
  variable?: string
  /** `used`; `ignored`, because it has no effect here; or `refused`, because ignoring it would break what it asks for. */
  support: 'used' | 'ignored' | 'refused'
  /** What it does, and how that differs from libpq; or why it is ignored or refused. */
  text: string
  /** All values of a keyword that is used, when there are few. */
  values?: readonly string[]
  /** Values of a refused keyword that ask for nothing, in lower case. */
  harmless?: readonly string[]
}

const FILE_IN_HOME = 'default: the file in `~/.postgresql`, when it exists'
const OAUTH = { support: 'refused', text: 'OAuth is not supported' } as const
const SCRAM_KEY = { support: 'refused', text: 'it is for middleware; set `password`' } as const
const NO_GSS = 'GSSAPI is not used'
const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
const PROTOCOL_VERSIONS = ['3.0', '3.2', 'latest'] as const

/** Every connection keyword of libpq 18 (PostgreSQL manual, "Parameter Key Words"), with its variable. docs/connection.md is made from it. */
export const KEYWORDS = {
  host: { variable: 'PGHOST', support: 'used', text: 'a name, an address, or the folder of a Unix socket; several with commas' },
  hostaddr: {
    variable: 'PGHOSTADDR',
    support: 'used',
    text: 'the IP address to connect to; `host` stays the name that TLS verifies and the password file has',
  },
  port: { variable: 'PGPORT', support: 'used', text: 'one for all hosts, or one for each' },
  dbname: { variable: 'PGDATABASE', support: 'used', text: 'default: the user' },
  user: { variable: 'PGUSER', support: 'used', text: 'default: the user of the operating system' },
  password: { variable: 'PGPASSWORD', support: 'used', text: 'before the password file' },
  passfile: {
    variable: 'PGPASSFILE',
    support: 'used',
    text: 'default: `~/.pgpass`; ignored when other users can read it, and a refused login says so',
  },
  require_auth: {
    variable: 'PGREQUIREAUTH',
    support: 'used',
    text: 'methods with commas (`password`, `md5`, `scram-sha-256`, `none`), or each with `!`; it also permits `password` and `md5` without encryption',
  },
  channel_binding: {
    variable: 'PGCHANNELBINDING',
    support: 'used',
    text: 'default: `prefer`',
    values: ['disable', 'prefer', 'require'],
  },
  connect_timeout: {
    variable: 'PGCONNECT_TIMEOUT',
    support: 'used',
    text: 'seconds for each host, from the name to the login; default, and meaning of `0`: 10',
  },
  client_encoding: {
    variable: 'PGCLIENTENCODING',
    support: 'refused',
    text: 'the encoding is always UTF8',
    harmless: ['utf8', 'utf-8', 'utf_8', 'unicode', 'auto'],
  },
  options: { variable: 'PGOPTIONS', support: 'used', text: 'sent to the server; most poolers refuse it' },
  application_name: { variable: 'PGAPPNAME', support: 'used', text: 'default: `fallback_application_name`, else `skills`' },
  fallback_application_name: { support: 'used', text: 'see `application_name`' },
  keepalives: { support: 'used', text: 'default: `1`', values: ['0', '1'] },
  keepalives_idle: { support: 'used', text: 'seconds; default, and meaning of `0`: 30' },
  keepalives_interval: { support: 'refused', text: 'Node.js always uses 1 second', harmless: ['0', '1'] },
  keepalives_count: { support: 'refused', text: 'Node.js always uses 10 probes', harmless: ['0', '10'] },
  tcp_user_timeout: { support: 'refused', text: 'Node.js cannot set it; use `keepalives_idle`', harmless: ['0'] },
  replication: { support: 'refused', text: 'a replication connection cannot run SQL', harmless: ['false', 'off', 'no', '0'] },
  gssencmode: {
    variable: 'PGGSSENCMODE',
    support: 'refused',
    text: 'GSSAPI encryption is not supported; use TLS',
    harmless: ['disable', 'prefer'],
  },
  sslmode: {
    variable: 'PGSSLMODE',
    support: 'used',
    text: 'default: `prefer`; with `sslrootcert=system` it is `verify-full`. `no-verify`, which libpq does not have, is `require` without a root certificate',
    values: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'],
  },
  requiressl: { variable: 'PGREQUIRESSL', support: 'used', text: '`1` is `sslmode=require`, unless `sslmode` is set', values: ['0', '1'] },
  sslnegotiation: {
    variable: 'PGSSLNEGOTIATION',
    support: 'used',
    text: 'default: `postgres`; `direct` needs `sslmode=require` or stronger',
    values: ['postgres', 'direct'],
  },
  sslcompression: { variable: 'PGSSLCOMPRESSION', support: 'ignored', text: 'TLS is never compressed' },
  sslcert: { variable: 'PGSSLCERT', support: 'used', text: `PEM file; ${FILE_IN_HOME} (\`postgresql.crt\`)` },
  sslkey: {
    variable: 'PGSSLKEY',
    support: 'used',
    text: `PEM file that only its owner can read (or root owns it, and its group can read it); ${FILE_IN_HOME} (\`postgresql.key\`)`,
  },
  sslkeylogfile: { support: 'refused', text: 'the keys of a connection are never written to a file' },
  sslpassword: { support: 'used', text: 'the passphrase of `sslkey`' },
  sslcertmode: {
    variable: 'PGSSLCERTMODE',
    support: 'used',
    text: '`disable` sends no client certificate; default: `allow`. `require` is refused: Node.js does not report whether the server requested one',
    values: ['disable', 'allow'],
  },
  sslrootcert: {
    variable: 'PGSSLROOTCERT',
    support: 'used',
    text: `PEM file; ${FILE_IN_HOME} (\`root.crt\`). \`system\` is the authorities that Node.js trusts, and requires \`verify-full\``,
  },
  sslcrl: { variable: 'PGSSLCRL', support: 'used', text: `PEM file; ${FILE_IN_HOME} (\`root.crl\`)` },
  sslcrldir: { variable: 'PGSSLCRLDIR', support: 'used', text: 'a folder that `openssl rehash` has prepared' },
  sslsni: { variable: 'PGSSLSNI', support: 'used', text: 'default: `1`', values: ['0', '1'] },
  requirepeer: { variable: 'PGREQUIREPEER', support: 'refused', text: 'Node.js cannot read the user at the other end of a Unix socket' },
  ssl_min_protocol_version: {
    variable: 'PGSSLMINPROTOCOLVERSION',
    support: 'used',
    text: 'default: `TLSv1.2`',
    values: TLS_VERSIONS,
  },
  ssl_max_protocol_version: { variable: 'PGSSLMAXPROTOCOLVERSION', support: 'used', text: 'default: the latest', values: TLS_VERSIONS },
  min_protocol_version: { variable: 'PGMINPROTOCOLVERSION', support: 'used', text: 'default: `3.0`', values: PROTOCOL_VERSIONS },
  max_protocol_version: { variable: 'PGMAXPROTOCOLVERSION', support: 'used', text: 'default: `3.0`', values: PROTOCOL_VERSIONS },
  krbsrvname: { variable: 'PGKRBSRVNAME', support: 'ignored', text: NO_GSS },
  gsslib: { variable: 'PGGSSLIB', support: 'ignored', text: NO_GSS },
  gssdelegation: { variable: 'PGGSSDELEGATION', support: 'ignored', text: NO_GSS },
  scram_client_key: SCRAM_KEY,
  scram_server_key: SCRAM_KEY,
  service: { variable: 'PGSERVICE', support: 'used', text: 'a section of the service file' },
  servicefile: { variable: 'PGSERVICEFILE', support: 'used', text: 'default: `~/.pg_service.conf`, then the one in `PGSYSCONFDIR`' },
  target_session_attrs: {
    variable: 'PGTARGETSESSIONATTRS',
    support: 'used',
    text: 'default: `any`; the first host with this property, and each address of a name',
    values: ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'],
  },
  load_balance_hosts: {
    variable: 'PGLOADBALANCEHOSTS',
    support: 'used',
    text: 'default: `disable`; `random` tries hosts, and the addresses of a name, in random order',
    values: ['disable', 'random'],
  },
  oauth_issuer: OAUTH,
  oauth_client_id: OAUTH,
  oauth_client_secret: OAUTH,
  oauth_scope: OAUTH,
} as const satisfies Readonly<Record<string, KeywordFacts>>

const LISTED = 'docs/connection.md lists the keywords and their values'

type Facts = typeof KEYWORDS
/** A keyword that is used. */
export type Keyword = { [K in keyof Facts]: Facts[K]['support'] extends 'used' ? K : never }[keyof Facts]
export type Keywords = Partial<Record<Keyword, string>>

/**
 * The keyword to store, or undefined when it has no effect here. Throws DATABASE_URL_INVALID for a refused keyword, and for
 * a value that it does not have. `origin` is what the message says it comes from.
 */
export function acceptKeyword(name: string, value: string, origin: string): Keyword | undefined {
  const facts: KeywordFacts = KEYWORDS[name as keyof typeof KEYWORDS]
  // as in libpq, an empty value is no value; an empty password is one that is known to be empty
  if (facts.support === 'ignored' || (value === '' && name !== 'password')) return undefined
  if (facts.support === 'used') {
    if (facts.values === undefined || facts.values.includes(value)) return name as Keyword
    throw invalidKeyword(name, value, origin, list(facts.values), plain(facts.text))
  }
  if (facts.harmless?.includes(value.toLowerCase()) === true) return undefined
  throw new SkillsError('DATABASE_URL_INVALID', `${name} from ${origin} is not supported: ${plain(facts.text)}`, {
    hint: facts.harmless === undefined ? 'remove it' : `remove it, or set it to ${list(facts.harmless)}`,
  })
}

export function isKeyword(name: string): boolean {
  return Object.hasOwn(KEYWORDS, name)
}

/** `unknown parameter "sslmod"; did you mean "sslmode"?` */
export function unknownKeyword(name: string): string {
  const near = nearest(name, [...Object.keys(KEYWORDS), 'schema'])
  return `unknown parameter "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`
}

/** The error of a value. One with `@` can be the rest of a password, and is not repeated. */
export function invalidKeyword(name: string, value: string, origin: string, expected: string, hint = LISTED): SkillsError {
  const shown = value.includes('@') ? '' : ` "${value}"`
  return new SkillsError('DATABASE_URL_INVALID', `invalid ${name}${shown} from ${origin} (expected ${expected})`, { hint })
}

function plain(text: string): string {
  return text.replaceAll('`', '')
}
