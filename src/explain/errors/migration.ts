import type { ErrorCode } from '../../core/errors.ts'
import type { ErrorText } from './error-text.ts'

/** Codes of migrations, their ledger and their locks. */
export const MIGRATION_ERRORS = {
  MIGRATION_FILE_INVALID: {
    title: 'A migration file cannot be run',
    meaning:
      'Found before anything was sent to the server: a quote or comment that is never closed, a command of psql, a `BEGIN` or `COMMIT` at the top level (a file is one transaction already), an unknown directive, two files of one name.',
    example:
      '$ skills migrate --dir db\nerror [MIGRATION_FILE_INVALID] db/002_more.sql cannot be run\n  → nothing was run; mend the file and run skills migrate again',
    remedies: [
      'correct the place that the message names; nothing was run',
      'for statements that cannot run in a transaction make `-- skills: no-transaction` the first line of a file of their own',
    ],
  },
  MIGRATION_FAILED: {
    title: 'A statement of a migration failed',
    meaning:
      'The message has the file, line and column of the statement, what the server says and its SQLSTATE. The transaction of the file was rolled back: nothing of it was applied. The files before it stay applied.',
    example:
      '$ skills migrate --dir db\ndb/001_notes.sql:2:15 error relation "nowhere" does not exist [42P01]\nerror [MIGRATION_FAILED] db/001_notes.sql failed: relation "nowhere" does not exist (SQLSTATE 42P01)',
    remedies: [
      'mend the file and run `skills migrate` again: it goes on with this file',
      '`skills explain 42P01` (or the code you got) says what class of error it is',
    ],
  },
  LOCK_TIMEOUT: {
    title: 'A lock was not obtained in time',
    meaning:
      'Another run of this tool migrates or syncs the same database, or a session of somebody else holds a table that a statement needs. The message names who. Nothing of the unfinished work was kept.',
    example:
      '$ skills migrate --lock-wait 10s\nerror [LOCK_TIMEOUT] another skills migrate holds the lock: process 4711 (app)\n  → wait for it and run again, or raise --lock-wait',
    remedies: [
      'run it again when the other one is done, or wait longer: `--lock-wait 5m`',
      'look for the session that the message names: most often it is idle in a transaction',
    ],
  },
  LEDGER_FOREIGN: {
    title: 'The table of applied migrations belongs to another tool',
    meaning: 'A table `schema_migrations` exists whose columns are those of another migration tool. It was not touched.',
    example:
      '$ skills migrate\nerror [LEDGER_FOREIGN] the table public.schema_migrations belongs to another migration tool: it has the columns version, dirty\n  → nothing was changed; keep the ledger of skills under another name: --ledger skills_migrations',
    remedies: ['keep ours apart: `--ledger skills_migrations`, in every command and best in the configuration file (`ledger`)'],
  },
  HISTORY_CHANGED: {
    title: 'A file was changed after it was applied',
    meaning:
      'The digest of the file is not the one that was recorded when it ran, so the database is not what the files say. Only real changes count: line ends, a byte order mark and white space at the end do not.',
    example:
      '$ skills migrate\nerror [HISTORY_CHANGED] 1 applied migration changed since: 001_notes\n  → nothing was run; restore the file and put the change into a new migration, or accept it as it is: skills migrate repair VERSION',
    remedies: [
      'restore the file as it was, and put the change into a new migration: `skills migrate new NAME`',
      'if only a comment changed: `skills migrate repair VERSION` takes the file as it is now',
    ],
  },
  OUT_OF_ORDER: {
    title: 'A pending file sorts before one that was applied',
    meaning:
      'With `--strict-order` that is refused: on a new database the files would run in another order than here. Most often two branches were merged. Nothing was run.',
    example: '$ skills migrate --strict-order\nerror [OUT_OF_ORDER] 1 pending migration out of order: 20260101_ratings',
    remedies: ['rename the file so that it sorts last', 'leave `--strict-order` out, where the order of the two does not matter'],
  },
  DRIFT: {
    title: 'The database is not what the files would have made',
    meaning:
      '`skills migrate baseline` records files as applied without running them. It compares first, and found differences. Nothing was recorded.',
    example: '$ skills migrate baseline\nerror [DRIFT] the database differs from what the files would have made in 2 places',
    remedies: [
      '`skills migrate` instead, which adds what is missing and leaves what is there',
      '`skills migrate baseline --accept-drift`, when you have looked at the differences and mean it',
    ],
  },
} as const satisfies Partial<Record<ErrorCode, ErrorText>>
