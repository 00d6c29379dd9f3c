/** What the checks of a group have in common: what a fault of them means. */
export const CHECK_GROUPS: Readonly<Record<string, string>> = {
  tables:
    'The shape of the five tables, compared with what the migration files make. Functions, views and applications rely on it; a difference fails at the worst moment, in production, for one kind of row.',
  indexes:
    'The indexes that the queries of agents and of `skills stats` need. A missing or invalid one shows as slowness, not as an error; an invalid one is what is left when CREATE INDEX CONCURRENTLY was interrupted.',
  functions:
    'The functions that agents call with SQL of their own, `log_skill_usage`, `is_skill_unlocked` and `unlock_skill`: their signatures, their rights, and what they do. They are called on rows of the check itself, in a transaction that is rolled back. `log_skill_usage_batch`, which the library calls too, is compared with its file by the checks of `drift`.',
  views:
    'The two views that people and reports read: their columns, and their numbers on rows of the check itself, in a transaction that is rolled back. Wrong numbers look as good as right ones.',
  comments: 'The comments in the database: what somebody sees who looks at the tables with psql or a client, without these files.',
  ledger: 'The table of applied migrations against the files: whether this database is what the files of this checkout say.',
  registry: 'The rows of `skills_registry` against the folder of skills: whether agents read what is in the files of this checkout.',
  drift:
    'The schema as it is, compared with the one that the applied migration files make in an empty scratch schema of the same server: what is missing, what differs, what was added by hand. Somebody changed the database without a migration, or a statement was skipped because something of that name existed.',
  health:
    'What works today and will not for long: invalid or useless indexes, tables without statistics, sequences near their end, rows that point nowhere. The numbers come from the catalogs and statistics of the server.',
  safety:
    'Rights that let somebody do more than intended: functions that run with the rights of their owner, tables that everybody may write to, a role of the application that may do more than its work needs.',
}
