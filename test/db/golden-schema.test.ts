import path from 'node:path'
import { expect, test } from 'vitest'
import { migrate } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { dumpSchema } from '../support/dump-schema.ts'

const GOLDEN = path.resolve(import.meta.dirname, '../golden/schema.sql')

// Views are printed without redundant table names since PostgreSQL 16: older servers are compared by `skills verify` only.
const SAME_PRINTING = 160_000

onEachBackend((backend) => {
  test('the migrations make the schema of test/golden/schema.sql (update it with vitest -u)', async (context) => {
    const db = await (await backend.fresh()).open()
    expect((await migrate(db)).error).toBeUndefined()
    context.skip(db.info.version < SAME_PRINTING, `PostgreSQL ${db.info.versionText} prints views in another way`)
    await expect(await dumpSchema(db)).toMatchFileSnapshot(GOLDEN)
  })

  test('the text does not depend on the name of the schema', async () => {
    const database = await backend.fresh()
    const db = await database.open()
    await migrate(db)
    const standard = await dumpSchema(db)
    await db.close()
    const other = await database.open({ schema: 'My "App"' })
    await migrate(other)
    expect(await dumpSchema(other)).toBe(standard)
  })
})
