import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { migrate } from '../../src/index.ts'
import { newBatch, writeBatch } from '../../src/telemetry/batch.ts'
import { ownerLine, reachedBy } from '../../src/telemetry/spill-owner.ts'
import { encodeEvent } from '../../src/telemetry/usage-event.ts'
import { freshServer, migratedServer, serverUrl, targetOf } from '../support/databases.ts'
import { NO_POOLER, startPooler } from '../support/pgbouncer.ts'
import { scratch } from '../support/scratch.ts'
import { freePort, listen, toServer } from '../support/sockets.ts'
import { event, hashes, logged, register, skillsOn, spilled, USER } from '../support/telemetry.ts'
import { until, untilWaiting } from '../support/waiting.ts'

async function freshMigrated(): Promise<{ db: Db; url: string; name: string }> {
  const fresh = await migratedServer()
  const db = await fresh.open()
  return { db, url: fresh.flags[1] ?? '', name: fresh.name }
}

test('client: the server ends the connection -> the next query opens a new one', async () => {
  const { db, url, name } = await freshMigrated()
  await register(db, [{ id: 'base', meta: { category: 'foundational' } }])
  const { skills } = skillsOn(url)
  const user = '9f1c1d3e-0000-4000-8000-000000000001'
  for (let i = 0; i < 5; i++) {
    expect(await skills.isUnlocked(user, 'base')).toBe(true)
    await db.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()', [name])
  }
  await skills.close()
})

test('client: no database -> the last list, and an error for queries', async () => {
  const { db, name } = await freshMigrated()
  await register(db, [{ id: 'one' }])
  const target = await targetOf(serverUrl(name))
  const [host] = target.kind === 'server' ? target.hosts : []
  let isAway = false
  const sockets = new Set<net.Socket>()
  const port = await listen((client) => {
    if (isAway) return client.destroy()
    const upstream = net.connect(`${host?.host ?? ''}/.s.PGSQL.${host?.port ?? 0}`)
    sockets.add(client)
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
    return client.pipe(upstream).pipe(client)
  })
  const { skills, warnings } = skillsOn(`postgres://postgres@127.0.0.1:${port}/${name}?sslmode=disable`, { cacheTtlMs: 1 })
  expect(await skills.listSkills()).toHaveLength(1)
  isAway = true
  for (const socket of sockets) socket.destroy()
  // until the client has noticed that its connection is gone, the list counts as current
  await until('the list is stale', async () => {
    expect(await skills.listSkills()).toHaveLength(1)
    return warnings.length > 0
  })
  for (let i = 0; i < 5; i++) expect(await skills.listSkills()).toHaveLength(1)
  await expect(skills.listUnlocks('9f1c1d3e-0000-4000-8000-000000000001')).rejects.toMatchObject({ exitCode: 3 })
  expect(warnings.map(({ code }) => code)).toEqual(['REGISTRY_STALE'])
  isAway = false
  await db.exec("update skills_registry set version = '2.0.0'")
  await until('the list is new', async () => (await skills.listSkills())[0]?.version === '2.0.0')
  await skills.close()
})

test('client: the connection is lost after COMMIT -> the repeated batch adds nothing', async () => {
  const { db, name } = await freshMigrated()
  const target = await targetOf(serverUrl(name))
  const [host] = target.kind === 'server' ? target.hosts : []
  let cuts = 0
  // the server has committed, its answer never arrives
  const port = await listen((client) => {
    const upstream = net.connect(`${host?.host ?? ''}/.s.PGSQL.${host?.port ?? 0}`)
    upstream.on('error', () => client.destroy())
    upstream.on('data', (chunk) => {
      if (chunk.includes('COMMIT\0') && cuts < 3) {
        cuts++
        client.destroy()
      } else {
        client.write(chunk)
      }
    })
    client.on('close', () => upstream.destroy())
    client.pipe(upstream)
  })
  const { skills } = skillsOn(`postgres://postgres@127.0.0.1:${port}/${name}?sslmode=disable`)
  const events = Array.from({ length: 250 }, () => event())
  for (const one of events) skills.logUsage(one)
  await until('all is written', async () => (await skills.flush()).complete)
  expect(cuts).toBe(3)
  expect(await logged(db)).toEqual(hashes(events))
  await skills.close()
})

test('writeBatch: a second attempt while the first runs -> it waits, and adds nothing', async () => {
  const { db, url } = await freshMigrated()
  const second = await openDb(await targetOf(url))
  const third = await openDb(await targetOf(url))
  const batch = newBatch([event(), event()].map((one) => encodeEvent(one)))
  await third.exec('begin; lock table skill_usage_events in share mode')
  const first = writeBatch(db, batch)
  await untilWaiting(third, 1)
  const again = writeBatch(second, { ...batch, mayRepeat: true })
  await untilWaiting(third, 2)
  await third.exec('commit')
  expect([await first, await again]).toEqual([2, 0])
  expect(await logged(db)).toHaveLength(2)
  await second.exec("set default_transaction_isolation = 'repeatable read'")
  expect(await writeBatch(second, { ...batch, mayRepeat: true })).toBe(0)
  await second.close()
  await third.close()
})

