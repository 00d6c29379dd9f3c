import type { ErrorCode } from '../../core/errors.ts'
import type { ErrorText } from './error-text.ts'

/** Codes of the way to the database, and of what the database refuses. */
export const CONNECTION_ERRORS = {
  DATABASE_UNREACHABLE: {
    title: 'No connection to the server',
    meaning:
      'Nobody answers at that address, what answers is no PostgreSQL, TLS cannot be agreed on, or the server refuses the user. The message says which, with host and port.',
    example:
      '$ skills migrate --database-url postgres://app@localhost:5433/app\nerror [DATABASE_UNREACHABLE] cannot connect to PostgreSQL at localhost:5433: connection refused\n  → check host and port and that the server runs; --wait 30s waits for a server that is still starting',
    remedies: [
      '`skills doctor` shows the address, where it comes from, and how far the connection gets',
      'in a deploy or in CI, where the server may still be starting: `--wait 30s`',
      'refused by `pg_hba.conf`, or the password is wrong: check user, password and `sslmode`',
    ],
  },
  CONNECTION_LOST: {
    title: 'The connection broke while it was in use',
    meaning:
      'The server restarted, an administrator or a time limit ended the session, or the network failed. The server rolls an open transaction back. The tool never reconnects by itself: the rest of a transaction must not run outside of it.',
    example:
      '$ skills migrate\nerror [CONNECTION_LOST] the connection to the database was lost: terminating connection due to administrator command',
    remedies: ['run the command again: what was finished is not done twice', 'if it happens again, look into the log of the server'],
  },
  SERVER_TOO_OLD: {
    title: 'The server is older than PostgreSQL 13',
    meaning: 'The schema uses functions that older servers do not have.',
    example: 'error [SERVER_TOO_OLD] postgres://app@db:5432/app is PostgreSQL 11.22; skills needs 13 or later',
    remedies: ['upgrade the server'],
  },
  SCHEMA_MISSING: {
    title: 'There is no schema to work in',
    meaning: "None of the schemas of the session's search_path exists in this database, so that a name without a schema means nothing.",
    example: 'error [SCHEMA_MISSING] no schema of the search_path exists in this database\n  → name one with --schema NAME',
    remedies: [
      'name one with `--schema NAME`, `SKILLS_SCHEMA` or `schema` in the configuration file',
      '`CREATE SCHEMA public`, where somebody dropped it',
    ],
  },
  POOLER_REFUSED: {
    title: 'A no-transaction file cannot go through a pooler',
    meaning:
      'A file marked `-- skills: no-transaction` runs in several transactions and needs one session that keeps its lock. A pooler in transaction mode (PgBouncer, port 6543 of Supabase) gives each transaction another one.',
    example:
      '$ skills migrate\nerror [POOLER_REFUSED] db/003_index.sql is a no-transaction file, and postgres://app@db:6432/app is a pooler in transaction mode',
    remedies: ['give migrations the address of the server itself: `DIRECT_URL`, `--direct-url` or `directUrl`'],
  },
  NOT_MIGRATED: {
    title: 'The tables of this tool are not there',
    meaning: 'The database was never migrated, or the tables are in another schema.',
    example:
      '$ skills stats\nerror [NOT_MIGRATED] there is no embedded database .skills/db\n  → skills migrate makes it; for a server set DATABASE_URL or say --database-url',
    remedies: ['`skills migrate`', 'if it was migrated: look at the first line of the output, which names the database, and at `--schema`'],
  },
  PERMISSION_DENIED: {
    title: 'The role may not do that',
    meaning: 'The server answered, and refused for lack of a right, because the database is read-only, or because it is a standby.',
    example:
      '$ skills sync\nerror [PERMISSION_DENIED] app lacks rights: permission denied for table skills_registry\n  → have their owner run: GRANT SELECT, INSERT, UPDATE ON skills_registry TO app',
    remedies: [
      'let the owner run the GRANT that the message names',
      '`skills doctor` shows what the role may do, command by command',
      'on a standby: connect to the primary',
    ],
  },
  QUERY_FAILED: {
    title: 'The server refused a query for a reason without a name of its own',
    meaning: 'The message holds what the server says and its SQLSTATE. Nothing of the command was kept.',
    example: 'error [QUERY_FAILED] the database refused: canceling statement due to statement timeout (SQLSTATE 57014)',
    remedies: [
      '`skills explain SQLSTATE` says what class of error it is',
      '`skills verify` shows how the tables differ from what this tool works with',
    ],
  },
  EMBEDDED_BUSY: {
    title: 'Another process has the embedded database open',
    meaning:
      'Two processes in one folder would lose data without a word, so only one may. The lock belongs to a process; it is never taken from one that lives.',
    example:
      '$ skills stats\nerror [EMBEDDED_BUSY] the embedded database .skills/db is in use by process 4711\n  → wait for it to end, or use another folder with --embedded DIR',
    remedies: [
      'wait for the process that the message names, or end it',
      'if it ran on another host (a shared folder) and is gone for sure, delete the lock file `.skills/db.lock`',
      'for use by several at once take a server: set `DATABASE_URL`',
    ],
  },
  EMBEDDED_BROKEN: {
    title: 'The embedded database cannot be opened',
    meaning: 'The folder is damaged, of another version of the engine, not empty without being a database, or cannot be written to.',
    example:
      '$ skills migrate --embedded docs\nerror [EMBEDDED_BROKEN] cannot open the embedded database docs: the folder is not empty, and holds no database',
    remedies: [
      '`skills doctor` looks at the folder, its lock and the free space',
      'name another folder with `--embedded DIR`, or move this one away and run `skills migrate` again',
    ],
  },
} as const satisfies Partial<Record<ErrorCode, ErrorText>>
