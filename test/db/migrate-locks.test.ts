import { describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate } from '../../src/index.ts'
import { freshServer } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { until, untilRunning } from '../support/waiting.ts'

const NO_TRANSACTION = '-- skills: no-transaction\n'
/** One attempt at a table is short, and the whole wait is long: what succeeds has had the whole wait. */
const PATIENT = { lockTimeoutMs: 100, lockWaitMs: 60_000 }
const IMPATIENT = { lockTimeoutMs: 100, lockWaitMs: 600 }

const TABLE = 'create table a (id int, n int not null default 0); insert into a select g, 0 from generate_series(1, 100) g;'

/** An old snapshot, for which every form of CONCURRENTLY waits. */
async function holdSnapshot(db: Db, name = 'the holder'): Promise<void> {
  await db.exec(`set application_name = '${name}'; begin isolation level repeatable read; select count(*) from a`)
}

async function invalidIndexes(db: Db): Promise<unknown[]> {
  const rows = await db.query('select indexrelid::regclass::text as name from pg_index where not indisvalid order by 1', [], { name: 'text' })
  return rows.map(({ name }) => name)
}

describe('statements that wait by design', () => {
  test.each([
    ['create index', 'create index concurrently a_id on a (id)', '', NO_TRANSACTION],
    ['drop index', 'drop index concurrently a_n', 'create index a_n on a (n)', NO_TRANSACTION],
    ['reindex', 'reindex index concurrently a_n', 'create index a_n on a (n)', NO_TRANSACTION],
    ['reindex with options', 'reindex (verbose, concurrently) table a', 'create index a_n on a (n)', NO_TRANSACTION],
    [
      'detach',
      'alter table p detach partition p1 concurrently',
      'create table p (id int) partition by range (id); create table p1 partition of p for values from (0) to (9)',
      NO_TRANSACTION,
    ],
  ])('%s: a transaction is open longer than --lock-timeout -> the statement waits and succeeds', async (_, statement, setUp, head) => {
    const { open } = await freshServer()
    const [db, holder] = [await open(), await open()]
    await db.exec(`${TABLE} ${setUp}`)
    await holdSnapshot(holder)
    if (statement.includes('detach')) await holder.exec('select * from p')
    if (statement.includes('drop')) await holder.exec('select * from a where n = 3')
    const running = migrate(db, { migrations: [scratch({ '1.sql': `${head}${statement};` })], ...PATIENT })
    await untilRunning(holder, statement)
    // several times the limit of one attempt
    await holder.exec('select pg_sleep(1)')
    await holder.exec('commit')
    const { report, error } = await running
    expect(error).toBeUndefined()
    expect(report.applied.at(-1)?.version).toBe('1')
    expect(await invalidIndexes(db)).toEqual([])
  })
})
