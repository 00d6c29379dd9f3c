import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { connect, migrate } from '../../src/index.ts'
import { migratedServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { freePort, listen, toServer } from '../support/sockets.ts'
import { event, hashes, logged, skillsOn, spilled, USER } from '../support/telemetry.ts'
import { until } from '../support/waiting.ts'

/** Events that one process could not write, in the spill folder. */
async function spillAway(database: NonNullable<Parameters<typeof skillsOn>[0]>, spillDir: string): Promise<string[]> {
  const { skills } = skillsOn(database, { spillDir })
  const events = Array.from({ length: 5 }, () => event())
  for (const one of events) skills.logUsage(one)
  await skills.close({ timeoutMs: 300 })
  return hashes(events)
}

test('spill: two schemas of one database share a folder -> each application writes its own events, the others are kept and reported once', async () => {
  const fresh = await migratedServer()
  const url = fresh.flags[1] ?? ''
  const tenant = await connect({ databaseUrl: url, schema: 'tenant', env: {} })
  expect((await migrate(tenant)).error).toBeUndefined()
  const dir = path.join(scratch(), 'spill')
  // the connection of this process is lost before it can write
  const port = await freePort()
  const away = `postgres://postgres@127.0.0.1:${port}/${fresh.name}?sslmode=disable`
  const theirs = await spillAway({ databaseUrl: away, schema: 'tenant', env: {} }, dir)
  const { skills, warnings } = skillsOn({ databaseUrl: away, schema: 'public', env: {} }, { spillDir: dir })
  await listen((socket) => void toServer(socket), port)
  skills.logUsage(event({ inputHash: 'public' }))
  expect((await skills.flush()).complete).toBe(true)
  await skills.flush()
  await skills.close()
  expect(spilled(dir).toSorted()).toEqual(theirs)
  expect(warnings.filter(({ code }) => code === 'SPILL_FOREIGN')).toEqual([
    {
      code: 'SPILL_FOREIGN',
      message: expect.stringMatching(/^1 file in \S+spill has events of postgres:\S+, and not of postgres:\S+: kept; skills log FILE/),
    },
  ])
  const db = await fresh.open()
  expect(await logged(db)).toEqual(['public'])
  // the application with that schema
  const other = skillsOn({ databaseUrl: away, schema: 'tenant', env: {} }, { spillDir: dir })
  expect((await other.skills.flush()).complete).toBe(true)
  await other.skills.close()
  expect(other.warnings).toEqual([])
  expect(readdirSync(dir)).toEqual([])
  const rows = await tenant.query<{ input_hash: string }>('select input_hash from tenant.skill_usage_events order by 1')
  expect(rows.map((row) => row.input_hash)).toEqual(theirs)
  await tenant.close()
})

test('spill: the database under another address -> its events are written, because the server is the same', async () => {
  const fresh = await migratedServer()
  const url = fresh.flags[1] ?? ''
  const db = await fresh.open()
  const dir = path.join(scratch(), 'spill')
  const port = await listen((socket) => void toServer(socket))
  const { skills } = skillsOn(`postgres://postgres@127.0.0.1:${port}/${fresh.name}?sslmode=disable`, { spillDir: dir, flushMs: 60_000 })
  await skills.listSkills()
  const events = Array.from({ length: 5 }, () => event())
  for (const one of events) skills.logUsage(one)
  await db.exec('alter table skill_usage_events rename to away')
  await skills.close({ timeoutMs: 300 })
  await db.exec('alter table away rename to skill_usage_events')
  expect(spilled(dir).toSorted()).toEqual(hashes(events))
  const again = skillsOn(url, { spillDir: dir })
  expect((await again.skills.flush()).complete).toBe(true)
  await again.skills.close()
  expect(await logged(db)).toEqual(hashes(events))
})

test('spill: a file without an owner -> kept and reported; skills log writes it once', async () => {
  const fresh = await migratedServer()
  const url = fresh.flags[1] ?? ''
  const dir = path.join(scratch(), 'spill')
  const [one] = [await spillAway(`postgres://someone@127.0.0.1:${await freePort()}/x`, dir)]
  const [name = ''] = readdirSync(dir)
  const file = path.join(dir, name)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^.*\n/, ''))
  const { skills, warnings } = skillsOn(url, { spillDir: dir })
  expect((await skills.flush()).complete).toBe(true)
  await skills.close()
  expect(warnings).toEqual([{ code: 'SPILL_FOREIGN', message: expect.stringContaining('a database that they do not name') }])
  expect(spilled(dir).toSorted()).toEqual(one)
  for (const _ of ['first', 'second']) expect(await runSkills(['log', file, ...fresh.flags])).toMatchObject({ code: 0 })
  expect(await logged(await fresh.open())).toEqual(one)
})

test('spill: the folder is a symbolic link -> nothing is written or read through it, and the events are reported', async () => {
  const cwd = scratch({ 'elsewhere/keep': '' })
  mkdirSync(path.join(cwd, '.skills'))
  const dir = path.join(cwd, '.skills/spill')
  symlinkSync(path.join(cwd, 'elsewhere'), dir)
  const { skills, warnings } = skillsOn(`postgres://someone@127.0.0.1:${await freePort()}/x`, { spillDir: dir })
  skills.logUsage(event({ userId: USER }))
  await skills.close({ timeoutMs: 200 })
  await until('a warning', () => Promise.resolve(warnings.length > 0))
  expect(warnings.map(({ message }) => message).join('\n')).toContain(`${dir}: it is a symbolic link`)
  expect(readdirSync(path.join(cwd, 'elsewhere'))).toEqual(['keep'])
})
