import { expect, test } from 'vitest'
import { freshServer } from '../support/databases.ts'
import { startSkills } from '../support/running-skills.ts'
import { scratch } from '../support/scratch.ts'
import { until, untilRunning } from '../support/waiting.ts'

test('migrate: a second Ctrl-C while the server ignores the first -> exit code 130, although the statement still runs', async () => {
  const { flags, open } = await freshServer()
  // counts the cancel requests and ignores them
  const cwd = scratch({
    '1.sql': `do $$ begin
  loop
    begin
      perform pg_sleep(600);
    exception when query_canceled then perform nextval('cancels');
    end;
  end loop;
end $$`,
  })
  const db = await open()
  await db.exec('create sequence cancels')
  const run = startSkills(['migrate', '--dir', '.', ...flags], cwd)
  await untilRunning(db, 'query_canceled')
  run.child.kill('SIGINT')
  await until('the server was asked to cancel', async () => {
    const [row] = await db.query<{ called: boolean }>('select is_called as called from cancels')
    return row?.called === true
  })
  expect(run.child.exitCode).toBe(null)
  run.child.kill('SIGINT')
  expect(await run.ended).toEqual([130, null])
  await untilRunning(db, 'query_canceled')
  await db.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
})
