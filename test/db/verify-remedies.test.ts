import { describe, expect, test } from 'vitest'
import { migrate, verify } from '../../src/index.ts'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { quoteIdent } from '../../src/db/quote.ts'
import type { Fault, VerifyReport } from '../../src/verify/report.ts'
import { freshServer, migratedEmbedded, migratedServer, targetOf, type TestDatabase } from '../support/databases.ts'
import { REMEDY_FAULTS, REMEDY_SCHEMA, type RemedyFault } from '../support/remedy-faults.ts'
import { scratch } from '../support/scratch.ts'
import { sharedSession } from '../support/shared-session.ts'

const migrations = [scratch({ 'm/20270101_rich.sql': REMEDY_SCHEMA }) + '/m']
const OPTIONS = { migrations, cwd: scratch({}) }
const CHECKS = /^(?:drift|tables|indexes|functions|views|comments)\./

/** The faults of the comparison of the schema. */
const faultsOf = ({ checks }: VerifyReport): Fault[] =>
  checks.filter(({ id, status }) => CHECKS.test(id) && (status === 'failed' || status === 'warning')).flatMap(({ faults }) => faults)

/** Runs every statement of the report as printed, and verifies again, until nothing is reported. */
async function follow(db: Db, { sql, statement, words, warns }: RemedyFault): Promise<void> {
  await db.exec(`SET search_path TO ${quoteIdent(db.info.schema)}; ${sql.replaceAll(':schema', quoteIdent(db.info.schema))}`)
  const first = await verify(db, OPTIONS)
  const faults = faultsOf(first)
  expect(faults).not.toEqual([])
  expect(first.checks.some(({ id, status }) => CHECKS.test(id) && status === 'failed')).toBe(warns !== true)
  if (words !== undefined) {
    expect(
      faults
        .filter((fault) => fault.sql === undefined)
        .map(({ remedy }) => remedy)
        .join('\n'),
    ).toContain(words)
    return
  }
  expect(faults.map((fault) => fault.sql ?? '').join('\n')).toContain(statement ?? '')
  await db.exec('SET search_path TO pg_catalog')
  let left = faults
  for (let round = 0; left.length > 0 && round < 2; round++) {
    // in the transaction of the test CONCURRENTLY is refused; the test of the script runs it
    for (const fault of left) if (fault.sql !== undefined) await db.exec(fault.sql.replaceAll(' CONCURRENTLY', ''))
    left = faultsOf(await verify(db, OPTIONS))
  }
  expect(left).toEqual([])
}

const prepared = async (database: TestDatabase, schema: string): Promise<TestDatabase> => {
  const db = await database.open({ schema })
  if (schema !== 'public') await db.exec(`CREATE SCHEMA ${quoteIdent(schema)}`)
  const { error } = await migrate(db, { migrations })
  if (error !== undefined) throw error
  await db.close()
  if (schema === 'public') return database
  return { ...database, openForFile: async () => openDb(await targetOf(database.flags[1] ?? ''), { schema }) }
}

describe.each([
  { name: 'server', create: () => migratedServer(), schema: 'public', every: 1 },
  { name: 'embedded', create: () => migratedEmbedded(), schema: 'public', every: 4 },
  { name: 'server, a schema with quotes', create: () => freshServer(), schema: `O'Neil "x"`, every: 1 },
])('$name', ({ create, schema, every }) => {
  const session = sharedSession(
    async () => prepared(await create(), schema),
    () => Promise.resolve(),
  )
  test.each(REMEDY_FAULTS.filter((_, i) => i % every === 0))(
    'remedies: $title -> its statements make verify pass, or words give the reason',
    async (fault) => {
      await session.inside((db) => follow(db, fault))
    },
  )
})
