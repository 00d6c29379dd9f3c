/** The migration tools whose folder and ledger `skills migrate import` reads: the words after `--from`. */
export const IMPORTABLE = [
  'dbmate',
  'goose',
  'golang-migrate',
  'node-pg-migrate',
  'flyway',
  'sqitch',
  'graphile',
  'sqlx',
  'tern',
  'sql-migrate',
] as const

export type ImportableName = (typeof IMPORTABLE)[number]
