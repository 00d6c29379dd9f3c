import type { ErrorCode } from './errors.ts'

/** What `skills explain` and docs/codes.md say about an error code, beyond the message of one occurrence. */
export interface ErrorText {
  /** One line, no full stop. */
  title: string
  meaning: string
  /** A command and its output. */
  example: string
  /** Sentences or commands, the likeliest first. */
  remedies: readonly string[]
}

/**
 * A text for each code in errors.ts: a missing one does not compile. In a file of its own, because only `skills explain`
 * reads it, and `skills migrate` must start fast.
 */
export const ERROR_TEXTS: Readonly<Record<ErrorCode, ErrorText>> = {
  // The command line, the configuration and files
  USAGE: {
    title: 'The command line is invalid',
    meaning: 'An option or argument is unknown, missing, or cannot be combined with another one. Nothing was read or changed.',
    example: '$ skills sync --prune everything\nerror [USAGE] invalid value "everything" for --prune (expected disable, delete or keep)',
    remedies: ['`skills help` lists the commands, `skills COMMAND --help` the options of one command'],
  },
  EVENT_INVALID: {
    title: 'An event, a feedback or an ID has a value that the database cannot store',
    meaning:
      'A library call received a userId that is not a UUID, an unknown outcome (expected success, soft_fail or hard_refusal), a rating outside 1 to 5, or a text that is missing or too long. The call was refused before anything was sent.',
    example: "await skills.isUnlocked('me', 'elemental-checkin')\n// SkillsError [EVENT_INVALID]: userId is not a UUID",
    remedies: ['the message names the field; docs/telemetry.md lists the fields and their limits'],
  },
  CONFIG_INVALID: {
    title: 'A configuration file cannot be used',
    meaning:
      'The configuration file is not valid JSON, has an unknown key or a value of the wrong type; or PGSERVICE names a service that its file does not contain. An unknown key is an error, because a misspelled key would otherwise be ignored. A configuration file or `.env` that was found is refused when it belongs to another user, or when every user can write to it.',
    example:
      '$ skills migrate\nerror [CONFIG_INVALID] skills.config.json: unknown key "shema"; did you mean "schema"?\n  → known keys: databaseUrl, directUrl, embedded, schema, ledger, skills, rootLabel, namespace, lenient, migrations, checks, rules',
    remedies: [
      'correct the place that the message names',
      'a refused file: look at it, then name it with `--config FILE` or `--env-file FILE`',
      '`skills doctor` shows which file was read and the origin of each setting',
    ],
  },
  DATABASE_NOT_CONFIGURED: {
    title: 'No database is configured, and the default is not allowed here',
    meaning:
      'Without any setting the tool uses an embedded database in `.skills/db`. With `CI` or `NODE_ENV=production` set it refuses: a deploy must not migrate an embedded database by accident.',
    example:
      '$ CI=true skills migrate\nerror [DATABASE_NOT_CONFIGURED] no database is configured, and the embedded database is not the default when CI is set\n  → set DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE or the PG* variables, or pass --embedded',
    remedies: [
      'set `DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE`, or the `PG*` variables',
      'add `--embedded` to use the embedded database; `skills verify --ephemeral` needs no database',
    ],
  },
  DATABASE_URL_INVALID: {
    title: 'The database URL or a connection setting is invalid',
    meaning:
      'A URL does not begin with `postgres://`, is empty, or has a part that cannot be parsed; or a connection keyword, in the URL, a `PG*` variable or a service file, is unknown, has a wrong value, or cannot be honoured. The message never quotes the URL, because it can contain a password.',
    example:
      '$ DATABASE_URL= skills migrate\nerror [DATABASE_URL_INVALID] DATABASE_URL is set but empty\n  → set a value or unset it; an empty value is often a missing CI secret',
    remedies: [
      'write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; docs/connection.md lists the keywords',
      'percent-encode special characters in the password: `@` is `%40`, `:` is `%3A`, `/` is `%2F`, `#` is `%23`, `?` is `%3F`, `%` is `%25`',
    ],
  },
  SKILLS_DIR_MISSING: {
    title: 'A folder of skills does not exist',
    meaning:
      'The folder from the command line, `SKILLS_SKILLS` or the configuration file does not exist. Nothing was written: a missing folder is not treated as an empty one.',
    example:
      '$ skills sync skils\nerror [SKILLS_DIR_MISSING] the skills folder skils does not exist\n  → create it, or pass another folder',
    remedies: ['correct the path; it is relative to the current directory, or to the configuration file that contains it'],
  },
  MIGRATIONS_DIR_MISSING: {
    title: 'A folder of migrations does not exist',
    meaning: 'The folder from `--dir`, `SKILLS_MIGRATIONS` or the configuration file does not exist. Nothing was run.',
    example:
      '$ skills migrate --dir db/migration\nerror [MIGRATIONS_DIR_MISSING] cannot read the migrations folder db/migration: it does not exist',
    remedies: ['correct the path; `skills migrate new NAME --migrations FOLDER` creates a folder with a first file'],
  },
  CHECK_FILE_INVALID: {
    title: 'A file of checks is invalid',
    meaning: 'A check has no ID, title, remedy or query, an unknown severity, or the ID of another check. No check was run.',
    example: 'error [CHECK_FILE_INVALID] checks/own.sql:1: the header has no "remedy"',
    remedies: [
      'begin each check with `-- check: ID`, `-- title: TEXT` and `-- remedy: TEXT`; its query returns one row (object, expected, actual) for each fault',
    ],
  },
  SUPERUSER_CHECKS: {
    title: 'A superuser would run your own checks',
    meaning:
      'The files of `--checks` are code. In a connection of a superuser, a check can read and write files of the server, run programs and open other connections, whatever transaction it is in. No check was run.',
    example:
      '$ skills verify --checks db/checks\nerror [SUPERUSER_CHECKS] db/checks/own.sql:1: postgres is a superuser, and your own checks would run with the privileges of a superuser',
    remedies: [
      'connect as the owner of the schema, or as a role that can only read',
      'review the checks as you review a program, and add `--allow-superuser-checks`',
    ],
  },
  FOREIGN_CODE: {
    title: 'A superuser would run the code of another role',
    meaning:
      'A superuser is connected, and a table, view or function of the schema has code that its owner added or changed: a trigger, a default with a call, a condition, another body. It would run with the privileges of a superuser. The tables were not read, and nothing was changed.',
    example:
      '$ skills sync\nerror [FOREIGN_CODE] postgres is a superuser, and would run the code of another role in the schema public: trigger skills_registry.audit of the role app\n  → connect as app, or as a role without the privileges of a superuser; `skills verify` shows the differences',
    remedies: [
      'connect as the owner of the schema: a superuser is not needed for any command',
      '`skills verify` lists the objects that differ from the migrations, and restores none',
    ],
  },
  SKILL_UNKNOWN: {
    title: 'The registry does not contain this skill',
    meaning: 'A command names a skill ID that no row of the registry has. Nothing was changed, for the other IDs either.',
    example: '$ skills show elemental-chekin\nerror [SKILL_UNKNOWN] unknown skill elemental-chekin\n  → did you mean elemental-checkin?',
    remedies: ['`skills list` lists all skills', '`skills sync` registers the skills of a folder'],
  },
  VERSION_UNKNOWN: {
    title: 'The migration does not exist',
    meaning:
      'A version is the name of a migration file without `.sql`. No file has this one, or no ledger row where the command works on the ledger.',
    example:
      '$ skills migrate --to 20251220_create_skil_system\nerror [VERSION_UNKNOWN] there is no migration 20251220_create_skil_system\n  → did you mean 20251220_create_skill_system?',
    remedies: ['`skills migrate status` lists the versions', 'name the folder of your own migrations with `--dir`'],
  },
  NOT_CONFIRMED: {
    title: 'A change that cannot be undone was not confirmed',
    meaning:
      'The command asks for confirmation before it changes the ledger or deletes data. There was no terminal, or the answer was not yes. Nothing was changed.',
    example:
      '$ skills migrate repair 001_notes < /dev/null\nerror [NOT_CONFIRMED] confirmation required: pass --yes; this replaces the digest of 001_notes in schema_migrations by that of the file; nothing was changed',
    remedies: ['run it again with `--yes`'],
  },
  FILE_EXISTS: {
    title: 'The file or folder already exists',
    meaning: 'The command creates a file or folder, and never overwrites one. The existing one is unchanged.',
    example: '$ skills new walk\nerror [FILE_EXISTS] skills/walk already exists\n  → choose another name; nothing was changed',
    remedies: ['choose another name', 'or remove the existing one, if you do not need it'],
  },
  FILE_NOT_WRITTEN: {
    title: 'A file of a skill could not be written',
    meaning:
      'The file system refused a write of `skills new`, `skills import` or `skills lint --fix`. An existing file is unchanged: files are written whole or not at all.',
    example:
      '$ skills lint --fix\nerror [FILE_NOT_WRITTEN] skills/walk/SKILL.md cannot be written: permission denied\n  → check the permissions of its folder and the free space; the file is as it was',
    remedies: ['check the permissions of the folder, not only of the file, and the free space', 'run the command again'],
  },
  REPORT_NOT_WRITTEN: {
    title: 'A report could not be written to its file',
    meaning:
      'The command did its work and printed the result on the terminal; only the file was not written. An existing file is unchanged: reports are written whole or not at all.',
    example:
      '$ skills verify --reporter text --reporter junit=/root/report.xml\nerror [REPORT_NOT_WRITTEN] the report /root/report.xml cannot be written: permission denied',
    remedies: ['name another file, or check the folder, its permissions and the free space'],
  },
  SYSTEM_ERROR: {
    title: 'The operating system refused an operation',
    meaning:
      'A file or folder cannot be opened, read or written, standard output cannot be written, or the environment of the process is incomplete: the working directory was deleted, or the user has no entry in the list of users. The message names the operation, the path and the reason. It is not a bug in this tool.',
    example:
      '$ skills rules > /dev/full\nerror [SYSTEM_ERROR] cannot write to standard output: no space left on the disk\n  → free some space, and run the command again',
    remedies: [
      'correct what the message names: the path, its permissions, the free space, or a limit of the system',
      'run the command again',
    ],
  },

  // The connection, and what the server refuses
  DATABASE_UNREACHABLE: {
    title: 'No connection to the server',
    meaning:
      'Nothing listens at the address, the other side is not PostgreSQL, TLS cannot be negotiated, the server refuses the user, or the login does not follow the rules of the settings (`require_auth`, `channel_binding`). The message gives the reason, with host and port.',
    example:
      '$ skills migrate --database-url postgres://app@localhost:5433/app\nerror [DATABASE_UNREACHABLE] cannot connect to PostgreSQL at localhost:5433: connection refused\n  → check host and port, and that the server runs; --wait 30s waits for a server that is still starting',
    remedies: [
      '`skills doctor` shows the address, its origin, and how far the connection gets',
      'in a deploy or in CI, where the server may still be starting: `--wait 30s`',
      'refused by `pg_hba.conf`, or wrong password: check user, password and `sslmode`',
      'the server requires the password or MD5 without encryption: use TLS or `scram-sha-256`, or permit it with `require_auth=md5`',
    ],
  },
  CONNECTION_LOST: {
    title: 'The connection was lost while it was in use',
    meaning:
      'The server restarted, an administrator or a time limit ended the connection, or the network failed. A server that is silent during a statement for about 40 s, and does not answer a second connection either, counts as lost. The server rolls back an open transaction; when the connection was lost during COMMIT, the transaction can be complete. The tool never reconnects within a transaction: its remaining statements would run outside it.',
    example:
      '$ skills migrate\nerror [CONNECTION_LOST] the connection to the database was lost: terminating connection due to administrator command\n  → the server rolls back an open transaction; run the command again',
    remedies: ['run the command again: completed work is not repeated', 'if it happens again, read the log of the server'],
  },
  SERVER_TOO_OLD: {
    title: 'The server is older than PostgreSQL 13',
    meaning: 'The schema uses functions that older servers do not have.',
    example: 'error [SERVER_TOO_OLD] postgres://app@db:5432/app is PostgreSQL 11.22; skills needs 13 or later',
    remedies: ['upgrade the server'],
  },
  SCHEMA_MISSING: {
    title: 'No schema to work in',
    meaning: "No schema of the connection's search_path exists in this database, so an unqualified name has no meaning.",
    example: 'error [SCHEMA_MISSING] no schema of the search_path exists in this database\n  → name one with --schema NAME',
    remedies: [
      'name one with `--schema NAME`, `SKILLS_SCHEMA` or `schema` in the configuration file',
      '`CREATE SCHEMA public`, if it was dropped',
    ],
  },
  POOLER_REFUSED: {
    title: 'A no-transaction file cannot run through a pooler',
    meaning:
      'A file marked `-- skills: no-transaction` runs in several transactions and needs one connection that keeps its lock. A pooler in transaction mode (PgBouncer, port 6543 of Supabase) can give each transaction a different one.',
    example:
      '$ skills migrate\nerror [POOLER_REFUSED] db/003_index.sql is a no-transaction file, and postgres://app@db:6432/app is a pooler in transaction mode',
    remedies: ['give migrations the address of the server itself: `DIRECT_URL`, `--direct-url` or `directUrl`'],
  },
  NOT_MIGRATED: {
    title: 'The skill tables do not exist, or are incomplete',
    meaning: 'The database was never migrated, it was migrated by an older version, or the tables are in another schema.',
    example:
      '$ skills stats\nerror [NOT_MIGRATED] the skill tables are missing or incomplete: the embedded database .skills/db does not exist\n  → run skills migrate, or select another database (DATABASE_URL) or schema (--schema)',
    remedies: [
      '`skills migrate`',
      'if it was migrated: check the database in the first line of the output, and `--schema`',
      '`skills verify` lists what is missing',
    ],
  },
  PERMISSION_DENIED: {
    title: 'The role is not allowed to do this',
    meaning:
      'The server refused a statement: the role lacks a privilege, the database is read-only, or the server is a standby. The message says which.',
    example:
      '$ skills sync\nerror [PERMISSION_DENIED] role app cannot use the registry: permission denied for table skills_registry\n  → run as the owner: GRANT SELECT, INSERT, UPDATE ON "public".skills_registry TO "app"',
    remedies: [
      'let the owner run the GRANT in the message',
      '`skills doctor` shows the privileges that each command needs',
      'on a standby: connect to the primary server',
    ],
  },
  ROLE_UNUSABLE: {
    title: 'The migrations cannot run under the role',
    meaning:
      'The role of `--role`, of the setting `role`, or of the directive `-- skills: role=NAME` does not exist, the role of the connection is not a member of it, or it cannot use the schema. It is checked before the first file: nothing was run.',
    example:
      '$ skills migrate --role app_owner\nerror [ROLE_UNUSABLE] role deploy cannot take the role app_owner: it is not a member of it\n  → nothing was run; as a superuser, or as a role with ADMIN OPTION: GRANT "app_owner" TO "deploy"',
    remedies: [
      'run the statements of the message',
      'on PostgreSQL 16 and later a membership that was granted `WITH SET FALSE` is not enough: `GRANT app_owner TO deploy WITH SET TRUE`',
    ],
  },
  ROW_SECURITY: {
    title: 'Row-level security hides rows from the role',
    meaning:
      'A policy on the table applies to the role, so it sees only some of the rows. An answer over these rows would be wrong: "up to date", "erased" or "no events" is only said when all rows are visible. The command line and the library run with `row_security = off`, which makes the server refuse such a statement. Policies apply to the owner of a table too when it has FORCE ROW LEVEL SECURITY.',
    example:
      '$ skills stats\nerror [ROW_SECURITY] row-level security hides rows of skill_usage_events from role app\n  → connect as the owner of the table, or as a role with BYPASSRLS',
    remedies: [
      'connect as the owner of the table',
      'or as a role with BYPASSRLS: a superuser can run `ALTER ROLE app BYPASSRLS`',
      'if the table restricts its owner too, remove FORCE: `ALTER TABLE skill_feedback NO FORCE ROW LEVEL SECURITY`',
    ],
  },
  TABLE_LOCKED: {
    title: 'A table stayed locked',
    meaning:
      '`skills verify` must read the ledger and every table of the package. Another transaction holds a lock for which readers wait (ALTER TABLE, TRUNCATE, VACUUM FULL), or a time limit of the role or the server ended the query. Nothing was checked. `skills forget-user` waits for transactions that write events, at most a minute.',
    example:
      '$ skills verify --check-timeout 5s\nerror [TABLE_LOCKED] the table skill_feedback is locked by pid 4711 (psql) for 90 s, idle in transaction: alter table skill_feedback add x int (role deploy)',
    remedies: [
      'wait until the transaction in the message has ended, or end it, and run the command again',
      'a time limit: `--check-timeout 2m`; a limit of the role: `ALTER ROLE app SET statement_timeout = 0`',
    ],
  },
  QUERY_FAILED: {
    title: 'The server refused a query, and no more specific code applies',
    meaning: 'The message contains the message of the server and its SQLSTATE. Nothing of the command was kept.',
    example: 'error [QUERY_FAILED] canceling statement due to statement timeout (SQLSTATE 57014)',
    remedies: ['`skills explain SQLSTATE` explains the code', '`skills verify` shows how the tables differ from what this tool expects'],
  },
  EMBEDDED_BUSY: {
    title: 'Another process has the embedded database open',
    meaning:
      'Two processes in one folder would destroy data, so only one can open it. The lock belongs to a process; it is never taken from a running one.',
    example:
      '$ skills stats\nerror [EMBEDDED_BUSY] the embedded database .skills/db is in use by process 4711\n  → wait for it to end, or use another folder with --embedded DIR',
    remedies: [
      'wait for the process in the message, or end it',
      'if the process ran on another host (a shared folder) and has ended, delete the lock file `.skills/db.lock`',
      'use a server when several processes need the database: set `DATABASE_URL`',
    ],
  },
  EMBEDDED_BROKEN: {
    title: 'The embedded database cannot be opened',
    meaning: 'The folder is damaged, belongs to another version of the engine, contains files that are not a database, or is not writable.',
    example:
      '$ skills migrate --embedded docs\nerror [EMBEDDED_BROKEN] cannot open the embedded database docs: the folder is not empty, and does not contain a database',
    remedies: [
      '`skills doctor` checks the folder, its lock and the free space',
      'name another folder with `--embedded DIR`, or move this one away and run `skills migrate` again',
    ],
  },

  // Migrations, their ledger and their locks
  MIGRATION_FILE_INVALID: {
    title: 'A migration file cannot be run',
    meaning:
      'Found before anything was sent to the server: an unclosed quote or comment, a psql command, a `BEGIN` or `COMMIT` that is not around the whole file (a file is one transaction), rows of a `COPY` without an end, no statement at all, a `-- skills:` line that cannot be read, a variable without a value, or two files with the same name.',
    example:
      '$ skills migrate --dir db\nerror [MIGRATION_FILE_INVALID] db/002_more.sql cannot run\n  → nothing was run; fix the file and run skills migrate again',
    remedies: [
      'fix the place that the message names; nothing was run',
      'put statements that cannot run in a transaction into a file of their own, with `-- skills: no-transaction` as the first line',
    ],
  },
  MIGRATION_FAILED: {
    title: 'A statement of a migration failed',
    meaning:
      'The message has the file, line and column of the statement, the message of the server and its SQLSTATE. The transaction of the file was rolled back: nothing of it was applied. Files before it stay applied.',
    example:
      '$ skills migrate --dir db\ndb/001_notes.sql:2:15 error relation "nowhere" does not exist [42P01]\nerror [MIGRATION_FAILED] db/001_notes.sql failed: relation "nowhere" does not exist (SQLSTATE 42P01)',
    remedies: [
      'fix the file and run `skills migrate` again: it resumes with this file',
      '`skills explain 42P01` (or the code in your message) explains the SQLSTATE',
    ],
  },
  CHECK_FAILED: {
    title: 'A check of a migration is not true',
    meaning:
      'The file has a line `-- skills: check QUERY`. The query must return one row with one column, `true`, before the file runs. It returned something else, so nothing of the file was applied. Files before it stay applied.',
    example:
      '$ skills migrate\ndb/004_not_null.sql:1:18 error the check returned false: SELECT count(*) = 0 FROM users WHERE email IS NULL\nerror [CHECK_FAILED] db/004_not_null.sql was not applied: its check on line 1 returned false, not true',
    remedies: ['make the query true, for example by correcting the rows that it counts, and run `skills migrate` again'],
  },
  LOCK_TIMEOUT: {
    title: 'A lock was not obtained in time',
    meaning:
      'Another run of this tool migrates or syncs the same database, or another connection has locked a table that a statement needs, or has a transaction for whose end CONCURRENTLY waits. The message names the holder. Nothing of an unfinished transaction was kept; the completed statements of a no-transaction file stay applied, and the next run resumes after them.',
    example:
      '$ skills migrate --lock-wait 10s\nerror [LOCK_TIMEOUT] timed out waiting for another skills migrate: pid 4711 (skills) for 25 s, active: create index concurrently orders_idx on orders (customer_id) (role app)\n  → wait for it and run again, or raise --lock-wait',
    remedies: [
      'run it again when the other run has ended, or wait longer: `--lock-wait 5m`',
      'check the connection in the message: most often it is idle in a transaction',
    ],
  },
  LEDGER_ELSEWHERE: {
    title: 'Another schema has the ledger with these migrations',
    meaning:
      'Files are pending in the schema of the connection, and the ledger of another schema contains them. The schema is the first one of the search_path, which the role, the database or the connection can change, so the run would apply the same history a second time. Nothing was run. A schema that is chosen with `--schema`, `SKILLS_SCHEMA`, the URL or the configuration file is not questioned: so one database can have the tables in several schemas.',
    example:
      '$ skills migrate\nerror [LEDGER_ELSEWHERE] the ledger app.schema_migrations contains 5 migrations that are pending in the schema public: 20251220_create_skill_system, ...\n  → nothing was run; the schema public is only the first of the search_path: pass --schema app to continue there (SKILLS_SCHEMA, "schema" in the configuration file), or --schema public to apply them to public too',
    remedies: [
      'pass `--schema NAME` with the schema of the existing tables, or set it in the configuration file',
      'to have the tables in this schema too, choose it with `--schema`',
      'a ledger that the role cannot read: grant SELECT on it, or choose the schema',
    ],
  },
  LEDGER_FOREIGN: {
    title: 'The ledger table belongs to another tool',
    meaning:
      'A table `schema_migrations` exists with the columns of another migration tool, or a view has that name. It was not changed. The message names the tool where the columns show it.',
    example:
      '$ skills migrate\nerror [LEDGER_FOREIGN] the table "public"."schema_migrations" belongs to golang-migrate, another migration tool (columns: version, dirty)\n  → nothing changed; move the folder and what is applied to skills with `skills migrate import --from golang-migrate --dir DIR --ledger skills_migrations`',
    remedies: [
      'move from the other tool: `skills migrate import` writes a folder and records what is applied',
      'or keep both tools, each with its own folder: `--ledger skills_migrations` in every command, or `ledger` in the configuration file',
    ],
  },
  FOREIGN_LAYOUT: {
    title: 'A folder or a file has the layout of another migration tool',
    meaning:
      'Migration tools with a way back keep both directions in one file (dbmate, goose, node-pg-migrate, tern, Liquibase), in two files (golang-migrate, sqlx, Flyway), or in two folders (Sqitch). `skills migrate` runs a whole file, and every file of a folder: it would make the change and undo it, or delete what exists. The message names the files with the line where the way back begins. Nothing was run or recorded.',
    example:
      '$ skills migrate --dir db/migrations\ndb/migrations/20260101_users.sql:4:1 error from here on the file goes back (dbmate); skills would run this part too [FOREIGN_LAYOUT]\nerror [FOREIGN_LAYOUT] 1 pending file of db/migrations has the layout of dbmate\n  → nothing was changed; write a folder for skills with `skills migrate import --from dbmate --dir db/migrations`',
    remedies: [
      '`skills migrate import --from TOOL --dir FOLDER` writes a folder for `skills migrate` and records what the other tool has applied',
      'a tool that cannot be imported: copy what goes forward into files of their own, in a new folder',
      'a comment that only looks like the one of another tool: change its words',
    ],
  },
  NOT_IMPORTED: {
    title: 'A folder, a file or a ledger of another tool cannot be imported',
    meaning:
      '`skills migrate import` records only what the ledger of the other tool surely says. It refuses when that ledger is not in the database, is a view, has a migration that failed half way, or when a migration that is not applied is a program and no SQL file. Nothing was written. As a warning it names what was not translated, such as a placeholder, and files that were left.',
    example:
      '$ skills migrate import --from golang-migrate --dir migrations --ledger skills_migrations\nerror [NOT_IMPORTED] the ledger "public"."schema_migrations" of golang-migrate is not clear: the version 7 is dirty: it failed half way, and a part of it can be applied\n  → nothing was written; complete or undo that migration by hand, set the version with `migrate force`, and import again',
    remedies: [
      'correct with the other tool what the message names, and import again',
      'a ledger with another name: `--from-ledger SCHEMA.TABLE`',
      'a database without that ledger: `--files-only` writes the folder and records nothing',
    ],
  },
  HISTORY_CHANGED: {
    title: 'A file was changed after it was applied',
    meaning:
      'The digest of the file differs from the digest that was recorded when it ran, so the database does not match the files. Line ends, a byte order mark and white space at the end of the file do not count.',
    example:
      '$ skills migrate\nerror [HISTORY_CHANGED] 1 applied migration changed: 001_notes\n  → nothing was run; restore the file and put the change into a new migration, or accept the change with skills migrate repair VERSION',
    remedies: [
      'restore the file, and put the change into a new migration: `skills migrate new NAME`',
      'if only a comment changed: `skills migrate repair VERSION` records the digest of the current file',
    ],
  },
  REPLACED_PARTLY: {
    title: 'Only some of the replaced migrations are applied',
    meaning:
      'A file with `-- skills: replaces a, b` counts as the files that it names: where all of them are applied, it is recorded and does not run; where none is, it runs. In this database some are applied, and the files of the others do not exist any more. Nothing was run.',
    example:
      '$ skills migrate\nerror [REPLACED_PARTLY] only some of the migrations that db/003_all.sql replaces are applied: not 002_orders',
    remedies: [
      'restore the files that are not applied, and run `skills migrate`: it runs them, and then records the new file',
      'if the database has their objects, record them: `skills migrate baseline --to VERSION` with the restored files',
    ],
  },
  ROWS_EXIST: {
    title: 'A migration would change rows that existed before it',
    meaning:
      'A file creates a table that already exists and has rows, and then the file, or a pending file after it, changes its rows: INSERT, UPDATE, DELETE, MERGE, COPY, TRUNCATE, DROP TABLE, also in WITH and DO. The files may have run before: the rows would be written twice. Nothing of the file was applied. An INSERT that adds only what is missing (ON CONFLICT DO NOTHING, WHERE NOT EXISTS) does not count, nor do an empty table and a repeatable file.',
    example:
      '$ skills migrate --dir db\nerror [ROWS_EXIST] db/003_plans.sql:1: the table plans exists and has rows, and the file changes its rows: INSERT on line 5\n  → nothing of the file was applied; if the file ran before, record it with skills migrate baseline --to VERSION; if its rows are to be changed, pass --accept-existing',
    remedies: [
      'if the file ran before: `skills migrate baseline --to VERSION` records it without running it',
      'if its rows are to be changed: `skills migrate --accept-existing`',
      'write INSERT with ON CONFLICT DO NOTHING in files that can run again',
    ],
  },
  OUT_OF_ORDER: {
    title: 'A pending file sorts before an applied one',
    meaning:
      '`--strict-order` refuses this: on a new database the files would run in a different order. Most often two branches were merged. Nothing was run.',
    example: '$ skills migrate --strict-order\nerror [OUT_OF_ORDER] 1 pending migration out of order: 20260101_ratings',
    remedies: ['rename the file so that it sorts last', 'omit `--strict-order`, if the order of the two does not matter'],
  },
  NO_EXACT_INVERSE: {
    title: 'A statement has no exact inverse',
    meaning:
      '`skills migrate new --revert VERSION` drafts a migration only when it can say from the text of each statement what undoes it. After a DROP, an UPDATE, OR REPLACE or SET DEFAULT the text does not show what was there before. No file was created.',
    example:
      '$ skills migrate new --revert 20260101_ratings\nerror [NO_EXACT_INVERSE] 1 statement of 20260101_ratings without an exact inverse\n  migrations/20260101_ratings.sql:3:1 UPDATE: the rows before are not known',
    remedies: [
      'create an empty migration with `skills migrate new NAME` and write the way back yourself',
      'restore a backup, if rows are lost',
    ],
  },
  DRIFT: {
    title: 'The database differs from what the migrations create',
    meaning:
      '`skills migrate baseline` records files as applied without running them. It compares first, and found differences, or statements that it could not compare. Nothing was recorded.',
    example: '$ skills migrate baseline\nerror [DRIFT] the database differs from what the migrations create in 2 places',
    remedies: [
      'run `skills migrate` instead: it adds what is missing and keeps what exists',
      'run `skills migrate baseline --accept-drift`, if you have read the differences and what was not compared, and accept them',
    ],
  },

  SQUASH_REFUSED: {
    title: 'The new file would not make the same database',
    meaning:
      '`skills migrate squash` runs the old files and the new one in two empty databases, and compares catalogs, rows and sequences, also those of other schemas, and the owners, privileges and comments of all objects. They differ, the new file cannot run, or the old files do something that a dump of the schema does not contain: they leave rows, or change the whole server. Nothing was written. The message has the differences, or the statements with file and line.',
    example:
      '$ skills migrate squash --to 030_orders --dir db\nerror [SQUASH_REFUSED] the files leave 3 rows: INSERT (db/004_colors.sql:2)\n  → nothing was written; --keep-rows writes these rows into the new file, as they are now',
    remedies: [
      'files that leave rows: `--keep-rows`',
      'a statement that cannot be squashed: move it to a file of its own that sorts after the squashed files, or stop before it with `--to`',
      'statements about roles, databases or tablespaces: `--embedded memory`',
    ],
  },

  // Telemetry and stats
  ROLLUP_FOREIGN: {
    title: 'The rollups were made on another server',
    meaning:
      'The rollups that `skills stats` reads are stored with a transaction snapshot, which is valid on one server only. This database was restored or copied from another one. The next `skills rollup`, `prune-events` or `forget-user` makes them those of this server and keeps their sums; a dry run changes nothing. Until then `skills stats` reads the events.',
    example: 'error [ROLLUP_FOREIGN] the rollups were made on another server\n  → nothing was removed; run skills rollup',
    remedies: ['run `skills rollup`'],
  },
  ROLLUP_KEPT: {
    title: 'A rebuild would lose the rollups of pruned events',
    meaning:
      '`skills prune-events` removed the events before some time; only the rollups still contain their counts. A rebuild uses the events that are left. Nothing was changed.',
    example:
      '$ skills rollup --rebuild\nerror [ROLLUP_KEPT] the events before 2026-05-01T00:00:00.000Z are pruned: a rebuild would lose their counts\n  → nothing was changed; pass --yes to rebuild anyway',
    remedies: ['keep the rollups as they are', 'if that history can be discarded: `skills rollup --rebuild --yes`'],
  },
  EVENTS_EXIST: {
    title: 'Sample data was not written next to existing events',
    meaning: 'The log already has events. Sample events among them would make every number of `skills stats` wrong. Nothing was written.',
    example:
      '$ skills demo-data\nerror [EVENTS_EXIST] postgres://app@db/prod already has events: sample data would make its statistics wrong\n  → nothing was written; use an empty database, such as --embedded demo, or pass --append',
    remedies: ['use another database: `skills demo-data --embedded demo`', 'if the existing events are samples too: `--append`'],
  },

  // How a run can end otherwise
  INTERRUPTED: {
    title: 'Stopped by Ctrl-C (SIGINT)',
    meaning:
      'The running statement was cancelled on the server, and its transaction rolled back. Files that were finished before stay applied.',
    example: '$ skills migrate\n^Cerror [INTERRUPTED] stopped by SIGINT: unfinished work was rolled back',
    remedies: ['run the command again to resume'],
  },
  TERMINATED: {
    title: 'Stopped by SIGTERM',
    meaning:
      'Another process asked this one to end: a time limit of the CI system, or a shutdown. As with Ctrl-C, unfinished work was rolled back.',
    example: '$ timeout 5 skills migrate\nerror [TERMINATED] stopped by SIGTERM: unfinished work was rolled back',
    remedies: ['run the command again to resume, with more time'],
  },
  BUG: {
    title: 'A bug in this tool',
    meaning:
      'An unexpected error occurred. The lines below the message show where in the source. Errors of the operating system and of the database have codes of their own.',
    example:
      'this is a bug in skills 0.1.0 (Node.js v20.20.2, linux): please report it to its maintainers, with the lines below and the output of skills doctor\nTypeError: ...\n    at readSkills (src/registry/reading/read-folder.ts:61:9)',
    remedies: ['report it with those lines and the output of `skills doctor`; secrets have been removed from both'],
  },
}