test('client: no spill folder and no database -> a bounded buffer; the rest is dropped, counted, one warning', async () => {
  const port = await freePort()
  const { skills, warnings } = skillsOn(`postgres://someone@127.0.0.1:${port}/x`, { spillDir: false, maxBuffered: 500, batchSize: 100 })
  for (let i = 0; i < 5_000; i++) skills.logUsage(event())
  expect(skills.counts()).toMatchObject({ logged: 5_000, pending: 500, dropped: 4_500 })
  expect((await skills.flush({ timeoutMs: 300 })).complete).toBe(false)
  for (let i = 0; i < 1_000; i++) skills.logUsage(event())
  expect(skills.counts().pending).toBeLessThanOrEqual(700)
  expect(warnings.filter(({ code }) => code === 'EVENTS_DROPPED')).toHaveLength(1)
  await skills.close({ timeoutMs: 300 })
  expect(skills.counts()).toMatchObject({ logged: 6_000, dropped: 6_000, pending: 0 })
})

test('client: the spill folder is full or a file -> events are dropped, no exception', async () => {
  const port = await freePort()
  const nowhere = `postgres://someone@127.0.0.1:${port}/x`
  const file = path.join(scratch({ file: '' }), 'file')
  for (const options of [{ maxSpillBytes: 100 }, { spillDir: file }]) {
    const { skills, warnings } = skillsOn(nowhere, { maxBuffered: 100, batchSize: 10, ...options })
    for (let i = 0; i < 1_000; i++) {
      skills.logUsage(event())
      // lets the client write what it holds
      if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await skills.close({ timeoutMs: 200 })
    const { logged: all, dropped, spilled: onDisk, pending } = skills.counts()
    expect(dropped + onDisk + pending).toBe(all)
    expect(dropped).toBeGreaterThan(0)
    expect(warnings.filter(({ code }) => code === 'EVENTS_DROPPED')).toHaveLength(1)
  }
})

test('flush: a spill file with named fields -> the events are written', async () => {
  const { db, url } = await freshMigrated()
  const reached = await reachedBy(db, '')
  const { skills, spillDir, warnings } = skillsOn(url)
  mkdirSync(spillDir, { recursive: true })
  const named = {
    skill_id: 'one',
    version: '1.0.0',
    outcome: 'success',
    input_hash: 'named',
    created_at: new Date().toISOString(),
    event_key: randomUUID(),
  }
  const owner = ownerLine({ place: '', inputs: '', ...(reached === undefined ? {} : { reached }) })
  writeFileSync(path.join(spillDir, `1764000000000-${randomUUID()}.ndjson`), `${owner}${JSON.stringify({ user_id: USER, event: named })}\n`)
  expect(await skills.flush()).toMatchObject({ complete: true })
  expect(warnings).toEqual([])
  expect(await logged(db)).toEqual(['named'])
  expect(readdirSync(spillDir)).toEqual([])
  await skills.close()
})

test('close: no database -> the events are in the spill folder, and the next start writes them', async () => {
  const { db, name } = await freshMigrated()
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/${name}?sslmode=disable`
  const away = skillsOn(url)
  const events = Array.from({ length: 30 }, () => event())
  for (const one of events) away.skills.logUsage(one)
  await away.skills.close({ timeoutMs: 500 })
  expect(spilled(away.spillDir).toSorted()).toEqual(hashes(events))
  await listen((socket) => void toServer(socket), port)
  // two processes find the same folder
  const [one, two] = [skillsOn(url, { spillDir: away.spillDir }), skillsOn(url, { spillDir: away.spillDir })]
  const results = await Promise.all([one.skills.flush(), two.skills.flush()])
  expect(results.map(({ complete }) => complete)).toEqual([true, true])
  expect(await logged(db)).toEqual(hashes(events))
  expect(readdirSync(away.spillDir)).toEqual([])
  await Promise.all([one.skills.close(), two.skills.close()])
})

test('client: the database is not migrated yet -> the events wait', async () => {
  const fresh = await freshServer()
  const db = await fresh.open()
  const { skills, warnings } = skillsOn(fresh.flags[1] ?? '')
  skills.logUsage(event({ inputHash: 'early' }))
  expect((await skills.flush({ timeoutMs: 300 })).complete).toBe(false)
  await expect(skills.listSkills()).rejects.toMatchObject({ code: 'NOT_MIGRATED' })
  expect(warnings[0]?.message).toContain('migrated')
  await migrate(db)
  expect((await skills.flush()).complete).toBe(true)
  expect(await logged(db)).toEqual(['early'])
  await skills.close()
})

test.skipIf(NO_POOLER !== undefined)('client: PgBouncer in transaction mode -> each event once, and the list expires', async () => {
  const { db, name } = await freshMigrated()
  const pooler = await startPooler()
  try {
    await register(db, [{ id: 'one' }])
    const { skills } = skillsOn(pooler.url(name), { cacheTtlMs: 300, batchSize: 50 })
    expect(await skills.listSkills()).toHaveLength(1)
    const events = Array.from({ length: 500 }, () => event())
    for (const one of events) skills.logUsage(one)
    expect((await skills.flush()).complete).toBe(true)
    expect(await logged(db)).toEqual(hashes(events))
    await register(db, [{ id: 'two' }])
    await until('the list is new', async () => (await skills.listSkills()).length === 2)
    await skills.close()
  } finally {
    await pooler.stop()
  }
})
