import { describe, expect, test } from 'vitest'
import type { Purpose } from '../../../src/config/database-choice.ts'
import type { Flags, Settings } from '../../../src/config/settings.ts'
import { readLedgerName } from '../../../src/core/ledger-name.ts'
import { loadSettings } from '../../../src/config/settings.ts'
import { describeTarget } from '../../../src/core/target.ts'
import { scratch } from '../../support/scratch.ts'

interface Given {
  flags?: Flags
  env?: Record<string, string>
  /** Files of the working folder. */
  files?: Record<string, string>
  purpose?: Purpose
}

/** Settings in a new folder that is also HOME, so that no file of the user counts. */
async function settings({ flags = {}, env = {}, files = {}, purpose = 'use' }: Given): Promise<Settings & { cwd: string }> {
  const cwd = scratch(files)
  return { ...(await loadSettings(flags, { HOME: cwd, ...env }, cwd, purpose)), cwd }
}

describe('setting:', () => {
  const flags = { schema: 'of_flag' }
  const env = { SKILLS_SCHEMA: 'of_env' }
  const dotenv = { '.env': 'SKILLS_SCHEMA=of_dotenv\n' }
  const config = { 'skills.config.json': '{"schema": "of_file"}' }

  test.each<[string, Given, string | undefined, string]>([
    ['the flag', { flags, env, files: { ...dotenv, ...config } }, 'of_flag', '--schema'],
    ['the environment', { env, files: { ...dotenv, ...config } }, 'of_env', 'SKILLS_SCHEMA'],
    ['.env', { files: { ...dotenv, ...config } }, 'of_dotenv', 'SKILLS_SCHEMA in .env'],
    ['the configuration file', { files: config }, 'of_file', 'CWD/skills.config.json'],
    ['the URL', { flags: { databaseUrl: 'postgres://app@db/prod?schema=of_url' } }, 'of_url', '--database-url'],
    ['nothing', {}, undefined, 'default'],
    ['the file, when the variable is empty', { env: { SKILLS_SCHEMA: '' }, files: config }, 'of_file', 'CWD/skills.config.json'],
    ['the flag, before the URL', { flags: { ...flags, databaseUrl: 'postgres://app@db/prod?schema=of_url' } }, 'of_flag', '--schema'],
  ])('value from %s', async (_, given, value, origin) => {
    const { schema, cwd } = await settings(given)
    expect({ ...schema, origin: schema.origin.replace(cwd, 'CWD') }).toEqual({ value, origin })
  })

  test('list of folders -> options as given, variables split, paths of the file relative to the file', async () => {
    const files = { 'skills.config.json': '{"skills": ["a", "../b"], "migrations": "db"}' }
    expect(await settings({ flags: { skills: ['x', 'y'], migrations: ['m'] }, files })).toMatchObject({
      skills: { value: ['x', 'y'], origin: 'the command line' },
      migrations: { value: ['m'], origin: '--migrations' },
    })
    expect(await settings({ env: { SKILLS_SKILLS: 'x:y', SKILLS_MIGRATIONS: 'm' }, files })).toMatchObject({
      skills: { value: ['x', 'y'], origin: 'SKILLS_SKILLS' },
      migrations: { value: ['m'] },
    })
    expect(await settings({ files })).toMatchObject({ skills: { value: ['a', '../b'] }, migrations: { value: ['db'] } })
    expect(await settings({ flags: { skills: [] } })).toMatchObject({
      skills: { value: ['skills'], origin: 'default' },
      migrations: { value: [] },
    })
  })

  test('ledger -> option, variable or default', async () => {
    expect((await settings({})).ledger).toEqual({ value: 'schema_migrations', origin: 'default' })
    expect((await settings({ env: { SKILLS_LEDGER: 'mine' } })).ledger).toEqual({ value: 'mine', origin: 'SKILLS_LEDGER' })
  })
})

describe('setting: invalid value -> error with the origin', () => {
  test.each<[string, Given, object]>([
    ['option', { flags: { namespace: 'x' } }, { code: 'USAGE', message: 'invalid value "x" for --namespace (expected name or path)' }],
    [
      'variable',
      { env: { SKILLS_NAMESPACE: 'x' } },
      { code: 'CONFIG_INVALID', message: 'invalid value "x" for SKILLS_NAMESPACE (expected name or path)' },
    ],
    [
      '.env',
      { files: { '.env': 'SKILLS_LENIENT=maybe' } },
      { code: 'CONFIG_INVALID', message: 'invalid value "maybe" for SKILLS_LENIENT in .env (expected true or false)' },
    ],
    [
      'configuration file',
      { files: { 'skills.config.json': '{"rootLabel": " "}' } },
      {
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/^invalid value " " for "rootLabel" in .*skills\.config\.json \(expected text/),
      },
    ],
  ])('%s', async (_, given, error) => {
    await expect(settings(given)).rejects.toMatchObject({ exitCode: 2, ...error })
  })
})

