import type { Command } from 'commander'

/** Ends every help page. */
export const EXIT_CODES = `
Exit codes: 0 ok, 1 no (check failed, skill invalid), 2 usage or configuration,
  3 database unreachable, 4 migration failed, 5 lock not obtained,
  6 history conflict, 70 bug, 130/143 interrupted`

/** Begins every help page. */
export function examples(lines: readonly string[]): string {
  return `Examples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`
}

/** For options that may be repeated. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value]
}

export function addCommonOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--json', 'one JSON document on stdout, on failure too')
    .option('-q, --quiet', 'errors only')
    .option('--color', 'colours, also without a terminal')
    .option('--no-color', 'no colours')
    .optionsGroup('Options:')
}

export function addDatabaseOptions(command: Command): Command {
  return command
    .optionsGroup('Database:')
    .option('--database-url <url>', 'postgres://... (else DATABASE_URL, PG*)')
    .option('--embedded [dir]', 'embedded in .skills/db, a folder, or memory')
    .option('--schema <name>', 'schema of all objects (else of the search_path)')
    .option('--wait <time>', 'wait for a server that is starting, such as 30s')
    .option('--config <file>', 'settings (default: skills.config.json, .js)')
    .addHelpText('after', EXIT_CODES)
}
