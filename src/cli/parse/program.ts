import { Command, CommanderError } from 'commander'
import { packageVersion } from '../../config/package-files.ts'
import type { ExitCode } from '../../core/errors.ts'
import { EXIT } from '../../core/errors.ts'
import { jsonWithoutSecrets } from '../../core/redaction.ts'
import { nearest } from '../../core/text.ts'
import type { CommandSpec, OptionSpec } from './spec.ts'
import { DATABASE_OPTIONS, OUTPUT_OPTIONS } from './spec.ts'
import { COMMAND_GROUPS, COMMANDS } from '../command-table.ts'
import { dressHelp, HELP_FORMAT, sentenceOf } from './help.ts'
import { createIo } from '../output/io.ts'
import { loadCommand } from '../load-command.ts'

const FIRST_STEPS = ['skills quickstart', 'skills migrate', 'skills sync', 'skills verify', 'skills stats']

/** Parses any command line, runs the command or explains what is wrong with it, returns the exit code. */
export async function runProgram(argv: readonly string[]): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok
  const program = createProgram(async (spec, flags, args) => {
    const execute = await loadCommand(spec)
    exit = await execute(flags, args)
  })
  try {
    await program.parseAsync(helpArguments(argv), { from: 'user' })
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

/** `skills help migrate status` is `skills migrate status --help`; what is no command is left for commander to explain. */
function helpArguments(argv: readonly string[]): string[] {
  const [first = '-', ...rest] = argv
  if (first !== 'help') {
    // with --help behind it commander would print the page of all commands and call it a success
    const isUnknown = !first.startsWith('-') && !COMMANDS.some(({ name }) => name === first)
    return isUnknown ? [first] : [...argv]
  }
  const words = rest.filter((word) => !word.startsWith('-'))
  const known = [words.slice(0, 2), words.slice(0, 1)].find((name) => COMMANDS.some((spec) => spec.name === name.join(' ')))
  if (known === undefined && words.length > 0) return words.slice(0, 1)
  return [...(known ?? []), '--help']
}

/** The commands as commander knows them; `run` gets a command line that is right. */
export function createProgram(run: (spec: CommandSpec, flags: object, args: readonly string[]) => Promise<void>): Command {
  const program = new Command('skills')
    .description('Agent skills in a folder, their registry and telemetry in Postgres.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    // told by usageError, in the form of all errors
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError()
    .configureHelp(HELP_FORMAT)
  dressHelp(program, FIRST_STEPS)
  for (const { heading, commands } of COMMAND_GROUPS) {
    for (const spec of commands) {
      const command = addCommand(program, spec)
      if (command.parent === program) command.helpGroup(heading)
      command.action(async () => {
        refuseStranger(command)
        await run(spec, command.optsWithGlobals(), command.args)
      })
    }
  }
  return program
}

function addCommand(program: Command, spec: CommandSpec): Command {
  const words = spec.name.split(' ')
  const parent = words.slice(0, -1).reduce((at, word) => at.commands.find((known) => known.name() === word) ?? at, program)
  const command = parent
    .command(words.at(-1) ?? '')
    .summary(spec.summary)
    .description(sentenceOf(spec))
  for (const [notation, help] of spec.arguments ?? []) command.argument(notation, help)
  // a slip in the name of a subcommand is ours to tell
  if (COMMANDS.some(({ name }) => name.startsWith(`${spec.name} `))) command.allowExcessArguments()
  addOptions(command, 'Options:', spec.options ?? [])
  if (spec.database === true) addOptions(command, 'Database:', DATABASE_OPTIONS)
  addOptions(command, 'Output:', OUTPUT_OPTIONS)
  return dressHelp(command, spec.examples)
}

function addOptions(command: Command, group: string, options: readonly OptionSpec[]): void {
  command.optionsGroup(group)
  for (const { flags, help, repeatable } of options) {
    if (repeatable === true) command.option(flags, help, collect)
    else command.option(flags, help)
  }
}

function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value]
}

/** What the command line has wrong, in the form of all errors; commander exits 1 here, and 1 means "no". */
function usageError(program: Command, argv: readonly string[], message: string): ExitCode {
  const name = commandName(program, argv)
  const text = message.replace(/^error: /, '').replace(/\n\((.*)\)$/s, ' ($1)')
  const error = { code: 'USAGE', message: text, hint: `${['skills', name].join(' ').trim()} --help` }
  const io = createIo({}, process.env)
  if (argv.includes('--json')) io.document(jsonWithoutSecrets({ schemaVersion: 1, command: name, ok: false, report: null, error }))
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
