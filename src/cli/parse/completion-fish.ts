import { commandNames, type CompletionPlace, type Values, type Word } from './completion-words.ts'

/** A script that completes commands, options and values in fish, each with its help. */
export function fishCompletion(places: readonly CompletionPlace[]): string {
  const names = commandNames(places).map(quoted)
  return [
    '# completion of skills for fish: skills completion fish > ~/.config/fish/completions/skills.fish',
    'function __skills_at',
    '  set -l words (commandline -opc)',
    "  set -l command ''",
    '  for word in $words[2..-1]',
    "    string match -q -- '-*' $word; and break",
    '    set -l candidate (string trim -- "$command $word")',
    `    contains -- $candidate ${names.join(' ')}; and set command $candidate`,
    '  end',
    '  test "$command" = "$argv[1]"',
    'end',
    'complete -c skills -e',
    'complete -c skills -f',
    ...places.flatMap(placeLines),
  ].join('\n')
}

function placeLines({ name, commands, options, operand }: CompletionPlace): string[] {
  const at = `complete -c skills -n ${quoted(`__skills_at ${quoted(name)}`)}`
  return [
    ...commands.map((command) => `${at} -a ${command.word} ${help(command)}`),
    ...(operand === 'unknown' ? [] : [`${at} ${values(operand)}`]),
    ...options.map(({ short, value, ...option }) =>
      [
        at,
        `-l ${option.word.slice('--'.length)}`,
        ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
        ...(value === undefined ? [] : [value === 'files' ? '-r' : '-x', ...(value === 'unknown' ? [] : [values(value)])]),
        help(option),
      ].join(' '),
    ),
  ]
}

function values(known: Exclude<Values, 'unknown'>): string {
  if (known === 'files') return '-F'
  return `-a ${quoted(known === 'folders' ? '(__fish_complete_directories)' : known.join(' '))}`
}

function help({ help: text }: Word): string {
  return `-d ${quoted(text)}`
}

/** In single quotes fish has two escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}
