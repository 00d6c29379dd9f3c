export interface SqlstateText {
  title: string
  /** A message of the server with this code. */
  message: string
  remedies: readonly string[]
}

/** The classes of SQLSTATE (PostgreSQL manual, appendix "PostgreSQL Error Codes"), in a few words. */
export const SQLSTATE_CLASSES: Readonly<Record<string, string>> = {
  '00': 'success',
  '01': 'a warning',
  '02': 'no data',
  '03': 'an SQL statement that is not complete',
  '08': 'a connection exception',
  '09': 'a triggered action exception',
  '0A': 'a feature that the server does not support',
  '0B': 'an invalid start of a transaction',
  '21': 'a cardinality violation: more rows than one',
  '22': 'a data exception: an invalid value',
  '23': 'a constraint violation: NOT NULL, UNIQUE, CHECK, a foreign key or EXCLUDE',
  '24': 'an invalid cursor state',
  '25': 'an invalid transaction state, such as read-only or already failed',
  '26': 'an invalid prepared statement name',
  '27': 'a trigger that changes data which the statement changes',
  '28': 'an invalid user or password',
  '2B': 'privileges on which other objects depend',
  '2D': 'an invalid end of a transaction',
  '2F': 'an exception in an SQL function',
  '34': 'an invalid cursor name',
  '38': 'an exception in an external function',
  '39': 'an invalid call of an external function',
  '3B': 'a savepoint exception',
  '3D': 'an invalid database name',
  '3F': 'an invalid schema name',
  '40': 'a transaction rollback: a deadlock or a serialization failure',
  '42': 'a syntax error, a name that does not exist or already exists, or a missing privilege',
  '44': 'a violation of WITH CHECK OPTION of a view',
  '53': 'insufficient resources: memory, disk space or connections',
  '54': 'a limit of the server',
  '55': 'an object that is not in the required state, such as in use or locked',
  '57': 'operator intervention: a cancelled statement or a shutdown',
  '58': 'a system error outside PostgreSQL',
  F0: 'an error in a configuration file of the server',
  HV: 'an error of a foreign data wrapper',
  P0: 'a PL/pgSQL error: an exception that a function raised',
  XX: 'an internal error of the server, or damaged data',
}

/** The codes that people meet most. The others are explained by their class. */
export const SQLSTATE_TEXTS: Readonly<Record<string, SqlstateText>> = {
  '22P02': {
    title: 'a text is not a valid value of the type',
    message: 'invalid input syntax for type integer: "ten"',
    remedies: ['correct the value; in a migration that converts rows, find the invalid ones first'],
  },
  '23502': {
    title: 'NOT NULL is violated',
    message: 'null value in column "version" of relation "skill_usage_events" violates not-null constraint',
    remedies: ['give a value, or fill the column before you make it NOT NULL'],
  },
  '23503': {
    title: 'a foreign key is violated',
    message: 'insert or update on table "ratings" violates foreign key constraint "ratings_skill_id_fkey"',
    remedies: ['insert the referenced row first, or remove the rows that reference nothing'],
  },
  '23505': {
    title: 'a primary key or unique index is violated',
    message: 'duplicate key value violates unique constraint "ratings_pkey"',
    remedies: ['remove the duplicate rows; DETAIL names the value'],
  },
  '23514': {
    title: 'a CHECK constraint is violated',
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
      'on a standby: connect to the primary server',
      'if default_transaction_read_only is set for the role or database: use another one',
      '`skills doctor` shows which of the two it is',
    ],
  },
  '40P01': {
    title: 'a deadlock: two transactions waited for each other',
    message: 'deadlock detected',
    remedies: ['run it again; the server ended one of the two, and kept nothing of it', 'take locks in the same order everywhere'],
  },
  '42501': {
    title: 'a privilege is missing',
    message: 'permission denied for table skills_registry',
    remedies: [
      '`skills doctor` shows the privileges of the role, with the GRANT that is missing',
      'for an application: `skills grants --app-role NAME`',
    ],
  },
  '42601': {
    title: 'a syntax error',
    message: 'syntax error at or near "TABEL"',
    remedies: ['check the place in the message and the text before it: a comma or parenthesis is often the cause'],
  },
  '42703': {
    title: 'the column does not exist',
    message: 'column "ratting" does not exist',
    remedies: ['correct the name; a later migration may create the column'],
  },
  '42883': {
    title: 'no function has this name and these types',
    message: 'function unlock_skill(text, text) does not exist',
    remedies: ['compare the types of the arguments and cast them', 'or its schema is not in the search_path, or its extension is missing'],
  },
  '42P01': {
    title: 'the table or view does not exist',
    message: 'relation "nowhere" does not exist',
    remedies: ['correct the name, or run `skills migrate` first', 'or its schema is not in the search_path: `--schema`'],
  },
  '42P07': {
    title: 'a table, view or index with this name already exists',
    message: 'relation "notes" already exists',
    remedies: ['`skills migrate` skips the statement and compares the two; with `--strict` it fails', 'or write IF NOT EXISTS'],
  },
  '53100': {
    title: 'the disk of the server is full',
    message: 'could not extend file "base/5/1255": No space left on device',
    remedies: ['free disk space on the server, then run it again: the transaction was rolled back'],
  },
  '53300': {
    title: 'all connections are in use',
    message: 'sorry, too many clients already',
    remedies: ['close idle connections, add a pooler, or raise max_connections', '`--wait 30s` waits for a free connection'],
  },
  '55P03': {
    title: 'a lock was not available',
    message: 'canceling statement due to lock timeout',
    remedies: [
      'find the connection that has locked the table, most often one that is idle in a transaction',
      '`--lock-wait 5m` waits longer',
    ],
  },
  '57014': {
    title: 'the statement was cancelled',
    message: 'canceling statement due to statement timeout',
    remedies: [
      'a time limit: `--statement-timeout`, or ALTER ROLE ... SET statement_timeout',
      'or a cancel request: Ctrl-C or pg_cancel_backend',
    ],
  },
}
