import { commandPatterns, type CompletionPlace } from './completion-words.ts'

/**
 * A script that completes commands, options and known values in bash; everything else completes to files, as bash does.
 * Bash shows no help texts.
 */
export function bashCompletion(places: readonly CompletionPlace[]): string {
  return [
    '# completion of skills for bash; in ~/.bashrc: source <(skills completion bash)',
    '_skills() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= candidate i words=',
    '  COMPREPLY=()',
    '  # --option=value arrives as three words',
    '  [[ $word == = ]] && word= || { [[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD-2]}; }',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    [[ ${COMP_WORDS[i]} == -* ]] && break',
    '    candidate="${command:+$command }${COMP_WORDS[i]}"',
    `    case $candidate in ${commandPatterns(places)}) command=$candidate ;; esac`,
    '  done',
    '  case $command in',
    ...places.flatMap((place) => [
      `    '${place.name}')`,
      '      case $previous in',
      ...valueLines(place),
      `        *) words='${wordsOf(place).join(' ')}' ;;`,
      '      esac ;;',
    ]),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    'complete -o bashdefault -o default -F _skills skills',
  ].join('\n')
}

/** The value after an option that takes one. */
function valueLines({ options }: CompletionPlace): string[] {
  const unknown = options.filter(({ value }) => typeof value === 'string').map(({ word }) => word)
  const known = options.flatMap(({ word, value }) => (typeof value === 'object' ? [`        ${word}) words='${value.join(' ')}' ;;`] : []))
  return unknown.length === 0 ? known : [...known, `        ${unknown.join(' | ')}) return ;;`]
}

function wordsOf({ commands, options, operand }: CompletionPlace): string[] {
  return [...commands, ...options].map(({ word }) => word).concat(typeof operand === 'object' ? operand : [])
}
