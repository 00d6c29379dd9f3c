import type { OptionSpec } from './option.ts'
import { FILE, FOLDER, LABEL, LEDGER, NAME, oneOf, SCHEMA, URL_TEXT } from './values.ts'

/** A setting: an option, with the variable and the key that give it too. */
export interface SettingSpec extends OptionSpec {
  /** In the configuration file, and in the options of the library. */
  key: string
  variable?: string
  /** A former name of the variable. It still works. */
  formerVariable?: string
  /** Commands take it as an argument too. */
  argument?: true
  /** What README says of the default when it is not a value. */
  defaultText?: string
}

/** The settings that have a value of their own. The database is composed of several: `config/database-choice.ts`. */
export const SETTINGS = {
  schema: {
    key: 'schema',
    flags: '--schema <name>',
    variable: 'SKILLS_SCHEMA',
    type: SCHEMA,
    help: 'schema of all objects',
    defaultText: 'first schema of the search_path',
  },
  ledger: {
    key: 'ledger',
    flags: '--ledger <table>',
    variable: 'SKILLS_LEDGER',
    type: LEDGER,
    help: 'ledger: table, or schema.table',
    default: 'schema_migrations',
  },
  role: {
    key: 'role',
    flags: '--role <name>',
    variable: 'SKILLS_ROLE',
    type: NAME,
    help: 'run the files under this role',
    defaultText: 'the role of the connection',
  },
  skills: {
    key: 'skills',
    flags: '--skills <folder>',
    variable: 'SKILLS_SKILLS',
    formerVariable: 'SKILLS_DIR',
    argument: true,
    type: FOLDER,
    repeatable: true,
    help: 'folder of skills',
    default: ['skills'],
  },
  rootLabel: {
    key: 'rootLabel',
    flags: '--root-label <name>',
    variable: 'SKILLS_ROOT_LABEL',
    type: LABEL,
    help: 'project name, instead of folder paths',
    defaultText: 'the paths of the folders',
  },
  namespace: {
    key: 'namespace',
    flags: '--namespace <source>',
    variable: 'SKILLS_NAMESPACE',
    type: oneOf('name', 'path'),
    help: 'skill IDs from',
    default: 'name',
  },
  lenient: {
    key: 'lenient',
    flags: '--lenient',
    variable: 'SKILLS_LENIENT',
    help: 'read an unquoted `: ` in a value as text',
    default: false,
  },
  migrations: {
    key: 'migrations',
    flags: '--dir, --migrations <folder>',
    variable: 'SKILLS_MIGRATIONS',
    type: FOLDER,
    repeatable: true,
    help: 'your own migrations; repeatable',
    default: [],
    defaultText: 'only those of the package',
  },
  checks: {
    key: 'checks',
    flags: '--checks <folder>',
    variable: 'SKILLS_CHECKS',
    type: FOLDER,
    repeatable: true,
    help: 'your own check files; repeatable',
    default: [],
    defaultText: 'only those of the package',
  },
} as const satisfies Record<string, SettingSpec>

/** What names the database. The best source that is set gives the whole database: see `database-choice.ts`. */
export const DATABASE_SETTINGS = {
  databaseUrl: {
    key: 'databaseUrl',
    flags: '--database-url <url>',
    variable: 'DATABASE_URL',
    type: URL_TEXT,
    help: 'postgres://... (else DATABASE_URL, PG*)',
    excludes: ['--embedded'],
  },
  directUrl: {
    key: 'directUrl',
    flags: '--direct-url <url>',
    variable: 'DIRECT_URL',
    type: URL_TEXT,
    help: 'the server behind a pooler (else DIRECT_URL)',
  },
  embedded: {
    key: 'embedded',
    flags: '--embedded [dir]',
    type: FOLDER,
    help: 'embedded in .skills/db, a folder, or memory',
    defaultText: '`.skills/db`',
  },
} as const satisfies Record<string, SettingSpec>

/** A file with the URL: for secrets that a system provides as files. Neither `.env` nor the configuration file can name it. */
export const DATABASE_URL_FILE = {
  flags: '--database-url-file <file>',
  variable: 'DATABASE_URL_FILE',
  type: FILE,
  excludes: ['--database-url', '--embedded'],
  help: 'file with the URL (else DATABASE_URL_FILE)',
} as const satisfies OptionSpec & { variable: string }

/** Which files settings come from. */
export const FILE_OPTIONS = [
  { flags: '--config <file>', type: FILE, help: 'configuration file (default: skills.config.json)' },
  { flags: '--env-file <file>', type: FILE, help: 'file with variables (default: .env)' },
] as const satisfies readonly OptionSpec[]

/** A command that reads no settings takes these too: they are true for every command. */
export const WITHOUT_FILES = [
  { flags: '--no-config', help: 'no configuration file' },
  { flags: '--no-env-file', help: 'no .env' },
] as const satisfies readonly OptionSpec[]

/** The key of the configuration file for the severities of lint rules. It has no option. */
export const RULES_KEY = 'rules'

/** The key for the values of variables in migrations. Its option, `--var`, gives one of them. */
export const VARIABLES_KEY = 'variables'
