import { Command, CommanderError } from 'commander'
import type { OptionSpec } from '../../config/option.ts'
import { packageVersion } from '../../config/package-files.ts'
import { nearest } from '../../core/text.ts'
import { dressHelp, HELP_FORMAT, optionHelp, sentenceOf } from './help.ts'
import type { RawInput } from './read-values.ts'
import { optionGroups, type CommandSpec } from './spec.ts'

const FIRST_STEPS = ['skills quickstart', 'skills migrate', 'skills sync', 'skills verify', 'skills stats']

/** A parsed command line: a command to run, text to print, or a usage error of the command `name`. */
export type Parsed =
  | { kind: 'run'; spec: CommandSpec; input: RawInput }
  | { kind: 'print'; text: string }
  | { kind: 'error'; name: string; message: string }

/** Parses any command line. */
export async function parseCommandLine(argv: readonly string[], commands: readonly CommandSpec[]): Promise<Parsed> {
  let parsed: Parsed | undefined
  let text = ''
  const program = createProgram(
    commands,
    (spec, input) => (parsed = { kind: 'run', spec, input }),
    (part) => (text += part),
  )
  // an option of the command with the name of one of the program, such as --version
  if (optionsNamed(commandName(program, argv), commands).has('--version')) program.enablePositionalOptions()
  try {
    await program.parseAsync(helpArguments(argv, commands), { from: 'user' })
    return parsed ?? { kind: 'print', text }
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { kind: 'print', text }
    if (error.code === 'commander.help') return { kind: 'print', text: program.helpInformation() }
    const message = messageOf(error)
    return { kind: 'error', name: commandName(program, argv), message }
  }
}

/** Commander puts a suggestion on a second line: `(Did you mean --json?)`. */
function messageOf({ message }: CommanderError): string {
  const [first = '', ...rest] = message.split('\n')
  return [first.replace(/^error: /, ''), ...rest].join(' ')
}

/** `skills help migrate status` is `skills migrate status --help`; commander explains an unknown command. */
function helpArguments(argv: readonly string[], commands: readonly CommandSpec[]): string[] {
  const [first = '-', ...rest] = argv
  const isKnown = (name: string): boolean => commands.some((spec) => spec.name === name)
  // with --help after an unknown command, commander prints the page of all commands and reports success
  if (first !== 'help') return first.startsWith('-') || isKnown(first) ? [...argv] : [first]
  const words = rest.filter((word) => !word.startsWith('-'))
  const known = [words.slice(0, 2), words.slice(0, 1)].find((name) => isKnown(name.join(' ')))
  if (known === undefined && words.length > 0) return words.slice(0, 1)
  return [...(known ?? []), '--help']
}

/** The commands for commander; `run` gets a valid command line. */
export function createProgram(
  commands: readonly CommandSpec[],
  run: (spec: CommandSpec, input: RawInput) => void,
  write: (text: string) => void,
): Command {
  const program = new Command('skills')
    .description('Agent skills in a folder, their registry and telemetry in Postgres.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    // errors are printed in the form of all errors
    .configureOutput({ writeOut: write, writeErr: () => undefined })
    .showSuggestionAfterError()
    .configureHelp(HELP_FORMAT)
  dressHelp(program, FIRST_STEPS)
  for (const spec of commands) {
    const command = addCommand(program, spec, commands)
    if (command.parent === program) command.helpGroup(`${spec.group}:`)
    command.action(() => {
      refuseUnknown(command)
      run(spec, { flags: command.optsWithGlobals(), args: command.args })
    })
  }
  return program
}

function addCommand(program: Command, spec: CommandSpec, commands: readonly CommandSpec[]): Command {
  const words = spec.name.split(' ')
  const parent = words.slice(0, -1).reduce((at, word) => at.commands.find((known) => known.name() === word) ?? at, program)
  const command = parent
    .command(words.at(-1) ?? '')
    .summary(spec.summary)
    .description(sentenceOf(spec))
  for (const argument of spec.arguments ?? []) command.argument(argument.name, optionHelp(argument))
  // commander takes a typo in a subcommand for an excess argument: `refuseUnknown` explains it
  if (commands.some(({ name }) => name.startsWith(`${spec.name} `))) command.allowExcessArguments()
  for (const { title, options } of optionGroups(spec)) addOptions(command, title, options)
  return dressHelp(command, spec.examples)
}

function addOptions(command: Command, group: string, options: readonly OptionSpec[]): void {
  command.optionsGroup(group)
  for (const option of options) {
    if (option.repeatable === true) command.option(option.flags, optionHelp(option), collect)
    else command.option(option.flags, optionHelp(option))
  }
}

function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value]
}

/** The command that the words name, as far as they are known. */
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

function optionsNamed(name: string, commands: readonly CommandSpec[]): ReadonlySet<string> {
  return new Set((commands.find((spec) => spec.name === name)?.options ?? []).map(({ flags }) => flags.split(' ')[0] ?? ''))
}

/** For a command that has subcommands and can run without one. */
function refuseUnknown(command: Command): void {
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
