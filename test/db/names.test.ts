import { expect, test } from 'vitest'
import { migrate, sync, verify } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

const SKILL = '---\nname: one\ndescription: A skill of a test.\nmetadata:\n  version: 1.0.0\n---\n'

/** Signs that mean something in a replacement, in SQL, or in a pattern of LIKE or a regular expression. */
const NAMES = ["a$$b$&$`$'$1", `"it's" a.b\\c %_*[ Mixed`, `\u00E4\u{1F642}${'x'.repeat(57)}`]

onEachBackend(({ fresh }) => {
  test.each(NAMES)('names: schema %s -> the objects are in exactly that schema', async (schema) => {
    const { open } = await fresh()
    const db = await open({ schema })
    const cwd = scratch({ 'skills/one/SKILL.md': SKILL })
    expect((await migrate(db)).error).toBeUndefined()
    expect(await sync(db, { skills: ['skills'], cwd })).toMatchObject({ added: [{ id: 'one' }] })
    const failures = (await verify(db, { skills: ['skills'], cwd })).checks.filter(({ status }) => status === 'failed')
    expect(failures).toEqual([])
    const found = await db.query<{ schema: string }>(
      `SELECT n.nspname AS schema FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relname IN ('skills_registry', 'schema_migrations')`,
    )
    expect(found).toEqual([{ schema }, { schema }])
  })

  test('names: ledger with the same signs -> the table has exactly that name', async () => {
    const { open } = await fresh()
    const db = await open()
    // a dot outside quotes would separate the schema, and the table of progress has a longer name
    const names = NAMES.map((name) => [...name].slice(0, 30).join(''))
    for (const ledger of names.map((name) => `"${name.replaceAll('"', '""')}"`)) {
      expect((await migrate(db, { ledger })).error).toBeUndefined()
      const again = await migrate(db, { ledger })
      expect([ledger, again.report.applied, again.report.alreadyApplied > 0]).toEqual([ledger, [], true])
    }
    const tables = await db.query<{ name: string }>('SELECT tablename AS name FROM pg_catalog.pg_tables')
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  })

  test('names: 64 bytes -> refused, nothing is created', async () => {
    const { open } = await fresh()
    const name = 'x'.repeat(64)
    const db = await open()
    expect((await migrate(db, { ledger: name }).catch((error: unknown) => ({ error }))).error).toMatchObject({ exitCode: 2 })
    expect(await db.query('SELECT tablename FROM pg_catalog.pg_tables WHERE tablename LIKE $1', ['xxx%'])).toEqual([])
  })
})
