import { expect, test } from 'vitest'
import { watchMigration } from '../../src/cli/commands/migrate/watch.ts'
import type { Io } from '../../src/cli/output/io.ts'
import { migrate } from '../../src/index.ts'
import { freshServer, serverUrl, targetOf } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { scratch } from '../support/scratch.ts'

test('migrate: a long statement -> reported with its duration and its state on the server', { timeout: 30_000 }, async () => {
  const { name, open } = await freshServer()
  const db = await open()
  const said: string[] = []
  const io = { interactive: true, err: () => undefined } as unknown as Io
  const watch = watchMigration(
    { io, progress: { update: (text) => said.push(text), stop: () => undefined } },
    db,
    await targetOf(serverUrl(name)),
    false,
  )
  const { error } = await migrate(db, { migrations: [scratch({ '1.sql': 'select pg_sleep(6)' })], onEvent: watch.onEvent })
  await watch.stop()
  expect(error).toBeUndefined()
  const total = OWN_MIGRATIONS.length + 1
  const step = `1 (${total} of ${total})`
  expect(said).toContain(step)
  expect(said.some((line) => line.startsWith(step) && /, [45]\.\d s, select pg_sleep\(6\)$/.test(line))).toBe(true)
  // the second session is closed with it
  expect(
    await db.query('select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'),
  ).toEqual([{ n: 0 }])
})
