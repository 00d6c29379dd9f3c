/** What people meet most among PostgreSQL's codes: what it is, how it reads, what to do. The others are explained by their class. */
export const SQLSTATES: Readonly<Record<string, { title: string; message: string; remedies: readonly string[] }>> = {
  '22P02': {
    title: 'a text that is no value of the type',
    message: 'invalid input syntax for type integer: "ten"',
    remedies: ['correct the value; in a migration over rows find the ones that do not fit first'],
  },
  '23502': {
    title: 'NOT NULL was broken',
    message: 'null value in column "version" of relation "skill_usage_events" violates not-null constraint',
    remedies: ['give the value, or fill the column before it becomes NOT NULL'],
  },
  '23503': {
    title: 'a foreign key was broken',
    message: 'insert or update on table "ratings" violates foreign key constraint "ratings_skill_id_fkey"',
    remedies: ['insert the row that is referred to first, or remove the rows that refer to nothing'],
  },
  '23505': {
    title: 'a key or unique index was broken',
    message: 'duplicate key value violates unique constraint "ratings_pkey"',
    remedies: ['remove the rows that are there twice; DETAIL names the value'],
  },
  '23514': {
    title: 'a CHECK was broken',
    message: 'new row for relation "skills_registry" violates check constraint "skills_registry_trust_level_check"',
    remedies: ['correct the rows first, or add the constraint NOT VALID and validate it later'],
  },
  '25001': {
    title: 'the statement cannot run in a transaction',
    message: 'CREATE INDEX CONCURRENTLY cannot run inside a transaction block',
    remedies: ['begin its file with the line `-- skills: no-transaction`'],
  },
  '25006': {
    title: 'the transaction is read-only',
    message: 'cannot execute INSERT in a read-only transaction',
    remedies: [
      'on a standby connect to the primary',
      'a role or database with default_transaction_read_only: use another',
      '`skills doctor` says which',
    ],
  },
  '40P01': {
    title: 'a deadlock: two sessions waited for each other',
    message: 'deadlock detected',
    remedies: ['run it again; the server ended one of the two, and nothing of it was kept', 'take locks in the same order everywhere'],
  },
  '42501': {
    title: 'a right is missing',
    message: 'permission denied for table skills_registry',
    remedies: [
      '`skills doctor` shows what the role may do, with the GRANT that is lacking',
      'an application: `skills grants --app-role NAME`',
    ],
  },
  '42601': {
    title: 'a syntax error',
    message: 'syntax error at or near "TABEL"',
    remedies: ['look at the place that is named, and at what stands before it: a comma or parenthesis is often the cause'],
  },
  '42703': {
    title: 'there is no such column',
    message: 'column "ratting" does not exist',
    remedies: ['correct the name; in a migration the column may be made by a later file'],
  },
  '42883': {
    title: 'there is no such function for these types',
    message: 'function unlock_skill(text, text) does not exist',
    remedies: ['compare the types of the arguments and cast them', 'or its schema is not in the search_path, or its extension is missing'],
  },
  '42P01': {
    title: 'there is no such table or view',
    message: 'relation "nowhere" does not exist',
    remedies: ['correct the name, or run `skills migrate` first', 'or it is in a schema that is not in the search_path: `--schema`'],
  },
  '42P07': {
    title: 'a table, view or index of that name exists',
    message: 'relation "notes" already exists',
    remedies: ['`skills migrate` passes over it and compares the two; with `--strict` it is a failure', 'or write IF NOT EXISTS'],
  },
  '53100': {
    title: 'the disk of the server is full',
    message: 'could not extend file "base/5/1255": No space left on device',
    remedies: ['free space on the disk of the server, then run it again: nothing of the transaction was kept'],
  },
  '53300': {
    title: 'all connections are taken',
    message: 'sorry, too many clients already',
    remedies: ['close idle sessions, put a pooler in front, or raise max_connections', '`--wait 30s` waits for a free one'],
  },
  '55P03': {
    title: 'a lock was not free',
    message: 'canceling statement due to lock timeout',
    remedies: ['look for the session that holds the table, most often one idle in a transaction', '`--lock-wait 5m` waits longer'],
  },
  '57014': {
    title: 'the statement was cancelled',
    message: 'canceling statement due to statement timeout',
    remedies: [
      'a time limit: `--statement-timeout`, or ALTER ROLE ... SET statement_timeout',
      'or somebody cancelled it, with Ctrl-C or pg_cancel_backend',
    ],
  },
}
