import { describe, expect, test, vi } from 'vitest'
import { findConfigFile, readConfigFile } from '../../../src/config/config-file.ts'
import { loadSettings } from '../../../src/config/settings.ts'
import { scratch } from '../../support/scratch.ts'

describe('configuration file:', () => {
  test('named with --config -> used, paths relative to it', async () => {
    const root = scratch({
      'skills.config.json': '{"schema": "other"}',
      'deploy/prod.json': '{"schema": "prod", "skills": "a", "migrations": ["../m", "/abs"], "embedded": "memory"}',
    })
    const settings = await loadSettings({ config: 'deploy/prod.json' }, {}, root)
    expect(settings).toMatchObject({
      schema: { value: 'prod' },
      skills: { value: ['deploy/a'] },
      migrations: { value: ['m', expect.stringMatching(/\/abs$/)] },
      database: { value: { directory: 'memory' } },
    })
  })

  test('missing or empty -> no settings', async () => {
    expect(await findConfigFile([scratch()])).toBeUndefined()
    expect(await findConfigFile([scratch({ 'skills.config.json': '' })])).toBeUndefined()
  })

  test.each([
    ['an unknown key', '{"databseUrl": "x"}', 'unknown key "databseUrl"; did you mean "databaseUrl"?'],
    ['a key like no other', '{"colour": "red"}', 'unknown key "colour"'],
    ['a wrong type', '{"schema": 5}', 'invalid value 5 for "schema" (expected a string)'],
    ['a list where one is wanted', '{"schema": ["a"]}', 'invalid value ["a"] for "schema" (expected a string)'],
    ['a wrong item', '{"skills": ["a", 1]}', 'invalid value ["a",1] for "skills" (expected a string or a list of strings)'],
    ['not an object', '["a"]', 'the file must contain an object'],
    ['null', 'null', 'the file must contain an object'],
  ])('%s -> CONFIG_INVALID', async (_, content, reason) => {
    const root = scratch({ 'skills.config.json': content })
    const file = `${root}/skills.config.json`
    await expect(findConfigFile([root])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      exitCode: 2,
      message: `${file}: ${reason}`,
      diagnostics: [{ severity: 'error', file, message: reason }],
    })
  })

  test.each([
    ['a module that throws', { 'c.mjs': 'throw new Error("on purpose")' }, 'c.mjs', 'on purpose'],
    ['a file that is not there', {}, 'no.json', 'no.json'],
    ['a folder', { 'folder/x': '' }, 'folder', 'it is a folder'],
  ])('%s -> CONFIG_INVALID', async (_, files: Record<string, string>, named, text) => {
    await expect(readConfigFile(named, scratch(files))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(text),
    })
  })

  test('a program that awaits what never happens -> CONFIG_INVALID after 30 s', async () => {
    vi.useFakeTimers()
    try {
      const read = readConfigFile('c.mjs', scratch({ 'c.mjs': 'await new Promise(() => {})' }))
      const refused = expect(read).rejects.toMatchObject({ message: expect.stringContaining('it did not end in 30 s') })
      await vi.advanceTimersByTimeAsync(30_000)
      await refused
    } finally {
      vi.useRealTimers()
    }
  })

  test('invalid JSON -> CONFIG_INVALID with line and column', async () => {
    const root = scratch({ 'skills.config.json': '// ours\n{\n  "schema": "app"\n  "ledger": "x"\n}' })
    const file = `${root}/skills.config.json`
    await expect(findConfigFile([root])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${file}: invalid JSON: expected a comma or }`,
      diagnostics: [{ file, line: 4, column: 3 }],
    })
  })

  test('a password in it -> no message contains the password', async () => {
    const root = scratch({ 'skills.config.json': '{"databaseUrl": "postgres://app:s3cr3t@db:port/x"}' })
    const error = await loadSettings({}, {}, root).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'DATABASE_URL_INVALID', message: expect.stringContaining('skills.config.json') })
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cr3t')
    const broken = scratch({ 'skills.config.json': '{"databaseUrl": s3cr3t}' })
    expect(String(await findConfigFile([broken]).catch((reason: unknown) => reason))).not.toContain('s3cr3t')
  })
})
