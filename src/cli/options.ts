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
    .option('--color', 'colours, also where there is no terminal')
    .option('--no-color', 'no colours')
    .optionsGroup('Options:')
}

export function addDatabaseOptions(command: Command): Command {
  return command
    .optionsGroup('Database:')
    .option('--database-url <url>', 'postgres://USER:PASSWORD@HOST/DB (else DATABASE_URL, PG*)')
    .option('--embedded [dir]', 'the embedded database (default: .skills/db; memory: throw-away)')
    .option('--schema <name>', 'schema of all objects (default: first of the search_path)')
    .option('--wait <time>', 'wait for a server that is still starting, such as 30s')
    .option('--config <file>', 'configuration file (default: skills.config.json, .js)')
    .addHelpText('after', EXIT_CODES)
}
