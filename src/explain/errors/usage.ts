import type { ErrorCode } from '../../core/errors.ts'
import type { ErrorText } from './error-text.ts'

/** Codes of the command line, the configuration, and of runs that ended otherwise than by their work. */
export const USAGE_ERRORS = {
  USAGE: {
    title: 'The command line cannot be carried out',
    meaning: 'An option or argument is unknown, missing, or does not go with another. Nothing was read or changed.',
    example: '$ skills sync --prune everything\nerror [USAGE] --prune: "everything" is unknown\n  → use one of disable, delete, keep',
    remedies: ['`skills help` lists the commands, `skills COMMAND --help` the options of one'],
  },
  EVENT_INVALID: {
    title: 'An event, a feedback or an id is not what the database can hold',
    meaning:
      'A call of the library was given a userId that is no UUID, an outcome that is none of success, soft_fail, hard_refusal, a rating outside of 1 to 5, or a text that is missing or too long. It was refused before anything was sent.',
    example: "await skills.isUnlocked('me', 'elemental-checkin')\n// SkillsError [EVENT_INVALID]: userId is not a UUID",
    remedies: ['the message names the field; docs/telemetry.md lists the fields and their bounds'],
  },
  CONFIG_INVALID: {
    title: 'A file of settings cannot be used',
    meaning:
      'The configuration file is no valid JSON, has an unknown key or a value of the wrong kind; or PGSERVICE names a service that its file does not have. Nothing is guessed: a slip in a key would otherwise pass for a default.',
    example:
      '$ skills migrate\nerror [CONFIG_INVALID] skills.config.json: unknown key "shema"; did you mean "schema"?\n  → known keys: databaseUrl, directUrl, embedded, schema, ledger, skills, migrations, rules',
    remedies: ['correct the place that the message names', '`skills doctor` shows which file was found and what each setting comes from'],
  },
  DATABASE_NOT_CONFIGURED: {
    title: 'No database is configured, and this is no place for a default',
    meaning:
      'Without any setting the tool uses an embedded database in `.skills/db`. With `CI` or `NODE_ENV=production` set it refuses: a deploy must not migrate a toy by accident.',
    example:
      '$ CI=true skills migrate\nerror [DATABASE_NOT_CONFIGURED] no database is configured, and with CI set the embedded one is not used by default',
    remedies: [
      'set `DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE`, or the `PG*` variables',
      'add `--embedded` if the embedded database is meant; `skills verify --ephemeral` needs none at all',
    ],
  },
  DATABASE_URL_INVALID: {
    title: 'The address of the database cannot be used',
    meaning:
      'A URL does not begin with `postgres://`, is empty, or has a part that cannot be read. The message never quotes it, as there may be a password in it.',
    example:
      '$ DATABASE_URL= skills migrate\nerror [DATABASE_URL_INVALID] DATABASE_URL is set but empty\n  → give it a value or unset it: an empty one is most often a secret that did not arrive',
    remedies: [
      'write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`',
      'percent-encode special characters in the password: `@` is `%40`, `:` is `%3A`, `/` is `%2F`, `#` is `%23`, `?` is `%3F`, `%` is `%25`',
    ],
  },
  SKILLS_DIR_MISSING: {
    title: 'A folder of skills does not exist',
    meaning:
      'The folder named on the command line, in `SKILLS_DIR` or in the configuration file is not there. Nothing was written: a missing folder is not an empty one.',
    example:
      '$ skills sync skils\nerror [SKILLS_DIR_MISSING] the skills folder skils does not exist\n  → create it, or name another folder',
    remedies: ['correct the path; it is relative to where you are, in a configuration file to that file'],
  },
  MIGRATIONS_DIR_MISSING: {
    title: 'A folder of migrations does not exist',
    meaning: 'The folder of `--dir`, `SKILLS_MIGRATIONS` or the configuration file is not there. Nothing was run.',
    example: '$ skills migrate --dir db/migration\nerror [MIGRATIONS_DIR_MISSING] cannot read the migrations folder db/migration: ENOENT',
    remedies: ['correct the path; `skills migrate new NAME --dir FOLDER` makes a folder with a first file'],
  },
  CHECK_FILE_INVALID: {
    title: 'A file of checks cannot be read',
    meaning: 'A check has no id, title, remedy or query, an unknown severity, or an id that another one has. No check was run.',
    example: 'error [CHECK_FILE_INVALID] checks/own.sql:1: the header has no "remedy"',
    remedies: [
      'a check begins with `-- check: ID`, `-- title: ...` and `-- remedy: ...`; its query returns a row (object, expected, actual) for each fault',
    ],
  },
  SKILL_UNKNOWN: {
    title: 'The registry has no such skill',
    meaning: 'A command names a skill by its id, and none of the rows has it. Nothing was changed, for the other ids neither.',
    example:
      '$ skills show elemental-chekin\nerror [SKILL_UNKNOWN] there is no skill elemental-chekin in the registry\n  → did you mean elemental-checkin?',
    remedies: ['`skills list` shows them all', '`skills sync` registers the skills of a folder'],
  },
  VERSION_UNKNOWN: {
    title: 'There is no such migration',
    meaning: 'A version is the name of a file without `.sql`. None of the files, or of the ledger where that is asked, has this one.',
    example:
      '$ skills migrate --to 20251220_create_skil_system\nerror [VERSION_UNKNOWN] there is no migration 20251220_create_skil_system\n  → did you mean 20251220_create_skill_system?',
    remedies: ['`skills migrate status` lists them', 'name the folder of your own files with `--dir`'],
  },
  NOT_CONFIRMED: {
    title: 'Something that cannot be undone was not confirmed',
    meaning:
      'The command asks before it changes the ledger or deletes. There was no terminal to ask on, or the answer was not yes. Nothing was changed.',
    example:
      '$ skills migrate repair 001_notes < /dev/null\nerror [NOT_CONFIRMED] this makes schema_migrations say that 001_notes was applied as the file is now: not done without being asked for\n  → nothing was changed; add --yes to do it',
    remedies: ['run it again with `--yes`'],
  },
  FILE_EXISTS: {
    title: 'What should be made is there already',
    meaning: 'Nothing is overwritten: the file or folder that was to be made exists. It is as it was.',
    example: '$ skills new walk\nerror [FILE_EXISTS] skills/walk is there already\n  → choose another name; nothing was changed',
    remedies: ['choose another name', 'or remove what is there, if it is not needed'],
  },
  FILE_NOT_WRITTEN: {
    title: 'A file of a skill could not be written',
    meaning:
      'A command that makes or mends files (`skills new`, `skills import`, `skills lint --fix`) was refused by the file system. A file that was there before is as it was: files are written whole or not at all.',
    example:
      '$ skills lint --fix\nerror [FILE_NOT_WRITTEN] skills/walk/SKILL.md cannot be written: permission denied\n  → check the permissions of its folder and the free space; the file is as it was',
    remedies: ['check the permissions of the folder, not only of the file, and the free space', 'run the command again'],
  },
  REPORT_NOT_WRITTEN: {
    title: 'A report could not be written into its file',
    meaning:
      'The work itself was done, and what it found was told on the terminal. A file that was there before is as it was: reports are written whole or not at all.',
    example:
      '$ skills verify --reporter text --reporter junit=/root/report.xml\nerror [REPORT_NOT_WRITTEN] the report /root/report.xml cannot be written: permission denied',
    remedies: ['name another file, or check the folder, its permissions and the free space'],
  },
  INTERRUPTED: {
    title: 'Stopped by Ctrl-C (SIGINT)',
    meaning:
      'The running statement was cancelled on the server, and the transaction around it rolled back. Files that had been finished stay applied.',
    example: '$ skills migrate\n^Cerror [INTERRUPTED] stopped by SIGINT: what was not finished was rolled back',
    remedies: ['run the command again to go on'],
  },
  TERMINATED: {
    title: 'Stopped by SIGTERM',
    meaning:
      'As with Ctrl-C: something (a time limit of the CI system, an orderly shutdown) asked the process to end. What was not finished was rolled back.',
    example: '$ timeout 5 skills migrate\nerror [TERMINATED] stopped by SIGTERM: what was not finished was rolled back',
    remedies: ['run the command again to go on, with more time'],
  },
  BUG: {
    title: 'A fault of this tool',
    meaning: 'Something happened that should be impossible. The stack below the message says where.',
    example: 'this is a bug in skills; please report it with the lines below',
    remedies: ['report it with those lines and the output of `skills doctor`; secrets have been removed from both'],
  },
} as const satisfies Partial<Record<ErrorCode, ErrorText>>
