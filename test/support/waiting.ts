import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '../../src/db/db.ts'

/** Waits until the condition holds. The limit is for a test that hangs, not for a slow machine. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 120_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`still waiting after ${ms} ms: ${what}`)
    await sleep(20)
  }
}

/** Waits until another session of this database runs a statement that contains the text. */
export async function untilRunning(db: Db, text: string): Promise<void> {
  await until(`a statement with ${text} runs`, async () => {
    const rows = await db.query(
      `select from pg_stat_activity where position($1 in query) > 0 and state = 'active'
         and datname = current_database() and pid <> pg_backend_pid()`,
      [text],
    )
    return rows.length > 0
  })
}

/** Waits until no other client is connected to this database. */
export async function untilAlone(db: Db): Promise<void> {
  await until('other sessions end', async () => {
    const rows = await db.query(
      `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
    )
    return rows.length === 0
  })
}
