/**
 * Text for the log of GitHub Actions, where a line that begins with `::`, or has `##[` anywhere, is a command to the
 * runner (actions/runner, ActionCommand.cs). Text from a file or a database must not contain one, so an
 * invisible zero-width space is put between the characters.
 */
export function withoutCommands(text: string): string {
  return text.replaceAll(/^(\s*):(?=:)/gm, '$1:\u200B').replaceAll('##[', '##\u200B[')
}
