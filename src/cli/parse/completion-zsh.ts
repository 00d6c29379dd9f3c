import { commandPatterns, type CompletionPlace, type Values, type Word } from './completion-words.ts'

/** A script that completes commands, options and values in zsh, each with its help. */
export function zshCompletion(places: readonly CompletionPlace[]): string {
  return [
    '#compdef skills',
    '# completion of skills for zsh; in ~/.zshrc, after compinit: source <(skills completion zsh)',
    '# or as the file _skills in a folder of $fpath',
    '_skills() {',
    '  local previous=${words[CURRENT-1]} command= candidate i',
    '  local -a offered',
    '  # --option=value',
    '  if [[ $PREFIX == --*=* ]]; then previous=${PREFIX%%=*}; compset -P "*="; fi',
    '  for ((i = 2; i < CURRENT; i++)); do',
    '    [[ ${words[i]} == -* ]] && break',
    '    candidate="${command:+$command }${words[i]}"',
    `    case $candidate in (${commandPatterns(places)}) command=$candidate ;; esac`,
    '  done',
    '  case $command in',
    ...places.flatMap((place) => [`    ('${place.name}')`, ...placeLines(place), '      ;;']),
    '  esac',
    '}',
    '# a file in $fpath is the function itself; a sourced script registers it',
    'if [[ $funcstack[1] == _skills ]]; then _skills "$@"; else compdef _skills skills; fi',
  ].join('\n')
}

function placeLines({ commands, options, operand }: CompletionPlace): string[] {
  const valued = options.flatMap(({ word, value }) => (value === undefined ? [] : [`        (${word}) ${action(value)}; return ;;`]))
  return [
    ...(valued.length === 0 ? [] : ['      case $previous in', ...valued, '      esac']),
    '      if [[ $PREFIX == -* ]]; then',
    `        offered=(${options.map(described).join(' ')})`,
    '        _describe -o option offered',
    ...(commands.length === 0
      ? []
      : ['      else', `        offered=(${commands.map(described).join(' ')})`, '        _describe command offered']),
    ...(commands.length > 0 || operand === 'unknown' ? [] : ['      else', `        ${action(operand)}`]),
    '      fi',
  ]
}

function action(values: Values): string {
  if (values === 'files') return '_files'
  if (values === 'folders') return '_files -/'
  return values === 'unknown' ? '_message value' : `offered=(${values.map(quoted).join(' ')}); _describe value offered`
}

/** `'word:help'`, for `_describe`. */
function described({ word, help }: Word): string {
  return quoted(`${word}:${help.replaceAll(':', '\\:')}`)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
