import { SkillsError } from '../../core/errors.ts'

/** The columns that only the ledger of one tool has, and the word after `--from`; empty when there is no import. */
const LEDGERS: readonly { title: string; name: string; has: readonly string[] }[] = [
  { title: 'golang-migrate', name: 'golang-migrate', has: ['dirty'] },
  { title: 'goose', name: 'goose', has: ['version_id', 'is_applied'] },
  { title: 'Flyway', name: 'flyway', has: ['installed_rank'] },
  { title: 'sqlx', name: 'sqlx', has: ['installed_on', 'success'] },
  { title: 'node-pg-migrate', name: 'node-pg-migrate', has: ['name', 'run_on'] },
  { title: 'graphile-migrate', name: 'graphile', has: ['previous_hash'] },
  { title: 'Sqitch', name: 'sqitch', has: ['change_id'] },
  { title: 'sql-migrate', name: 'sql-migrate', has: ['id', 'applied_at'] },
  { title: 'Liquibase', name: '', has: ['orderexecuted'] },
  { title: 'Ecto', name: '', has: ['inserted_at'] },
]

/** The error for a ledger of another tool: names the tool where its columns show it, and how to move from it. */
export function foreignLedger(table: string, columns: readonly string[]): SkillsError {
  const known = LEDGERS.find(({ has }) => has.every((column) => columns.includes(column)))
  // Rails has the same table
  const found = known ?? (columns.join() === 'version' ? { title: 'dbmate or Rails', name: 'dbmate' } : undefined)
  const owner = found === undefined ? 'another migration tool' : `${found.title}, another migration tool`
  const other = 'use another name for the ledger of skills: --ledger skills_migrations'
  return new SkillsError('LEDGER_FOREIGN', `the table ${table} belongs to ${owner} (columns: ${columns.join(', ')})`, {
    hint:
      found === undefined || found.name === ''
        ? `nothing changed; ${other}, with a folder that has no files of the other tool`
        : `nothing changed; move the folder and what is applied to skills with \`skills migrate import --from ${found.name} --dir DIR --ledger skills_migrations\``,
  })
}

/** The error for a view or foreign table in the place of the ledger: it could run code of others, and cannot be written as a table. */
export function ledgerIsView(table: string, cause: Error): SkillsError {
  return new SkillsError('LEDGER_FOREIGN', `the ledger ${table} is a view or a foreign table, and must be a table`, {
    hint: `nothing changed; rename it and give the table its name: ALTER TABLE ${table} RENAME TO ...; or name another table with --ledger`,
    cause,
  })
}
