import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDb } from '../../src/db/open.ts'
import { migrate } from '../../src/index.ts'
import { targetOf } from '../support/databases.ts'
import { INTERRUPTIONS, MORE_COMMANDS, type Interruption } from '../support/interruptions.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { untilWaiting } from '../support/waiting.ts'

let server: TestServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

let number = 0
async function migrated(): Promise<string> {
  const name = `restart_${++number}`
  const admin = await openDb(await targetOf(server.url('postgres')))
  await admin.exec(`CREATE DATABASE ${name}`)
  await admin.close()
  const db = await openDb(await targetOf(server.url(name)))
  const { error } = await migrate(db)
  await db.close()
  if (error !== undefined) throw error
  return server.url(name)
}

/** SHARE lets the command read and stops its first write; ACCESS EXCLUSIVE stops its first read. */
const LOCKS = ['SHARE', 'ACCESS EXCLUSIVE'] as const
const WRITES_NOTHING = new Set(['stats', 'verify', 'list'])

const CASES = [...INTERRUPTIONS, ...MORE_COMMANDS].flatMap((interruption) =>
  LOCKS.filter(
    (lock) => lock === 'ACCESS EXCLUSIVE' || !(WRITES_NOTHING.has(interruption.command) || interruption.command === 'migrate baseline'),
  ).map((lock): Interruption & { lock: string } => ({ ...interruption, lock })),
)

test.each(CASES)(
  '$command: the server crashes while the command waits for a $lock lock -> exit 3, nothing is lost, the next run completes it',
  async (interruption) => {
    const { args, table, lock, setUp, prepare, holds, isDone } = interruption
    const url = await migrated()
    const target = await targetOf(url)
    const cwd = scratch({ 'skills/.keep': '' })
    const before = await openDb(target)
    await setUp?.(before, cwd)
    await prepare(before, cwd, 0)
    await before.exec(`BEGIN; LOCK TABLE ${table} IN ${lock} MODE`)
    const running = runSkills([...args, '--database-url', url], { cwd })
    const watcher = await openDb(target)
    await Promise.race([
      untilWaiting(watcher, 1),
      running.then(({ stdout, stderr }) => Promise.reject(new Error(`it did not wait: ${stdout}${stderr}`))),
    ])
    await server.crash()
    const { code, stderr } = await running
    await server.start()
    expect(code, stderr).toBe(3)
    expect(stderr).toMatch(/CONNECTION_LOST|DATABASE_UNREACHABLE/)
    const db = await openDb(target)
    await holds(db, 0)
    const next = await runSkills([...args, '--database-url', url], { cwd })
    expect(next, next.stdout + next.stderr).toMatchObject({ code: 0 })
    await holds(db, 0)
    expect(await isDone(db, 0, cwd)).toBe(true)
    await db.close()
  },
)
