import { expect, test } from 'vitest'
import type { TestDatabase } from '../support/databases.ts'
import { freshServer } from '../support/databases.ts'
import { dumpSchema } from '../support/dump-schema.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { untilAlone } from '../support/waiting.ts'

const POINTS = 30
const AT_ONCE = 3
const LONGEST_MS = 2_200

const FILES = {
  ...Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [
      `1${i}.sql`,
      `create table t${i} (id int primary key, name text); insert into t${i} values (1, 'x'); select pg_sleep(0.02);`,
    ]),
  ),
  '15_procedure.sql':
    'create procedure in_two_steps() language plpgsql as $$ begin update t2 set id = 1 where id = 0; commit; perform pg_sleep(0.02); end $$;',
  '20_long.sql': 'create table long (id int); select pg_sleep(0.6); create index long_id on long (id);',
  '30_outside.sql': `-- skills: no-transaction
create index concurrently t0_name on t0 (name);
update t1 set id = id + 1;
select pg_sleep(0.1);
update t1 set id = id + 1;
create index concurrently on t1 (name);
update t1 set id = id + 1, name = name || pg_sleep(0.05)::text;
update t1 set id = id + 1;
drop index concurrently t0_name;
update t1 set id = id + 1;
call in_two_steps();
update t1 set id = id + 1;`,
  '40_last.sql': 'alter table long add column more text; create view v as select id, more from long;',
}

test(`migrate: killed at ${POINTS} random points -> the backend ends, the next run exits 0, the schema is complete, each UPDATE ran once`, async () => {
  const dir = scratch(FILES)
  const migrateArgs = ({ flags }: TestDatabase): string[] => ['migrate', '--dir', dir, ...flags]
  const whole = await freshServer()
  expect(await runSkills(migrateArgs(whole))).toMatchObject({ code: 0 })
  const undisturbed = await dumpSchema(await whole.open())
  const ends = new Map<string, number>()

  const one = async (i: number): Promise<void> => {
    const database = await freshServer()
    const signal = (['SIGKILL', 'SIGTERM', 'SIGINT'] as const)[i % 3] ?? 'SIGKILL'
    const after = Math.random() * LONGEST_MS
    const killed = await runSkills(migrateArgs(database), { onStart: (child) => setTimeout(() => child.kill(signal), after) })
    const end = `${signal}: ${killed.signal ?? killed.code}`
    ends.set(end, (ends.get(end) ?? 0) + 1)
    const details = `${signal} after ${after.toFixed(0)} ms: ${killed.stdout}${killed.stderr}`
    expect([0, 130, 143, null], details).toContain(killed.code)
    const db = await database.open()
    await untilAlone(db)
    const again = await runSkills(migrateArgs(database))
    expect(again, details).toMatchObject({ code: 0 })
    expect(await dumpSchema(db), details).toBe(undisturbed)
    expect(await db.query('select count(*)::int as n from t0'), details).toEqual([{ n: 1 }])
    // the statements of a no-transaction file too: each once
    expect(await db.query('select id from t1'), details).toEqual([{ id: 7 }])
    await db.close()
  }
  for (let i = 0; i < POINTS; i += AT_ONCE) await Promise.all(Array.from({ length: Math.min(AT_ONCE, POINTS - i) }, (_, k) => one(i + k)))
  // some of the kills must have hit a run in progress
  expect([...ends].filter(([end]) => !end.endsWith(': 0')).reduce((sum, [, n]) => sum + n, 0)).toBeGreaterThan(POINTS / 2)
})
