import { expect, test } from 'vitest'
import { foreignLedger } from '../../../src/migrations/layouts/foreign-ledger.ts'

/** The columns as each tool creates them; where the version is a number, it counts as missing. */
const LEDGERS: readonly [title: string, from: string, columns: string][] = [
  ['dbmate or Rails', 'dbmate', 'version'],
  ['golang-migrate', 'golang-migrate', 'version dirty'],
  ['golang-migrate', 'golang-migrate', 'dirty'],
  ['goose', 'goose', 'id version_id is_applied tstamp'],
  ['node-pg-migrate', 'node-pg-migrate', 'id name run_on'],
  ['Flyway', 'flyway', 'installed_rank version description type script checksum installed_by installed_on execution_time success'],
  ['sqlx', 'sqlx', 'version description installed_on success checksum execution_time'],
  ['graphile-migrate', 'graphile', 'hash previous_hash filename date'],
  ['Sqitch', 'sqitch', 'change_id script_hash change project note committed_at'],
  ['sql-migrate', 'sql-migrate', 'id applied_at'],
]

test.each(LEDGERS)('foreign ledger: the columns of %s -> named, and the hint is the import from %s', (title, from, columns) => {
  const { message, hint } = foreignLedger('"public"."t"', columns.split(' '))
  expect(message).toContain(`belongs to ${title}, another migration tool`)
  expect(hint).toBe(
    `nothing changed; move the folder and what is applied to skills with \`skills migrate import --from ${from} --dir DIR --ledger skills_migrations\``,
  )
})

test.each(['orderexecuted', 'inserted_at', 'something else'])('foreign ledger: a column %s -> another name, and no import', (columns) => {
  const { hint } = foreignLedger('t', columns.split(' '))
  expect(hint).toContain('--ledger skills_migrations')
  expect(hint).not.toContain('import')
})
