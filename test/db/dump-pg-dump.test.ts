import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogQuery } from '../../src/config/package-files.ts'
import { diffCatalogs } from '../../src/db/catalog-diff.ts'
import { readCatalog, type CatalogObject } from '../../src/db/catalog.ts'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { dumpSchema, migrate } from '../../src/index.ts'
import { targetOf } from '../support/databases.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'
import { richPrivileges, richRoles, richSchema } from '../support/rich-schema/rich-schema.ts'

/** A server of the system, whose pg_dump has the same version. */
const BIN = installedPostgres()

function installedPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const majors = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : []
  return majors
    .map((major) => path.join(debian, major, 'bin'))
    .find((bin) => ['postgres', 'pg_dump', 'psql'].every((name) => existsSync(path.join(bin, name))))
}

let server: TestServer
let admin: Db

beforeAll(async () => {
  if (BIN === undefined) return
  server = await startPostgres({ bin: BIN })
  admin = await openDb(await targetOf(server.url('postgres')))
  await admin.exec(richRoles())
})
afterAll(async () => {
  if (BIN === undefined) return
  await admin.close()
  await server.stop()
})

/** Without the random words that keep psql from running commands of a dump. */
const pgDump = (name: string): string =>
  execFileSync(path.join(BIN ?? '', 'pg_dump'), ['--schema-only', server.url(name)], { encoding: 'utf8' }).replaceAll(
    /^\\(?:un)?restrict .*$/gm,
    '',
  )

const psql = (name: string, sql: string): void => {
  execFileSync(path.join(BIN ?? '', 'psql'), ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--output=/dev/null', server.url(name)], {
    input: sql,
  })
}

const open = async (name: string): Promise<Db> => openDb(await targetOf(server.url(name)))

const catalogOf = (db: Db): Promise<CatalogObject[]> =>
  db.transaction({ readOnly: true }, () => readCatalog(db, db.info.schema, catalogQuery()))

/** Restores both dumps of a database, and compares the results. */
async function compareWithPgDump(source: Db): Promise<void> {
  const { database } = source.info
  const { sql } = await dumpSchema(source, { ledger: 'no_ledger' })
  const [theirs, ours] = [`${database}_theirs`, `${database}_ours`]
  for (const name of [theirs, ours]) await admin.exec(`CREATE DATABASE ${name} TEMPLATE template0`)
  psql(theirs, pgDump(database))
  psql(ours, sql)
  const [a, b] = [await open(theirs), await open(ours)]
  try {
    // pg_dump of the schema alone leaves materialized views empty
    expect(diffCatalogs(await catalogOf(a), await catalogOf(b)).filter(({ kind }) => kind !== 'contents')).toEqual([])
    expect(diffCatalogs(await catalogOf(b), await catalogOf(source))).toEqual([])
    expect(pgDump(ours)).toBe(pgDump(theirs))
    expect((await dumpSchema(b, { ledger: 'no_ledger' })).sql).toBe(sql)
  } finally {
    await a.close()
    await b.close()
  }
}

test.skipIf(BIN === undefined)(
  'dump: restored with psql -> the database that pg_dump restores, for pg_dump and in the catalogs',
  async () => {
    await admin.exec('CREATE DATABASE rich TEMPLATE template0')
    const rich = await open('rich')
    await rich.exec(`${richSchema(rich)}${richPrivileges()}`)
    await compareWithPgDump(rich)
    await rich.close()
  },
)

test.skipIf(BIN === undefined)('dump: of the migrations of the package -> the database that pg_dump restores', async () => {
  await admin.exec('CREATE DATABASE package TEMPLATE template0')
  const db = await open('package')
  expect((await migrate(db)).error).toBeUndefined()
  await compareWithPgDump(db)
  await db.close()
})
