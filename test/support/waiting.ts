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
  await until(`a statement with ${text} runs`, async () => (await others(db, `state = 'active' and position($1 in query) > 0`, text)) > 0)
}

/** Waits until that many other sessions of this database wait for a lock. */
export async function untilWaiting(db: Db, count: number): Promise<void> {
  await until(`${count} sessions wait for a lock`, async () => (await others(db, `wait_event_type = $1`, 'Lock')) >= count)
}

/** Waits until no other client is connected to this database. */
export async function untilAlone(db: Db): Promise<void> {
  await until('other sessions end', async () => (await others(db, 'backend_type = $1', 'client backend')) === 0)
}

/** How many other sessions of this database the condition holds for. */
async function others(db: Db, condition: string, value: string): Promise<number> {
  // inside a transaction, the view does not change without this
  await db.query('select pg_stat_clear_snapshot()')
  const rows = await db.query(
    `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and ${condition}`,
    [value],
  )
  return rows.length
}
