import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { embeddedArchive, embeddedTarget } from '../../src/config/embedded-target.ts'
import type { EmbeddedTarget } from '../../src/core/target.ts'
import { openDb } from '../../src/db/open.ts'
import { scratch } from '../support/scratch.ts'

/** All that the making of a database decides: its objects, roles, collations, languages and settings. */
const CONTENT = `
  SELECT 'relation ' || oid || ' ' || relname || ' ' || coalesce(relacl::text, '') AS line FROM pg_class
  UNION ALL SELECT 'function ' || oid || ' ' || proname FROM pg_proc
  UNION ALL SELECT 'role ' || rolname || ' ' || rolsuper FROM pg_roles
  UNION ALL SELECT 'database ' || datname || ' ' || datcollate || ' ' || pg_encoding_to_char(encoding) FROM pg_database
  UNION ALL SELECT 'collation ' || collname FROM pg_collation
  UNION ALL SELECT 'extension ' || extname || ' ' || extversion FROM pg_extension
  UNION ALL SELECT 'setting ' || name || ' ' || setting FROM pg_settings
  ORDER BY 1`

async function content(target: EmbeddedTarget): Promise<unknown[]> {
  const db = await openDb(target)
  try {
    return (await db.query(CONTENT)).map(({ line }) => line)
  } finally {
    await db.close()
  }
}

test('archive: unpacked -> the same database as PGlite makes', async () => {
  expect(embeddedArchive()).toMatch(/embedded-\d+\.\d+\.\d+\.tar\.gz$/)
  const unpacked = await content(embeddedTarget('memory'))
  expect(unpacked.length).toBeGreaterThan(3_000)
  expect(unpacked).toEqual(await content({ kind: 'embedded', directory: 'memory' }))
})

test('archive: a new folder -> unpacked; an existing one -> unchanged', async () => {
  const target = embeddedTarget(path.join(scratch(), 'db'))
  for (const before of [0, 1]) {
    const db = await openDb(target)
    await db.exec('CREATE TABLE IF NOT EXISTS kept (id int)')
    expect(await db.query('SELECT count(*)::int AS n FROM kept')).toEqual([{ n: before }])
    await db.exec('INSERT INTO kept VALUES (1)')
    await db.close()
  }
  expect(existsSync(path.join(target.directory, 'PG_VERSION'))).toBe(true)
})
