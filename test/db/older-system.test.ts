import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate, verify } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { applyOlderFiles, olderFile, OLDER_VERSIONS, ROWS_OUTSIDE_BOUNDS, writeOlderLedger } from '../support/older-system.ts'

/** A name, and SQL that changes a database of the older system, in which both files and the ledger are applied. */
const VARIANTS: readonly (readonly [string, string])[] = [['rows outside the bounds', ROWS_OUTSIDE_BOUNDS]]

const DATABASES: readonly (readonly [string, (db: Db) => Promise<void>])[] = [
  ['both files, no ledger', applyOlderFiles],
  [
    'both files, with their ledger rows',
    async (db) => {
      await applyOlderFiles(db)
      await writeOlderLedger(db, OLDER_VERSIONS)
    },
  ],
  [
    'both files, ledger rows that end in .sql',
    async (db) => {
      await applyOlderFiles(db)
      await writeOlderLedger(
        db,
        OLDER_VERSIONS.map((version) => `${version}.sql`),
      )
    },
  ],
  ['ledger rows, and no file ever ran', (db) => writeOlderLedger(db, OLDER_VERSIONS)],
  [
    'ledger rows, and the second file never ran',
    async (db) => {
      await db.exec(olderFile(OLDER_VERSIONS[0]))
      await writeOlderLedger(db, OLDER_VERSIONS)
    },
  ],
  ...VARIANTS.map(
    ([name, sql]) =>
      [
        name,
        async (db: Db) => {
          await applyOlderFiles(db)
          await writeOlderLedger(db, OLDER_VERSIONS)
          await db.exec(sql)
        },
      ] as const,
  ),
]

onEachBackend((backend) => {
  test.each(DATABASES)('older system: %s -> verify passes after migrate', async (_, build) => {
    const db = await (await backend.fresh()).open()
    await build(db)
    const { error } = await migrate(db)
    expect(error).toBeUndefined()
    const { ok, checks } = await verify(db, { cwd: scratch() })
    expect(checks.filter(({ status }) => status === 'failed')).toEqual([])
    expect(ok).toBe(true)
    console.log(
      JSON.stringify(
        checks.filter(({ status }) => status === 'warning').map(({ id, faults }) => [id, faults.length, faults[0]]),
        null,
        1,
      ),
    )
  })
})
