import { chmodSync, existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { KEYWORDS } from '../../../src/config/connection-keywords.ts'
import type { Purpose } from '../../../src/config/database-choice.ts'
import { loadSettings, type Flags } from '../../../src/config/settings.ts'
import { SkillsError } from '../../../src/core/errors.ts'
import type { ServerTarget } from '../../../src/core/target.ts'
import { scratch, writeFiles } from '../../support/scratch.ts'

// The rule: sources are compared first, and the best one is used whole. So nothing of a more trusted source goes to a host
// that a less trusted one names, and a less trusted one changes nothing of a connection that a more trusted one describes.

const SECRET = 'tr0ub4dor'
const GOOD = `postgres://app:${SECRET}@good:6000/prod?sslmode=verify-full`
const GOOD_WITHOUT_PASSWORD = 'postgres://app@good:6000/prod?sslmode=verify-full'

interface Place {
  flags?: Flags
  env?: Record<string, string>
  /** Files of the home folder, which is also the working folder. */
  files?: Record<string, string>
}

const HOME_FILES = {
  '.pgpass': `*:*:*:*:${SECRET}\n`,
  exact: `good:6000:prod:app:${SECRET}\nevil:5432:prod:app:${SECRET}\nlocalhost:5432:prod:app:${SECRET}\n10.6.6.6:6000:prod:app:${SECRET}\n`,
  '.pg_service.conf': `[prod]\nhost=good\nport=6000\ndbname=prod\nuser=app\npassword=${SECRET}\nsslmode=verify-full\n`,
  'url.txt': GOOD,
  'ca.pem': '',
}

/** The user: options and the exported environment. Each describes the good server. */
const CHOICES: Record<string, Place> = {
  '--database-url': { flags: { databaseUrl: GOOD } },
  '--direct-url': { flags: { directUrl: GOOD, databaseUrl: GOOD } },
  '--database-url with the password file': { flags: { databaseUrl: GOOD_WITHOUT_PASSWORD } },
  '--database-url-file': { flags: { databaseUrlFile: 'url.txt' } },
  DATABASE_URL: { env: { DATABASE_URL: GOOD } },
  'DATABASE_URL with PGPASSWORD': { env: { DATABASE_URL: GOOD_WITHOUT_PASSWORD, PGPASSWORD: SECRET } },
  'DATABASE_URL with the password file': { env: { DATABASE_URL: GOOD_WITHOUT_PASSWORD } },
  'DATABASE_URL with PGPASSFILE': { env: { DATABASE_URL: GOOD_WITHOUT_PASSWORD, PGPASSFILE: 'HOME/exact' } },
  'DATABASE_URL and DIRECT_URL': { env: { DATABASE_URL: GOOD, DIRECT_URL: GOOD } },
  DATABASE_URL_FILE: { env: { DATABASE_URL_FILE: 'url.txt' } },
  'PG* variables': {
    env: { PGHOST: 'good', PGPORT: '6000', PGUSER: 'app', PGDATABASE: 'prod', PGPASSWORD: SECRET, PGSSLMODE: 'verify-full' },
  },
  'PGHOST with the password file': { env: { PGHOST: 'good', PGPORT: '6000', PGUSER: 'app', PGDATABASE: 'prod', PGSSLMODE: 'verify-full' } },
  PGSERVICE: { env: { PGSERVICE: 'prod' } },
}

/** Passwords of the user that name no server. */
const CREDENTIALS: Record<string, Place> = {
  PGPASSWORD: { env: { PGPASSWORD: SECRET } },
  'the password file, any host': {},
  'PGPASSFILE, exact entries': { env: { PGPASSFILE: 'HOME/exact' } },
  'a service file': { env: { PGSERVICEFILE: 'HOME/.pg_service.conf' } },
}

const envFile = (text: string): Place => ({ files: { '.env': text } })
const configFile = (content: object): Place => ({ files: { 'skills.config.json': JSON.stringify(content) } })
const EVIL = 'postgres://app@evil/prod'

/** The project: each tries to move the connection, or to weaken it. */
const ATTACKS: Record<string, Place> = {
  PGHOST: envFile('PGHOST=evil'),
  PGHOSTADDR: envFile('PGHOSTADDR=10.6.6.6'),
  'PGHOSTADDR behind a trusted name': envFile('PGHOST=good\nPGHOSTADDR=10.6.6.6\nPGPORT=6000\nPGUSER=app\nPGDATABASE=prod'),
  'PGHOST and PGPORT': envFile('PGHOST=evil\nPGPORT=5432\nPGUSER=app\nPGDATABASE=prod'),
  PGPORT: envFile('PGPORT=666\nPGHOST=localhost'),
  'PGPORT of a name in the password file': envFile('PGHOST=localhost\nPGPORT=5432\nPGUSER=app\nPGDATABASE=prod'),
  PGSERVICE: envFile('PGSERVICE=prod'),
  'PGSERVICE and PGHOSTADDR': envFile('PGSERVICE=prod\nPGHOSTADDR=10.6.6.6'),
  'PGSERVICE and PGSSLMODE': envFile('PGSERVICE=prod\nPGSSLMODE=disable'),
  'PGSERVICEFILE of its own': {
    files: { '.env': 'PGSERVICE=prod\nPGSERVICEFILE=evil.conf', 'evil.conf': '[prod]\nhost=evil\n' },
  },
  PGSERVICEFILE: { files: { '.env': 'PGSERVICEFILE=evil.conf', 'evil.conf': '[prod]\nhost=evil\n' } },
  PGSYSCONFDIR: { files: { '.env': 'PGSYSCONFDIR=.', 'pg_service.conf': '[prod]\nhost=evil\n' } },
  PGPASSFILE: envFile('PGHOST=evil\nPGPASSFILE=HOME/.pgpass'),
  'PGPASSFILE, exact entries': envFile('PGHOST=evil\nPGUSER=app\nPGDATABASE=prod\nPGPASSFILE=HOME/exact'),
  PGSSLMODE: envFile('PGSSLMODE=disable'),
  PGSSLROOTCERT: envFile('PGSSLROOTCERT=HOME/ca.pem'),
  'PGUSER and PGDATABASE': envFile('PGUSER=evil\nPGDATABASE=evil'),
  PGOPTIONS: envFile('PGOPTIONS=-c search_path=evil'),
  PGAPPNAME: envFile('PGAPPNAME=evil'),
  PGCONNECT_TIMEOUT: envFile('PGCONNECT_TIMEOUT=1'),
  HOME: { files: { '.env': 'HOME=evil\nPGHOST=evil', 'evil/.pgpass': '', 'evil/.postgresql/root.crt': '' } },
  DATABASE_URL: envFile(`DATABASE_URL=${EVIL}`),
  'DATABASE_URL with a service': envFile('DATABASE_URL=postgres://?service=prod&hostaddr=10.6.6.6'),
  'DATABASE_URL with a password file': envFile(`DATABASE_URL=${EVIL}?passfile=HOME/exact`),
  'DATABASE_URL with two hosts': envFile('DATABASE_URL=postgres://app@good:6000,evil/prod'),
  DATABASE_URL_FILE: envFile('DATABASE_URL_FILE=url.txt'),
  DIRECT_URL: envFile(`DIRECT_URL=${EVIL}`),
  'DIRECT_URL and DATABASE_URL': envFile(`DIRECT_URL=${EVIL}\nDATABASE_URL=${EVIL}`),
  'databaseUrl of the configuration file': configFile({ databaseUrl: EVIL }),
  'directUrl of the configuration file': configFile({ directUrl: EVIL }),
  'databaseUrl with a service': configFile({ databaseUrl: 'postgres:///?service=prod&hostaddr=10.6.6.6' }),
  'databaseUrl with a password file': configFile({ databaseUrl: `${EVIL}?passfile=HOME/exact` }),
  embedded: configFile({ embedded: 'evil' }),
}

/** The server of these places together; the code of the error when they are refused. */
async function resolve(purpose: Purpose, ...places: Place[]): Promise<ServerTarget | string> {
  const home = scratch()
  const here = (text: string): string => text.replaceAll('HOME/', `${home}/`)
  const flags = Object.assign({}, ...places.map((place) => place.flags)) as Flags
  const env = Object.fromEntries(places.flatMap((place) => Object.entries(place.env ?? {})).map(([key, value]) => [key, here(value)]))
  const files = Object.assign({}, HOME_FILES, ...places.map((place) => place.files)) as Record<string, string>
  writeFiles(home, Object.fromEntries(Object.entries(files).map(([name, text]) => [name, here(text)])))
  for (const name of ['.pgpass', 'exact', '.postgresql/postgresql.key'])
    if (existsSync(path.join(home, name))) chmodSync(path.join(home, name), 0o600)
  try {
    const { database } = await loadSettings(flags, { HOME: home, ...env }, home, purpose)
    return database.value.kind === 'server' ? database.value : 'embedded'
  } catch (error) {
    if (error instanceof SkillsError) return error.code
    throw error
  }
}

const PURPOSES = ['use', 'migrate'] as const

describe.each(Object.entries(CHOICES))('one source: the user chooses the server with %s', (_, choice) => {
  test('alone -> the server, with its password', async () => {
    for (const purpose of PURPOSES) {
      const target = await resolve(purpose, choice)
      expect(target).toMatchObject({ user: 'app', database: 'prod', ssl: { mode: 'verify-full' } })
      const { hosts, password } = target as ServerTarget
      expect(hosts).toMatchObject([{ host: 'good', port: 6000 }])
      expect(hosts[0]?.password ?? password).toBe(SECRET)
    }
  })

  test.each(Object.entries(ATTACKS))('a file of the project has %s -> the same connection', async (_name, attack) => {
    for (const purpose of PURPOSES) expect(await resolve(purpose, choice, attack)).toEqual(await resolve(purpose, choice))
  })

  test('PG* variables are exported beside an option -> they change nothing', async () => {
    if (choice.flags === undefined) return
    const exported = {
      PGHOST: 'evil',
      PGHOSTADDR: '10.6.6.6',
      PGPORT: '1',
      PGPASSWORD: 'x',
      PGSSLMODE: 'disable',
      PGUSER: 'evil',
      PGOPTIONS: '-c a=b',
    }
    const services = { PGSERVICE: 'prod', DATABASE_URL: EVIL, DIRECT_URL: EVIL, DATABASE_URL_FILE: 'none' }
    for (const purpose of PURPOSES)
      expect(await resolve(purpose, choice, { env: { ...exported, ...services } })).toEqual(await resolve(purpose, choice))
  })
})

describe.each(Object.entries(CREDENTIALS))('one source: the user has %s', (_, credentials) => {
  test.each(Object.entries(ATTACKS))('a file of the project has %s -> the password goes nowhere', async (_name, attack) => {
    for (const purpose of PURPOSES) expect(JSON.stringify(await resolve(purpose, credentials, attack))).not.toContain(SECRET)
  })
})

test.each<[string, Place]>([
  ['PGSERVICE', envFile('PGSERVICE=prod')],
  ['PGPASSFILE', envFile('PGHOST=db\nPGPASSFILE=HOME/.pgpass')],
  ['a service in the URL', envFile('DATABASE_URL=postgres:///?service=prod')],
  ['DATABASE_URL_FILE', envFile('DATABASE_URL_FILE=url.txt')],
  ['a service in the URL of the configuration file', configFile({ databaseUrl: 'postgres:///?service=prod' })],
])('one source: a file of the project names a file of the user with %s -> refused', async (_, place) => {
  expect(await resolve('use', place)).toBe('CONFIG_INVALID')
})

test('one source: any variable of libpq in .env -> the exported connection stays the same', async () => {
  for (const [name, facts] of Object.entries(KEYWORDS)) {
    if (!('variable' in facts)) continue
    const value = 'values' in facts ? facts.values.join('\n') : name === 'hostaddr' ? '10.6.6.6' : '1'
    for (const choice of [CHOICES['DATABASE_URL'], CHOICES['PG* variables'], CHOICES['PGSERVICE']]) {
      const attacked = await resolve('use', choice ?? {}, envFile(`${facts.variable}=${value.split('\n').at(-1) ?? ''}`))
      expect([name, attacked]).toEqual([name, await resolve('use', choice ?? {})])
    }
  }
})

test('one source: the user has a client certificate -> for servers that the user chooses only', async () => {
  const certificate = { files: { '.postgresql/postgresql.crt': '', '.postgresql/postgresql.key': '' } }
  expect(await resolve('use', certificate, { env: { PGHOST: 'db', PGUSER: 'me' } })).toMatchObject({ ssl: { cert: expect.any(String) } })
  const chosen = await resolve('use', certificate, envFile('PGHOST=db\nPGUSER=me'))
  expect(chosen).toMatchObject({ hosts: [{ host: 'db' }], ssl: { mode: 'prefer' } })
  expect(chosen).not.toHaveProperty('ssl.cert')
})

test('one source: a project with a server of its own -> its password, its TLS', async () => {
  expect(
    await resolve('use', envFile('PGHOST=db\nPGUSER=me\nPGPASSWORD=own\nPGSSLMODE=require'), { env: { PGPASSWORD: SECRET } }),
  ).toMatchObject({
    hosts: [{ host: 'db', port: 5432 }],
    password: 'own',
    ssl: { mode: 'require' },
  })
  expect(await resolve('use', envFile('DATABASE_URL=postgres://me@db/x\nPGPASSWORD=own'))).toMatchObject({ user: 'me', password: 'own' })
})

test('one source: exported DATABASE_URL, DIRECT_URL in .env -> migrate uses DATABASE_URL', async () => {
  expect(await resolve('migrate', { env: { DATABASE_URL: GOOD } }, envFile(`DIRECT_URL=${EVIL}`))).toMatchObject({
    hosts: [{ host: 'good' }],
  })
})

async function notes(flags: Flags, env: Record<string, string>, files: Record<string, string> = {}): Promise<string[]> {
  const home = scratch(files)
  return (await loadSettings(flags, { HOME: home, ...env }, home)).notes
}

test('one source: an exported password or TLS setting is not used -> a note names it', async () => {
  const exported = { PGPASSWORD: SECRET, PGSSLMODE: 'verify-full', PGHOST: 'x' }
  const databaseUrl = 'postgres://app@db/prod'
  expect(await notes({ databaseUrl }, exported)).toEqual([
    'the exported PGPASSWORD, PGSSLMODE are not used: the connection comes from --database-url alone',
  ])
  expect(await notes({ databaseUrl: GOOD }, exported)).toEqual([])
  expect(await notes({}, exported)).toEqual([])
  expect(await notes({}, { PGPASSWORD: SECRET }, { '.env': 'PGHOST=db' })).toEqual([
    'the exported PGPASSWORD is not used: the connection comes from PGHOST in .env alone',
  ])
  expect(await notes({ embedded: true }, exported)).toEqual([])
})
