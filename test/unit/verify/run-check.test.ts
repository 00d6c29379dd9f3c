import { expect, test } from 'vitest'
import { DatabaseError } from '../../../src/db/database-error.ts'
import type { Db } from '../../../src/db/db.ts'
import { parseChecks } from '../../../src/verify/parse-checks.ts'
import { runCheck } from '../../../src/verify/run-check.ts'

test('run check: the savepoint is gone after the check -> CHECK_FILE_INVALID with its place', async () => {
  const [check] = parseChecks('\n-- check: mine.ends\n-- title: t\n-- remedy: r\nSELECT 1;\n', 'checks/own.sql')
  const query = check?.query
  if (check === undefined || query === undefined) throw new Error('no check')
  const db = {
    info: { otherSchemas: [] },
    exec: (script: string) =>
      script.startsWith('ROLLBACK')
        ? Promise.reject(
            new DatabaseError({ message: 'ROLLBACK TO SAVEPOINT can only be used in transaction blocks', code: '25P01' } as never),
          )
        : Promise.resolve(),
    query: () => Promise.resolve([]),
  } as unknown as Db
  await expect(
    runCheck(db, {
      check,
      query,
      input: undefined,
      timeoutMs: 1_000,
      schema: 'public',
      path: 'public',
      isBroken: false,
      leftOut: undefined,
    }),
  ).rejects.toMatchObject({
    code: 'CHECK_FILE_INVALID',
    message: expect.stringContaining('checks/own.sql:2: the check ended the transaction'),
  })
})
