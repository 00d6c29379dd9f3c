import { expect, test } from 'vitest'
import { freshServer } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

test('migrate: a second Ctrl-C -> the process ends at once, even while the server is busy', async () => {
  const { flags, open } = await freshServer()
  // ignores the cancel request of the first Ctrl-C
  const dir = scratch({
    '1.sql': 'do $$ begin loop begin perform pg_sleep(10); exception when query_canceled then null; end; end loop; end $$',
  })
  const db = await open()
  let firstAt = 0
  let secondAt = 0
  const run = await runSkills(['migrate', '--dir', dir, ...flags], {
    onStart: (child) => {
      const watch = setInterval(() => {
        void db
          .query("select from pg_stat_activity where query like 'do $$ begin loop%' and state = 'active' and pid <> pg_backend_pid()")
          .then((rows) => {
            if (rows.length === 0 || firstAt > 0) return
            clearInterval(watch)
            firstAt = Date.now()
            child.kill('SIGINT')
            setTimeout(() => {
              secondAt = Date.now()
              child.kill('SIGINT')
            }, 700)
          })
      }, 50)
    },
  })
  expect(run.code).toBe(130)
  expect(Date.now() - secondAt).toBeLessThan(500)
  expect(secondAt - firstAt).toBeGreaterThan(600)
})
