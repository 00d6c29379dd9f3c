import { Command, CommanderError } from 'commander'
import { packageVersion } from '../config/package-files.ts'
import type { ExitCode } from '../core/errors.ts'
import { EXIT } from '../core/errors.ts'
import { nearest } from '../core/text.ts'
import { createIo } from './io.ts'
import { EXIT_CODES, addCommonOptions, addDatabaseOptions, collect, examples } from './options.ts'
import type { Executor } from './run-command.ts'

/** A command's module; each loads when it is used, and shares nothing with this one but plain data. */
type Load = () => Promise<{ execute: Executor }>

/**
 * Parses the command line, runs the command, returns the exit code. A command's module loads when
 * it is used.
 */
export async function runProgram(argv: readonly string[]): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok
  const program = new Command('skills')
    .description('Agent skills in a folder, their registry and telemetry in Postgres.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .addHelpText('before', examples(['skills quickstart', 'skills migrate', 'skills sync', 'skills verify', 'skills stats']))
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    // told by usageError, in the form of all errors
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })

  /** Gives a command its common options and its action. */
  const run = (command: Command, load: Load): Command =>
    addCommonOptions(command).action(async () => {
      refuseStranger(command)
      const { execute } = await load()
      exit = await execute(command.optsWithGlobals(), command.args)
    })

  const migrate = program
    .command('migrate')
    .allowExcessArguments()
    .description("apply the pending migrations: the package's, then those of --dir")
  addDatabaseOptions(
    run(migrate, () => import('./commands/migrate.ts'))
      .option('--dir <folder>', 'your own migrations; repeatable', collect)
      .option('--dry-run', 'show what would run; write nothing')
      .option('--to <version>', 'stop after this version')
      .option('--strict', 'fail on objects that exist already, skip none')
      .option('--strict-order', 'refuse a file that sorts before an applied one')
      .option('--keep-going', 'go on after a file that failed; exit 4 at the end')
      .option('--ledger <table>', 'the ledger (default: schema_migrations)')
      .option('--lock-wait <time>', 'wait for other runs and tables (default: 60s)')
      .option('--lock-timeout <time>', 'wait of one attempt for a table (default: 5s)')
      .option('--statement-timeout <time>', 'limit for each statement (default: none)')
      .option('--direct-url <url>', 'the server past a pooler (else DIRECT_URL)'),
  ).addHelpText(
    'before',
    examples([
      'skills migrate',
      'skills migrate --dir db/migrations --wait 30s',
      'skills migrate --dry-run',
      'skills migrate status --exit-code',
    ]),
  )

  const status = migrate.command('status').description('list the migrations and their state')
  addDatabaseOptions(
    run(status, () => import('./commands/migrate-status.ts'))
      .option('--dir <folder>', 'your own migrations; repeatable', collect)
      .option('--ledger <table>', 'the ledger (default: schema_migrations)')
      .option('--exit-code', 'exit 1 when a migration is pending or was changed'),
  ).addHelpText('before', examples(['skills migrate status', 'skills migrate status --exit-code --json']))

  const create = migrate.command('new').argument('<name>', 'what it does').description('write an empty migration that sorts last')
  run(create, () => import('./commands/migrate-new.ts'))
    .option('--dir <folder>', 'where it goes (default: the configured folder, else migrations)', collect)
    .option('--config <file>', 'settings (default: skills.config.json, .js)')
    .addHelpText('before', examples(['skills migrate new "add ratings" --dir db/migrations']))
    .addHelpText('after', EXIT_CODES)

  const repair = migrate.command('repair').argument('<version>', 'the migration').description('accept a changed file, or forget its row')
  addDatabaseOptions(
    run(repair, () => import('./commands/migrate-repair.ts'))
      .option('--forget', 'drop the row; its file, if any, is pending again')
      .option('--yes', 'do it without asking')
      .option('--dir <folder>', 'your own migrations; repeatable', collect)
      .option('--ledger <table>', 'the ledger (default: schema_migrations)')
      .option('--direct-url <url>', 'the server past a pooler (else DIRECT_URL)'),
  ).addHelpText(
    'before',
    examples([
      'skills migrate repair 20260101_add_ratings --dir db/migrations --yes',
      'skills migrate repair 20260101_add_ratings --forget --yes',
    ]),
  )

  const baseline = migrate.command('baseline').description('record files as applied without running them')
  addDatabaseOptions(
    run(baseline, () => import('./commands/migrate-baseline.ts'))
      .option('--to <version>', 'the last version to record (default: all)')
      .option('--accept-drift', 'record them although the database differs')
      .option('--dry-run', 'compare and show; write nothing')
      .option('--dir <folder>', 'your own migrations; repeatable', collect)
      .option('--ledger <table>', 'the ledger (default: schema_migrations)')
      .option('--direct-url <url>', 'the server past a pooler (else DIRECT_URL)'),
  ).addHelpText('before', examples(['skills migrate baseline --dry-run', 'skills migrate baseline --to 20251220_create_skill_system']))

  const sync = program
    .command('sync')
    .argument('[dir...]', 'folders of skills (default: skills)')
    .description('write the skills of a folder into the registry')
  addDatabaseOptions(
    run(sync, () => import('./commands/sync.ts'))
      .option('--dry-run', 'show what would change; write nothing')
      .option('--check', 'write nothing; exit 1 when the registry is behind')
      .option('--prune <how>', 'folder gone: disable (default), delete or keep'),
  ).addHelpText('before', examples(['skills sync', 'skills sync .claude/skills --dry-run', 'skills sync --check']))

  const verify = program
    .command('verify')
    .argument('[dir...]', 'folders of skills (default: skills)')
    .description('check schema, functions, views, ledger and registry; writes nothing')
  addDatabaseOptions(
    run(verify, () => import('./commands/verify.ts'))
      .option('--ephemeral', 'all of it on a throw-away embedded database')
      .option('--strict', 'a check that cannot run is a failure')
      .option('--dir <folder>', 'your own migrations; repeatable', collect)
      .option('--ledger <table>', 'the ledger (default: schema_migrations)'),
  ).addHelpText('before', examples(['skills verify', 'skills verify --ephemeral']))

  const stats = program.command('stats').argument('[skill]', 'one skill').description('uses, success, latency, ratings and users per skill')
  addDatabaseOptions(
    run(stats, () => import('./commands/stats.ts'))
      .option('--since <time>', 'only events of the last 7d, 12h, ...')
      .option('--limit <n>', 'at most so many rows (default: 20)')
      .option('--cooccurrence', 'which skills succeed together in a session'),
  ).addHelpText('before', examples(['skills stats', 'skills stats elemental-checkin --since 7d', 'skills stats --cooccurrence --json']))

  const quickstart = program
    .command('quickstart')
    .description('try everything on an embedded database: migrate, sync, sample events, verify, stats')
  run(quickstart, () => import('./commands/quickstart.ts'))
    .option('--embedded <dir>', 'folder of the database (default: .skills/db)')
    .addHelpText('before', examples(['skills quickstart']))
    .addHelpText('after', EXIT_CODES)

  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exit
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return EXIT.ok
    if (error.code === 'commander.help') {
      createIo({}, process.env).out(program.helpInformation())
      return EXIT.ok
    }
    return usageError(program, argv, error.message)
  }
}

