import type { CommandSpec } from './command-spec.ts'
import { optionsOf } from './command-spec.ts'

/** Values that an option is known to take, where they are few. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--reporter': ['text', 'json', 'github', 'junit', 'tap', 'sarif'],
  '--prune': ['disable', 'delete', 'keep'],
}

/**
 * A script that completes commands, options and a few values in bash; everything else completes to files, as bash does.
 * All names come from the table of commands, so nothing in it needs quoting beyond single quotes.
 */
export function bashCompletion(commands: readonly CommandSpec[]): string {
  const names = commands.map(({ name }) => `'${name}'`).join(' | ')
  return [
    '# completion of skills for bash; in ~/.bashrc: source <(skills completion bash)',
    '_skills() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= candidate i words=',
    '  COMPREPLY=()',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    candidate="${command:+$command }${COMP_WORDS[i]}"',
    `    case $candidate in ${names}) command=$candidate ;; esac`,
    '  done',
    '  case $previous in',
    ...Object.entries(VALUES).map(([option, values]) => `    ${option}) words='${values.join(' ')}' ;;`),
    `    ${valueOptions(commands).join(' | ')}) return ;;`,
    '    *)',
    '      case $command in',
    `        '') words='${wordsBelow('', commands).join(' ')} help --help --version' ;;`,
    ...commands.map((spec) => `        '${spec.name}') words='${wordsOf(spec, commands).join(' ')}' ;;`),
    '      esac ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    'complete -o bashdefault -o default -F _skills skills',
  ].join('\n')
}

/** Subcommands and options of a command. */
function wordsOf(spec: CommandSpec, commands: readonly CommandSpec[]): string[] {
  return [...wordsBelow(spec.name, commands), ...optionsOf(spec).map(({ flags }) => longName(flags)), '--help']
}

/** The words that can follow a command to name another one. */
function wordsBelow(name: string, commands: readonly CommandSpec[]): string[] {
  const depth = name === '' ? 0 : name.split(' ').length
  const below = commands.filter((spec) => name === '' || spec.name.startsWith(`${name} `)).map((spec) => spec.name.split(' ')[depth] ?? '')
  return [...new Set(below)]
}

/** Options behind which a value comes that only the user knows. */
function valueOptions(commands: readonly CommandSpec[]): string[] {
  const all = commands.flatMap((spec) => optionsOf(spec)).filter(({ flags }) => flags.includes('<'))
  return [...new Set(all.map(({ flags }) => longName(flags)))].filter((name) => VALUES[name] === undefined)
}

function longName(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? ''
}