describe('names: more than 63 bytes, empty, with NUL or half a character -> refused before anything is connected', () => {
  const long = '\u00E9'.repeat(32)
  test.each<[string, Given]>([
    ['--schema', { flags: { schema: long } }],
    ['SKILLS_SCHEMA', { env: { SKILLS_SCHEMA: long } }],
    ['schema of the configuration file', { files: { 'skills.config.json': JSON.stringify({ schema: long }) } }],
    ['schema of a URL', { flags: { databaseUrl: `postgres://app@db/x?schema=${long}` } }],
    ['empty', { flags: { schema: '' } }],
    ['NUL', { flags: { schema: 'a\0b' } }],
    ['half a character', { flags: { schema: '\uD800' } }],
    ['the schema "$user", which PostgreSQL replaces', { flags: { schema: '$user' } }],
    ['a schema of PostgreSQL', { flags: { schema: 'pg_x' } }],
  ])('%s', async (_, given) => {
    await expect(settings(given)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/\(expected a (schema )?name of 1 to 63 bytes/),
    })
  })

  test('63 bytes, signs, quotes -> accepted', async () => {
    for (const name of [`${'\u00E9'.repeat(31)}x`, 'a$$b', '$&', 'a"b', "a'b", 'a b', 'x'.repeat(63)])
      expect((await settings({ flags: { schema: name } })).schema.value).toBe(name)
  })
})

describe('ledger: a table, or a schema and a table', () => {
  test.each<[string, Given]>([
    // with _progress it must not be longer than 63 bytes
    ['55 bytes', { flags: { ledger: 'x'.repeat(55) } }],
    ['SKILLS_LEDGER in .env', { files: { '.env': `SKILLS_LEDGER=${'x'.repeat(64)}` } }],
    ['empty in the configuration file', { files: { 'skills.config.json': JSON.stringify({ ledger: '' }) } }],
    ['three parts', { flags: { ledger: 'a.b.c' } }],
    ['no table', { flags: { ledger: 'a.' } }],
    ['no schema', { flags: { ledger: '.a' } }],
    ['an open quote', { flags: { ledger: '"a.b' } }],
    ['a schema of PostgreSQL', { flags: { ledger: 'pg_catalog.a' } }],
    ['half a character', { flags: { ledger: 'a.\uD800' } }],
  ])('%s -> refused', async (_, given) => {
    await expect(settings(given)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('(expected table or schema.table, the table of 1 to 54 bytes'),
    })
  })

  test.each([
    ['migrations', undefined, 'migrations'],
    ['My Table', undefined, 'My Table'],
    ['a"b', undefined, 'a"b'],
    ['ops.migrations', 'ops', 'migrations'],
    ['"My Schema".t', 'My Schema', 't'],
    ['"a.b"', undefined, 'a.b'],
    ['"a""b"."c.d"', 'a"b', 'c.d'],
    ['Ops.T', 'Ops', 'T'],
  ])('%s -> its parts', async (text, schema, table) => {
    expect((await settings({ flags: { ledger: text } })).ledger.value).toBe(text)
    expect(readLedgerName(text)).toEqual(schema === undefined ? { table } : { schema, table })
  })
})

test('setting: boolean in a variable, former name of a variable -> read', async () => {
  expect(await settings({ env: { SKILLS_LENIENT: 'true', SKILLS_DIR: 'old' } })).toMatchObject({
    lenient: { value: true, origin: 'SKILLS_LENIENT' },
    skills: { value: ['old'], origin: 'SKILLS_DIR' },
  })
})

const url = (name: string): string => `postgres://app:s3cr3t@${name}/x`

