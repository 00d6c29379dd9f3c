import { expect, test } from 'vitest'
import { watchMigration } from '../../src/cli/commands/migrate/watch.ts'
import type { Io } from '../../src/cli/output/io.ts'
import { migrate } from '../../src/index.ts'
import { freshServer, serverUrl, targetOf } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { scratch } from '../support/scratch.ts'
import { until, untilAlone } from '../support/waiting.ts'

test('migrate: a long statement -> reported with its duration and its state on the server', async () => {
  const { name, open } = await freshServer()
  const db = await open()
  const gate = await open()
  await gate.exec('select pg_advisory_lock(1)')
  const said: string[] = []
  const io = { interactive: true, err: () => undefined } as unknown as Io
  const watch = watchMigration(
    { io, progress: { update: (text) => said.push(text), stop: () => undefined } },
    db,
    await targetOf(serverUrl(name)),
    false,
  )
  const total = OWN_MIGRATIONS.length + 1
  const step = `1 (${total} of ${total})`
  const migrating = migrate(db, { migrations: [scratch({ '1.sql': 'select pg_advisory_lock(1)' })], onEvent: watch.onEvent })
  await until('the statement is reported', () =>
    said.some((line) => line.startsWith(step) && /, \d+\.\d s, select pg_advisory_lock\(1\), waiting for pid \d+$/.test(line)),
  )
  await gate.close()
  const { error } = await migrating
  await watch.stop()
  expect(error).toBeUndefined()
  expect(said).toContain(step)
  // the second session is closed with it
  await untilAlone(db)
})
