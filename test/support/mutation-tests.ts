import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { searchPath } from '../../src/db/quote.ts'
import { sync, verify } from '../../src/index.ts'
import type { VerifyReport } from '../../src/verify/report.ts'
import type { TestBackend } from './databases.ts'
import { HARMLESS, mutationsOf } from './mutations.ts'
import { scratch } from './scratch.ts'

const skill = (name: string): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test. Use it there.\nmetadata:\n  version: "1.2.0"\n  category: lineage\n  tier: CORE\n---\nBody.\n`

/** The same session, for work that makes transactions of its own: they become savepoints of the one that is open. */
function nested(db: Db): Db {
  return {
    ...db,
    transaction: async (_, work) => {
      await db.exec(`SAVEPOINT run; SET LOCAL search_path TO ${searchPath(db.info.schema)}`)
      try {
        return await work()
      } finally {
        await db.exec('ROLLBACK TO SAVEPOINT run; RELEASE SAVEPOINT run')
      }
    },
  }
}

const named = ({ checks }: VerifyReport): string =>
  checks
    .filter(({ status }) => status === 'failed')
    .flatMap(({ id, faults }) => faults.map(({ object, actual }) => `${object}: ${actual} [${id}]`))
    .join('\n')

/**
 * Declares the mutation tests of verify for one backend. `sample` takes every nth fault, for a quick run.
 * Each backend has a file, so that they run side by side.
 */
export function mutationTests({ name, migrated }: TestBackend, sample = 1): void {
  let cwd = ''
  let database: Awaited<ReturnType<TestBackend['migrated']>>

  beforeAll(async () => {
    cwd = scratch({ 'skills/one/SKILL.md': skill('one'), 'skills/two/SKILL.md': skill('two') })
    database = await migrated()
    const db = await database.open()
    await sync(db, { cwd })
    await db.exec(`CREATE ROLE ${reader}`)
    await db.close()
  })

  // as a superuser the schema is compared with a scratch schema, as this role with the manifest of the package
  const reader = `reader_${process.pid}_${name}`
  const asReader = `GRANT USAGE ON SCHEMA public TO ${reader}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader}; SET LOCAL ROLE ${reader}`

  test('mutations: one fault in a healthy database -> verify fails and names the object', { timeout: 600_000 }, async () => {
    const db = await database.open()
    const all = await mutationsOf(db)
    const mutations = all.filter((_, i) => i % sample === 0)
    const escaped: string[] = []
    for (const { title, sql, object } of mutations) {
      await db.exec('BEGIN')
      await db.exec(sql).catch((error: unknown) => Promise.reject(new Error(`${title}: ${sql}`, { cause: error })))
      for (const role of ['RESET ROLE', asReader]) {
        await db.exec(role)
        const report = await verify(nested(db), { cwd })
        if (report.ok || !named(report).includes(object)) escaped.push(`${title} (${role}): ${object} is not in\n${named(report)}`)
      }
      await db.exec('ROLLBACK')
    }
    expect(all.length).toBeGreaterThanOrEqual(60)
    process.stdout.write(`verify, ${name}: ${mutations.length - escaped.length} of ${mutations.length} single faults caught\n`)
    expect(escaped).toEqual([])
  })

  test.each(HARMLESS.filter((_, i) => i % sample === 0))('mutations: $title -> no fault', async ({ sql }) => {
    const db = await database.open()
    await db.exec('BEGIN')
    await db.exec(sql)
    for (const role of ['RESET ROLE', asReader]) {
      await db.exec(role)
      const report = await verify(nested(db), { cwd })
      expect(named(report)).toBe('')
      expect(report.ok).toBe(true)
    }
    await db.exec('ROLLBACK')
  })

  afterAll(async () => {
    const db = await database.open()
    expect((await verify(db, { cwd })).ok).toBe(true)
    await db.exec(`DROP ROLE ${reader}`)
    await db.close()
  })
}
