/**
 * Text for the log of GitHub Actions, where a line that begins with `::`, or has `##[` anywhere, is a command to the
 * runner (actions/runner, ActionCommand.cs). What comes from a file or a database must not give any: a zero-width space,
 * which nobody sees and the runner does not skip, stands between.
 */
export function withoutCommands(text: string): string {
  return text.replaceAll(/^(\s*):(?=:)/gm, '$1:\u200B').replaceAll('##[', '##\u200B[')
}