/** What the command line has wrong, in the form of all errors; commander exits 1 here, and 1 means "no". */
function usageError(program: Command, argv: readonly string[], message: string): ExitCode {
  const name = commandName(program, argv)
  const text = message.replace(/^error: /, '').replace(/\n\((.*)\)$/s, ' ($1)')
  const error = { code: 'USAGE', message: text, hint: `${['skills', name].join(' ').trim()} --help` }
  const io = createIo({}, process.env)
  if (argv.includes('--json')) io.json({ schemaVersion: 1, command: name, ok: false, report: null, error })
  else io.err(`error [${error.code}] ${text}\n  → ${error.hint}`)
  return EXIT.usage
}

/** The command that was meant, as far as its words can be made out. */
function commandName(program: Command, argv: readonly string[]): string {
  const names: string[] = []
  let at: Command | undefined = program
  for (const word of argv) {
    at = at?.commands.find((known) => known.name() === word)
    if (at === undefined) break
    names.push(word)
  }
  return names.join(' ')
}

/** Of a command that runs by itself and has subcommands, commander takes a slip in one for an argument too many. */
function refuseStranger(command: Command): void {
  const [name] = command.args
  if (name === undefined || command.commands.length === 0) return
  const near = nearest(
    name,
    command.commands.map((known) => known.name()),
  )
  command.error(`error: unknown command '${name}'${near === undefined ? '' : `\n(Did you mean ${near}?)`}`, {
    code: 'commander.unknownCommand',
  })
}
