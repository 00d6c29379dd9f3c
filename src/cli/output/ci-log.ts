/** Whether the log of this process is read by a CI system that runs commands from it: GitHub Actions, Azure Pipelines, TeamCity. */
export function hasCommands(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['GITHUB_ACTIONS'] === 'true' || (env['TF_BUILD'] ?? '') !== '' || (env['TEAMCITY_VERSION'] ?? '') !== ''
}

/**
 * Text for such a log. A line that begins with `::` after white space, or has `##[` anywhere, is a command to the runner of
 * GitHub (actions/runner, ActionCommand.cs); Azure reads `##vso[` and TeamCity `##teamcity[`. Text from a file or a database must
 * not contain one, so an invisible zero-width space is put between the characters. JSON has no such line, see `jsonText`.
 */
export function withoutCommands(text: string): string {
  return text
    .split(LINE_BREAK)
    .map((line) => (line.trimStart().startsWith('::') ? line.replace('::', ':\u200B:') : line))
    .join('')
    .replaceAll(/##(?=[a-z]{0,20}\[)/gi, '#\u200B#')
}

/** Keeps the line breaks when a text is split. */
const LINE_BREAK = /(?<=[\n\r\u0085\u2028\u2029])/
