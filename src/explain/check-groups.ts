/** What the checks of a group have in common: what a fault of them means, and how one looks. */
export const CHECK_GROUPS: Readonly<Record<string, { meaning: string; example: string }>> = {
  tables: {
    meaning:
      'The shape of the five tables, compared with what the migration files make. Functions, views and applications rely on it; a difference fails at the worst moment, in production, for one kind of row.',
    example: 'column skill_usage_events.latency_ms\n  expected integer, nullable\n  actual   text, nullable',
  },
  indexes: {
    meaning:
      'The indexes that the queries of agents and of `skills stats` need. A missing or invalid one shows as slowness, not as an error; an invalid one is what is left when CREATE INDEX CONCURRENTLY was interrupted.',
    example: 'index idx_skill_usage_user_time\n  expected on skill_usage_events using btree (user_id, created_at DESC)\n  actual   missing',
  },
  functions: {
    meaning:
      'The three functions that agents call: their signatures, their rights, and what they do. They are called on rows of the check itself, in a transaction that is rolled back.',
    example: 'function unlock_skill(uuid, text, text)\n  expected one row, with the new reason\n  actual   two rows',
  },
  views: {
    meaning:
      'The two views that people and reports read: their columns, and their numbers on rows of the check itself, in a transaction that is rolled back. Wrong numbers look as good as right ones.',
    example: 'view v_skill_effectiveness\n  expected total_uses 3\n  actual   6',
  },
  comments: {
    meaning: 'The comments in the database: what somebody sees who looks at the tables with psql or a client, without these files.',
    example: 'table skill_unlocks\n  expected a comment\n  actual   none',
  },
  ledger: {
    meaning: 'The table of applied migrations against the files: whether this database is what the files of this checkout say.',
    example: 'migration 20260101_add_ratings\n  expected applied\n  actual   pending',
  },
  registry: {
    meaning: 'The rows of `skills_registry` against the folder of skills: whether agents read what is in the files of this checkout.',
    example: 'skill elemental-checkin\n  expected version 1.1.0\n  actual   1.0.0',
  },
  drift: {
    meaning:
      'The schema as it is, compared with the one that the applied migration files make in an empty scratch schema of the same server: what is missing, what differs, what was added by hand. Somebody changed the database without a migration, or a statement was skipped because something of that name existed.',
    example: 'function log_skill_usage(uuid, text, ...)\n  expected SECURITY DEFINER\n  actual   SECURITY INVOKER',
  },
  health: {
    meaning:
      'What works today and will not for long: invalid or useless indexes, tables without statistics, sequences near their end, rows that point nowhere. The numbers come from the catalogs and statistics of the server.',
    example: 'sequence skill_feedback_id_seq\n  expected less than 80 % used\n  actual   93 %',
  },
  safety: {
    meaning:
      'Rights that let somebody do more than intended: functions that run with the rights of their owner, tables that everybody may write to, a role of the application that may do more than its work needs.',
    example: 'function unlock_skill(uuid, text, text)\n  expected a search_path of its own\n  actual   that of the caller',
  },
}