describe('database:', () => {
  const config = { 'skills.config.json': JSON.stringify({ databaseUrl: url('file') }) }
  const dotenv = { '.env': `DATABASE_URL=${url('dotenv')}` }

  test.each<[string, Given, string, string]>([
    [
      '--database-url',
      { flags: { databaseUrl: url('flag') }, env: { DATABASE_URL: url('env'), PGHOST: 'pg', CI: 'true' }, files: { ...config, ...dotenv } },
      'postgres://app@flag:5432/x',
      '--database-url',
    ],
    ['--embedded', { flags: { embedded: true }, env: { DATABASE_URL: url('env'), CI: 'true' } }, 'embedded .skills/db', '--embedded'],
    ['--embedded DIR', { flags: { embedded: 'dir' }, env: { NODE_ENV: 'production' } }, 'embedded dir', '--embedded'],
    ['--embedded memory', { flags: { embedded: 'memory' } }, 'embedded (memory)', '--embedded'],
    [
      'DATABASE_URL',
      { env: { DATABASE_URL: url('env'), PGHOST: 'pg' }, files: { ...config, ...dotenv } },
      'postgres://app@env:5432/x',
      'DATABASE_URL',
    ],
    [
      'DATABASE_URL in .env',
      { env: { PGPASSWORD: 'alone, chooses none' }, files: { ...config, ...dotenv } },
      'postgres://app@dotenv:5432/x',
      'DATABASE_URL in .env',
    ],
    [
      'exported PG* variables, before DATABASE_URL in .env',
      { env: { PGHOST: 'pg', PGUSER: 'me' }, files: { ...config, ...dotenv } },
      'postgres://me@pg:5432/me',
      'PGHOST, PGUSER',
    ],
    [
      'PG* variables',
      { env: { PGHOST: 'pg', PGUSER: 'me', PGDATABASE: 'd' }, files: config },
      'postgres://me@pg:5432/d',
      'PGHOST, PGDATABASE, PGUSER',
    ],
    [
      'PG* variables in .env',
      { files: { ...config, '.env': 'PGHOST=pg\nPGUSER=me' } },
      'postgres://me@pg:5432/me',
      'PGHOST, PGUSER in .env',
    ],
    [
      'the URL of the file',
      { env: { PGPASSWORD: 'alone, chooses none' }, files: config },
      'postgres://app@file:5432/x',
      'CWD/skills.config.json',
    ],
    [
      'the folder of the file',
      { files: { 'skills.config.json': '{"embedded": "data/db"}' } },
      'embedded data/db',
      'CWD/skills.config.json',
    ],
    ['the default', { env: { CI: '', NODE_ENV: 'test' } }, 'embedded .skills/db', 'default'],
    ['the default, as CI=false is no CI', { env: { CI: 'false' } }, 'embedded .skills/db', 'default'],
  ])('%s -> chosen', async (_, given, label, origin) => {
    const { database, cwd } = await settings(given)
    expect([describeTarget(database.value), database.origin.replace(cwd, 'CWD')]).toEqual([label, origin])
  })

  test.each<[string, Given, object]>([
    [
      'none, with CI',
      { env: { CI: 'true' } },
      { code: 'DATABASE_NOT_CONFIGURED', message: expect.stringContaining('CI'), hint: expect.stringContaining('DATABASE_URL=') },
    ],
    ['none, with CI=1', { env: { CI: '1' } }, { code: 'DATABASE_NOT_CONFIGURED' }],
    [
      'none, in production',
      { env: { NODE_ENV: 'production' } },
      { code: 'DATABASE_NOT_CONFIGURED', message: expect.stringContaining('NODE_ENV=production') },
    ],
    ['a password alone, with CI', { env: { CI: 'true', PGPASSWORD: 's3cr3t' } }, { code: 'DATABASE_NOT_CONFIGURED' }],
    ['an empty DATABASE_URL', { env: { DATABASE_URL: '' } }, { code: 'DATABASE_URL_INVALID', message: 'DATABASE_URL is set but empty' }],
    [
      'an empty DATABASE_URL over one in .env',
      { env: { DATABASE_URL: ' ' }, files: dotenv },
      { code: 'DATABASE_URL_INVALID', message: 'DATABASE_URL is set but empty' },
    ],
    [
      'an empty --database-url',
      { flags: { databaseUrl: '' }, env: { DATABASE_URL: url('env') } },
      { code: 'DATABASE_URL_INVALID', message: '--database-url is set but empty' },
    ],
    [
      'two at once',
      { flags: { databaseUrl: url('flag'), embedded: true } },
      { code: 'USAGE', message: expect.stringContaining('cannot be combined with') },
    ],
  ])('%s -> error', async (_, given, error) => {
    await expect(settings(given)).rejects.toMatchObject({ exitCode: 2, ...error })
  })

  test.each<[string, Omit<Given, 'purpose'>, string, string]>([
    ['--direct-url', { flags: { directUrl: url('direct'), databaseUrl: url('flag') } }, 'direct', 'flag'],
    ['--database-url', { flags: { databaseUrl: url('flag') }, env: { DIRECT_URL: url('direct') } }, 'flag', 'flag'],
    ['DIRECT_URL', { env: { DIRECT_URL: url('direct'), DATABASE_URL: url('env') } }, 'direct', 'env'],
    [
      'the directUrl of the file',
      { files: { 'skills.config.json': JSON.stringify({ directUrl: url('direct'), databaseUrl: url('file') }) } },
      'direct',
      'file',
    ],
    [
      'DATABASE_URL',
      { env: { DATABASE_URL: url('env') }, files: { 'skills.config.json': JSON.stringify({ directUrl: url('direct') }) } },
      'env',
      'env',
    ],
  ])('purpose migrate: %s -> the server behind the pooler', async (_, given, migrating, using) => {
    const host = async (purpose: Purpose): Promise<unknown> => (await settings({ ...given, purpose })).database.value
    expect(await host('migrate')).toMatchObject({ hosts: [{ host: migrating }] })
    expect(await host('use')).toMatchObject({ hosts: [{ host: using }] })
  })

  test('--embedded without a folder -> the folder of the configuration file, relative to the file', async () => {
    const cwd = scratch({ 'skills.config.json': '{"embedded": "data/db"}', 'below/here/x': '' })
    const { database, configFile } = await loadSettings({ embedded: true }, { HOME: cwd }, `${cwd}/below/here`)
    expect(database.value).toMatchObject({ kind: 'embedded', directory: '../../data/db' })
    expect(configFile).toBe(`${cwd}/skills.config.json`)
  })
})
