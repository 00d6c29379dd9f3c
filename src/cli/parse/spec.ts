/** An option as its help page has it. */
export interface OptionSpec {
  /** commander's notation: `--json`, `-q, --quiet`, `--dir <folder>`, `--embedded [dir]`, `--no-color`. */
  flags: string
  help: string
  /** The values it takes, where they are few. */
  values?: readonly string[]
  /** May be given several times; the command gets a list. */
  repeatable?: true
}

/** What a command takes: the one source of its help page, of what is refused, and of the quick way past the parser. */
export interface CommandSpec {
  /** The words after `skills`; with hyphens they name its module: `migrate status` is `commands/migrate-status.ts`. */
  name: string
  /** For the list of commands: a line of 80 columns. */
  summary: string
  /** For its own page, where the summary does not say it all. */
  description?: string
  /** commander's notation: `<version>`, `[skill]`, `[dir...]`, with its help, and its values where they are few. */
  arguments?: readonly (readonly [notation: string, help: string, values?: readonly string[]])[]
  options?: readonly OptionSpec[]
  /** Works with a database: takes the options that say which. */
  database?: boolean
  examples: readonly string[]
}

/** Every command takes these. */
export const OUTPUT_OPTIONS: readonly OptionSpec[] = [
  { flags: '--json', help: 'one JSON document on stdout, on failure too' },
  { flags: '-q, --quiet', help: 'errors only' },
  { flags: '--color', help: 'colours, also without a terminal' },
  { flags: '--no-color', help: 'no colours' },
]

export const CONFIG_OPTION: OptionSpec = { flags: '--config <file>', help: 'settings (default: skills.config.json, .js)' }

/** Every command with a database takes these. */
export const DATABASE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--database-url <url>', help: 'postgres://... (else DATABASE_URL, PG*)' },
  { flags: '--embedded [dir]', help: 'embedded in .skills/db, a folder, or memory' },
  { flags: '--schema <name>', help: 'schema of all objects (else of the search_path)' },
  { flags: '--wait <time>', help: 'wait for a server that is starting, such as 30s' },
  CONFIG_OPTION,
]

export const MIGRATIONS_OPTION: OptionSpec = { flags: '--dir <folder>', help: 'your own migrations; repeatable', repeatable: true }
export const LEDGER_OPTION: OptionSpec = { flags: '--ledger <table>', help: 'the ledger (default: schema_migrations)' }
/** How files are read. */
export const FORMAT_OPTIONS: readonly OptionSpec[] = [
  { flags: '--namespace <what>', help: 'ids from the name (default) or the path', values: ['name', 'path'] },
  { flags: '--lenient', help: 'read an unquoted `: ` in a value as text' },
]
/** How skills are read: every command that compares them with the registry must read them alike. */
export const READING_OPTIONS: readonly OptionSpec[] = [
  { flags: '--root-label <name>', help: 'project name of the rows (default: folder paths)' },
  ...FORMAT_OPTIONS,
]
export const SKILLS_ARGUMENT = ['[dir...]', 'folders of skills (default: skills)'] as const

/** Every command that checks something takes these. */
export const REPORTER_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--reporter <name>',
    help: 'text, json, github, junit, sarif, tap; or NAME=FILE',
    values: ['text', 'json', 'github', 'junit', 'sarif', 'tap'],
    repeatable: true,
  },
  { flags: '--output <file>', help: 'file of the report that names none' },
]

/** All options of a command. */
export function optionsOf({ options = [], database = false }: CommandSpec): readonly OptionSpec[] {
  return [...options, ...(database ? DATABASE_OPTIONS : []), ...OUTPUT_OPTIONS]
}
