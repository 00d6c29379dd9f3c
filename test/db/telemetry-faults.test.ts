import { readdirSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { sync } from '../../src/index.ts'
import { migratedServer } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { freePort } from '../support/sockets.ts'
import { event, hashes, logged, register, skillsOn, spilled, USER } from '../support/telemetry.ts'
import { until } from '../support/waiting.ts'

async function fresh(): Promise<{ db: Db; url: string; name: string }> {
  const database = await migratedServer()
  return { db: await database.open(), url: database.flags[1] ?? '', name: database.name }
}

/** Runs PL/pgSQL for each event before it is inserted, as a trigger of an application does. */
async function onInsert(db: Db, body: string): Promise<void> {
  await db.exec(`
    create or replace function of_application() returns trigger language plpgsql as $$ begin ${body} return new; end $$;
    drop trigger if exists of_application on skill_usage_events;
    create trigger of_application before insert on skill_usage_events for each row execute function of_application()`)
}

const many = (count: number): ReturnType<typeof event>[] => Array.from({ length: count }, () => event())

test('logUsage: the session became read-only (a failover behind a proxy) -> a new connection writes the events', async () => {
  const { db, url, name } = await fresh()
  await db.exec(`alter database "${name}" set default_transaction_read_only = on`)
  const { skills } = skillsOn(url, { maxConnections: 1 })
  expect(await skills.listUnlocks(USER)).toEqual([])
  // the session stays read-only, as the one of a server that is a standby now; a new one is not
  await db.exec(`begin read write; alter database "${name}" reset default_transaction_read_only; commit`)
  const events = many(20)
  for (const one of events) skills.logUsage(one)
  expect(await skills.flush()).toMatchObject({ complete: true, written: 20, rejected: 0 })
  expect(await logged(db)).toEqual(hashes(events))
  await skills.close()
})

test('unlock: the session became read-only -> it succeeds on a new connection', async () => {
  const { db, url, name } = await fresh()
  await db.exec(`alter database "${name}" set default_transaction_read_only = on`)
  const { skills } = skillsOn(url, { maxConnections: 1 })
  await expect(skills.unlock(USER, 'one')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
  expect(await skills.listUnlocks(USER)).toEqual([])
  await db.exec(`begin read write; alter database "${name}" reset default_transaction_read_only; commit`)
  expect(await skills.unlock(USER, 'one')).toBe(true)
  expect(await skills.logUsageNow(event())).toMatch(/^\d+$/)
  await skills.close()
})

test('logUsage: the batch takes longer than statement_timeout (57014) -> it is halved, and all events are written', async () => {
  const { db, url, name } = await fresh()
  await onInsert(db, 'perform pg_sleep(0.004);')
  await db.exec(`alter database "${name}" set statement_timeout = '400ms'`)
  const { skills } = skillsOn(url)
  const events = many(600)
  for (const one of events) skills.logUsage(one)
  expect(await skills.flush({ timeoutMs: 60_000 })).toMatchObject({ complete: true, written: 600, rejected: 0, dropped: 0 })
  expect(await logged(db)).toEqual(hashes(events))
  await skills.close()
})

test('logUsage: no answer within queryTimeoutMs -> the batch is halved, and all events are written', async () => {
  const { db, url } = await fresh()
  await onInsert(db, 'perform pg_sleep(0.004);')
  const { skills } = skillsOn(url, { queryTimeoutMs: 500 })
  const events = many(300)
  for (const one of events) skills.logUsage(one)
  expect(await skills.flush({ timeoutMs: 60_000 })).toMatchObject({ complete: true, written: 300, rejected: 0, dropped: 0 })
  expect(await logged(db)).toEqual(hashes(events))
  await skills.close()
})

test('logUsage: one event always times out -> the others are written, it waits in the spill folder', async () => {
  const { db, url, name } = await fresh()
  await onInsert(db, "if new.input_hash = 'slow' then perform pg_sleep(20); end if;")
  await db.exec(`alter database "${name}" set statement_timeout = '200ms'`)
  const { skills, spillDir, warnings } = skillsOn(url)
  const events = many(40)
  for (const one of [...events.slice(0, 20), event({ inputHash: 'slow' }), ...events.slice(20)]) skills.logUsage(one)
  await until('the others are written', async () => (await skills.flush({ timeoutMs: 1_000 })).written === 40)
  expect(await logged(db)).toEqual(hashes(events))
  expect(spilled(spillDir)).toEqual(['slow'])
  expect(await skills.flush({ timeoutMs: 1_000 })).toMatchObject({ complete: false, rejected: 0, dropped: 0 })
  expect(warnings.map(({ code }) => code)).toContain('EVENTS_DELAYED')
  await db.exec('drop trigger of_application on skill_usage_events')
  await until('it is written', async () => (await skills.flush()).complete)
  expect(await logged(db)).toEqual([...hashes(events), 'slow'].toSorted())
  await skills.close()
})

test.each([
  ['a trigger refuses it (P0001)', "raise exception 'no';"],
  ['a trigger refuses it with a class of its own (38000)', "raise exception 'no' using errcode = '38000';"],
  ['the stack is not deep enough (54001)', "raise exception 'no' using errcode = '54001';"],
  ['an untranslatable character (22P05)', "raise exception 'no' using errcode = '22P05';"],
])('logUsage: one of 500 events is refused: %s -> it is counted, the others are written', async (_, statement) => {
  const { db, url } = await fresh()
  await onInsert(db, `if new.input_hash = 'bad' then ${statement} end if;`)
  const { skills } = skillsOn(url)
  const events = many(500)
  for (const one of [...events.slice(0, 333), event({ inputHash: 'bad' }), ...events.slice(333)]) skills.logUsage(one)
  expect(await skills.flush()).toMatchObject({ complete: true, written: 500, rejected: 1, dropped: 0 })
  expect(await logged(db)).toEqual(hashes(events))
  await skills.close()
})

test('logUsage: an event with 2,000 levels and a small stack (54001) -> it is counted, the others are written', async () => {
  const { db, url, name } = await fresh()
  await db.exec(`alter database "${name}" set max_stack_depth = '100kB'`)
  const { skills, warnings } = skillsOn(url)
  const events = many(50)
  let deep: object = {}
  for (let level = 0; level < 2_000; level++) deep = { deep }
  for (const one of [event({ artifacts: deep }), ...events]) skills.logUsage(one)
  expect(await skills.flush()).toMatchObject({ complete: true, written: 50, rejected: 1 })
  expect(await logged(db)).toEqual(hashes(events))
  expect(warnings).toMatchObject([{ code: 'EVENT_REFUSED', message: expect.stringContaining('stack depth') }])
  await skills.close()
})

test.each([
  '40001',
  '40P01',
  '53100',
  '53200',
  '53300',
  '53400',
  '55006',
  '55P03',
  '57014',
  '57P03',
  '58030',
  'XX000',
  'XX002',
  '42501',
  '42P01',
  '25006',
])('logUsage: SQLSTATE %s for every event, then not any more -> no event is lost, all are written', async (code) => {
  const { db, url } = await fresh()
  await onInsert(db, `raise exception 'not now' using errcode = '${code}';`)
  const { skills } = skillsOn(url)
  const events = many(30)
  for (const one of events) skills.logUsage(one)
  expect(await skills.flush({ timeoutMs: 700 })).toMatchObject({ complete: false, written: 0, rejected: 0, dropped: 0 })
  await db.exec('drop trigger of_application on skill_usage_events')
  await until('all is written', async () => (await skills.flush()).complete)
  expect(await logged(db)).toEqual(hashes(events))
  await skills.close()
})

test('logUsage: a policy refuses one event (42501) -> it is counted, the others are written', async () => {
  const { db, url, name } = await fresh()
  const role = `${name}_owner`
  await db.exec(`create role "${role}"; grant all on schema public to "${role}"; grant select on skill_forgotten_users to "${role}"`)
  try {
    await db.exec(`alter table skill_usage_events owner to "${role}"; alter table skill_usage_events force row level security;
      alter table skill_usage_events enable row level security; create policy mine on skill_usage_events with check (input_hash <> 'hidden');
      create policy seen on skill_usage_events for select using (true)`)
    for (const { f } of await db.query<{ f: string }>(
      "select oid::regprocedure::text as f from pg_proc where pronamespace = 'public'::regnamespace",
    ))
      await db.exec(`alter function ${f} owner to "${role}"`)
    const { skills, warnings } = skillsOn(url)
    const events = many(30)
    for (const one of [event({ inputHash: 'hidden' }), ...events]) skills.logUsage(one)
    expect(await skills.flush(), JSON.stringify(warnings)).toMatchObject({ complete: true, written: 30, rejected: 1 })
    expect(warnings).toMatchObject([{ code: 'EVENT_REFUSED', message: expect.stringContaining('row-level security') }])
    await skills.close()
    expect(await logged(db)).toEqual(hashes(events))
  } finally {
    await db.exec(`reassign owned by "${role}" to current_user; drop owned by "${role}"; drop role "${role}"`)
  }
})

test('logUsage: a foreign key, and skills that are not registered (23503) -> their events wait in the spill folder until a sync', async () => {
  const { db, url } = await fresh()
  await register(db, [{ id: 'one' }])
  await db.exec('alter table skill_usage_events add constraint of_skill foreign key (skill_id) references skills_registry (skill_id)')
  const { skills, warnings, spillDir } = skillsOn(url)
  const known = many(100)
  const early = Array.from({ length: 60 }, (_, i) => event({ skillId: i % 2 === 0 ? 'walk' : 'swim' }))
  for (const one of [...known.slice(0, 50), ...early, ...known.slice(50)]) skills.logUsage(one)
  expect(await skills.flush()).toMatchObject({ complete: false, written: 100, rejected: 0, dropped: 0, pending: 0, spilled: 60 })
  expect(spilled(spillDir).toSorted()).toEqual(hashes(early))
  expect(warnings.map(({ code }) => code)).toContain('EVENTS_DELAYED')
  // other events are not held up, nor by the time until the next attempt
  skills.logUsage(event({ inputHash: 'next' }))
  await until('the next event is written', async () => (await logged(db)).includes('next'), 10_000)
  const walk = '---\nname: walk\ndescription: A skill of this test. Use it here.\n---\n\nBody.\n'
  const cwd = scratch({ 'skills/walk/SKILL.md': walk, 'skills/swim/SKILL.md': walk.replace('name: walk', 'name: swim') })
  await sync(db, { skills: ['skills'], cwd })
  // the sync announces the change: no call is needed
  await until('the early events are written', async () => (await logged(db)).length === 161, 10_000)
  expect(await skills.flush()).toMatchObject({ complete: true, dropped: 0, rejected: 0 })
  expect(readdirSync(spillDir)).toEqual([])
  expect(await logged(db)).toEqual([...hashes([...known, ...early]), 'next'].toSorted())
  await skills.close()
})

test('logUsage: events that wait for their skill, and the process restarts -> the next process writes them after a sync', async () => {
  const { db, url } = await fresh()
  await db.exec('alter table skill_usage_events add constraint of_skill foreign key (skill_id) references skills_registry (skill_id)')
  const first = skillsOn(url)
  const events = many(20)
  for (const one of events) first.skills.logUsage(one)
  await first.skills.close()
  expect(await first.skills.flush()).toMatchObject({ complete: false })
  expect(spilled(first.spillDir).toSorted()).toEqual(hashes(events))
  const second = skillsOn(url, { spillDir: first.spillDir })
  expect(await second.skills.flush()).toMatchObject({ complete: false, rejected: 0 })
  await register(db, [{ id: 'one' }])
  expect(await second.skills.flush()).toMatchObject({ complete: true })
  await second.skills.close()
  expect(await logged(db)).toEqual(hashes(events))
  expect(readdirSync(first.spillDir)).toEqual([])
})

test.each([-3_600_000, 3_600_000])(
  'logUsage: the clock steps by %i ms in an outage -> the events are written when the database is back',
  async (step) => {
    const { db, url } = await fresh()
    await onInsert(db, "raise exception 'not now' using errcode = '53100';")
    const { skills } = skillsOn(url)
    const events = many(20)
    for (const one of events) skills.logUsage(one)
    await skills.flush({ timeoutMs: 300 })
    const now = Date.now.bind(Date)
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + step)
    try {
      const began = performance.now()
      expect((await skills.flush({ timeoutMs: 300 })).complete).toBe(false)
      expect(performance.now() - began).toBeLessThan(5_000)
      await db.exec('drop trigger of_application on skill_usage_events')
      await until('all is written', async () => (await logged(db)).length === 20)
    } finally {
      clock.mockRestore()
    }
    expect(await logged(db)).toEqual(hashes(events))
    await skills.close()
  },
)

test('flush: after close -> whether all events are in the database', async () => {
  const { db, url } = await fresh()
  const written = skillsOn(url)
  written.skills.logUsage(event({ inputHash: 'written' }))
  await written.skills.close()
  expect(await written.skills.flush()).toMatchObject({ complete: true, written: 1 })
  const away = `postgres://someone@127.0.0.1:${await freePort()}/x`
  const spilling = skillsOn(away)
  spilling.skills.logUsage(event())
  const closing = spilling.skills.close({ timeoutMs: 200 })
  expect(await spilling.skills.flush()).toMatchObject({ complete: false, pending: 0, spilled: 1 })
  await closing
  const dropping = skillsOn(away, { spillDir: false })
  dropping.skills.logUsage(event())
  await dropping.skills.close({ timeoutMs: 200 })
  for (const _ of ['first', 'second']) expect(await dropping.skills.flush()).toMatchObject({ complete: false, pending: 0, dropped: 1 })
  expect(await logged(db)).toEqual(['written'])
})

test('flush: events were dropped -> not complete, once', async () => {
  const { url } = await fresh()
  const { skills } = skillsOn(url, { spillDir: false, maxBuffered: 10, batchSize: 10 })
  for (const one of many(30)) skills.logUsage(one)
  expect(await skills.flush()).toMatchObject({ complete: false, written: 10, dropped: 20 })
  expect(await skills.flush()).toMatchObject({ complete: true })
  await skills.close()
})
