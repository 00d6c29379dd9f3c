const MAX_LENGTH = 160

/** Two definitions as a fault shows them: whole when they are short, else from the first line that differs. */
export function firstDifference(expected: string | undefined, actual: string | undefined): { expected: string; actual: string } {
  if (expected === undefined || actual === undefined) return { expected: summary(expected ?? ''), actual: summary(actual ?? '') }
  const [wanted, found] = [linesOf(expected), linesOf(actual)]
  const at = wanted.findIndex((line, i) => line !== found[i])
  if (at === -1 && found.length === wanted.length && expected !== actual)
    return { expected: 'the same text with other white space', actual: 'other white space' }
  const line = at === -1 ? wanted.length : at
  return { expected: linesFrom(wanted, line), actual: linesFrom(found, line) }
}

/** Blank lines and indentation do not help to find a difference. */
function linesOf(definition: string): string[] {
  return definition
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function linesFrom(lines: readonly string[], from: number): string {
  const line = lines[from]
  if (line === undefined) return from === 0 ? 'none' : 'the end'
  return `${from > 0 ? '… ' : ''}${cut(line)}${from < lines.length - 1 ? ' …' : ''}`
}

function summary(definition: string): string {
  const lines = linesOf(definition)
  return lines.length === 0 ? 'present' : linesFrom(lines, 0)
}

function cut(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
}
