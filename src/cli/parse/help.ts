import type { Command, Help } from 'commander'
import { wrap } from '../../render/table.ts'
import type { CommandSpec } from './spec.ts'

const EXIT_CODES =
  'Exit codes: 0 ok, 1 no (check failed, skill invalid), 2 usage or configuration, 3 database unreachable, ' +
  '4 migration failed, 5 lock not obtained, 6 history conflict, 70 bug, 130/143 interrupted'

/** Where nothing is known of the terminal, or it calls itself 0 columns wide. */
const USUAL_WIDTH = 80

/** Columns below which a help stands better under its option than beside it. */
const LEAST_BESIDE = 24

/** Help pages that begin with examples and end with the exit codes, broken between words at any width. */
export function dressHelp(command: Command, examples: readonly string[]): Command {
  return command
    .addHelpText('before', `Examples:\n${examples.map((line) => `  $ ${line}`).join('\n')}\n`)
    .addHelpText('after', () => `\n${exitCodes(widthOf(command.configureOutput().getOutHelpWidth?.()))}`)
}

/** What the page of a command says first: a sentence. */
export function sentenceOf({ summary, description }: CommandSpec): string {
  return description ?? `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}

export const HELP_FORMAT: Partial<Help> = {
  showGlobalOptions: false,
  // its own bound lets the terminal break lines, in the middle of words
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

/** Name and arguments: that there are options goes without saying. */
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
