import type { Command, Help } from 'commander'
import type { OptionSpec } from '../../config/option.ts'
import { list } from '../../config/values.ts'
import { wrap } from '../../render/table.ts'
import type { ArgumentSpec, CommandSpec } from './spec.ts'

const EXIT_CODES =
  'Exit codes: 0 ok, 1 no (check failed, skill invalid), 2 usage or configuration, 3 database unreachable, ' +
  '4 migration failed, 5 lock not obtained, 6 history conflict, 70 bug, 130/143 interrupted'

/** For a terminal of unknown width, or one that reports 0 columns. */
const USUAL_WIDTH = 80

/** With fewer columns the help of an option goes below it. */
const LEAST_BESIDE = 24

/** Help pages begin with examples and end with the exit codes. Lines break between words at any width. */
export function dressHelp(command: Command, examples: readonly string[]): Command {
  return command
    .addHelpText('before', `Examples:\n${examples.map((line) => `  $ ${line}`).join('\n')}\n`)
    .addHelpText('after', () => `\n${exitCodes(widthOf(command.configureOutput().getOutHelpWidth?.()))}`)
}

/** The first line on the page of a command. */
export function sentenceOf({ summary, description }: CommandSpec): string {
  return description ?? `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}

/** The help of an option or an argument, with its values and its default. */
export function optionHelp(spec: OptionSpec | ArgumentSpec): string {
  const { help, type } = spec
  const standard = 'default' in spec && spec.default !== undefined && spec.default !== false ? showDefault(spec.default, type) : ''
  const values = type?.values ?? []
  const isListed = values.includes(standard)
  const expected = isListed ? list(values.map((value) => (value === standard ? `${value} (default)` : value))) : type?.expected
  const withValues = [help, values.length === 0 ? '' : expected].filter((part) => part !== undefined && part !== '').join(': ')
  return standard === '' || isListed ? withValues : `${withValues} (default: ${standard})`
}

/** A default as it is written on the command line. */
export function showDefault(value: unknown, type: OptionSpec['type']): string {
  if (Array.isArray(value)) return value.map((entry) => showDefault(entry, type)).join(', ')
  return type?.show === undefined ? String(value) : type.show(value)
}

export const HELP_FORMAT: Partial<Help> = {
  showGlobalOptions: false,
  // with its own minimum the terminal breaks lines, in the middle of words
  minWidthToWrap: 1,
  subcommandTerm,
  prepareContext({ helpWidth }) {
    this.helpWidth = widthOf(helpWidth)
  },
  formatItem(term, termWidth, description, helper) {
    const width = widthOf(helper.helpWidth)
    const beside = width - termWidth - 4
    if (description === '') return `  ${term}`
    if (beside >= LEAST_BESIDE) {
      const [first = '', ...rest] = helper.boxWrap(description, beside).split('\n')
      return [`  ${term.padEnd(termWidth)}  ${first}`, ...rest.map((line) => `${' '.repeat(termWidth + 4)}${line}`)].join('\n')
    }
    const below = helper.boxWrap(description, Math.max(1, width - 6)).split('\n')
    return [`  ${term}`, ...below.map((line) => `      ${line}`)].join('\n')
  },
}

function widthOf(columns: number | undefined): number {
  return columns === undefined || columns <= 0 ? USUAL_WIDTH : columns
}

/** Name and arguments, without `[options]`. */
function subcommandTerm(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? ` <${name}>` : ` [${name}]`
  })
  return `${command.name()}${args.join('')}`
}

/** A code stays with its meaning. */
function exitCodes(width: number): string {
  return wrap(EXIT_CODES.replaceAll(/(?<=\d) /g, '\u00A0'), width)
    .join('\n')
    .replaceAll('\u00A0', ' ')
}
