const MOST = 160

/** Two definitions as a fault shows them: whole when they are short, else from the first line on that differs. */
export function firstDifference(expected: string | undefined, actual: string | undefined): { expected: string; actual: string } {
  const [wanted, found] = [expected ?? '', actual ?? '']
  if (expected === undefined || actual === undefined) return { expected: brief(wanted), actual: brief(found) }
  const lines = { wanted: linesOf(wanted), found: linesOf(found) }
  const at = lines.wanted.findIndex((line, i) => line !== lines.found[i])
  if (at === -1 && lines.found.length === lines.wanted.length && wanted !== found)
    return { expected: 'the same, with other blanks', actual: 'other blanks' }
  const line = at === -1 ? lines.wanted.length : at
  return { expected: told(lines.wanted, line), actual: told(lines.found, line) }
}

/** Blank lines and indentation are no difference that helps to find one. */
function linesOf(definition: string): string[] {
  return definition
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function told(lines: readonly string[], from: number): string {
  const line = lines[from]
  if (line === undefined) return from === 0 ? 'nothing of note' : 'nothing more'
  return `${from > 0 ? '… ' : ''}${cut(line)}${from < lines.length - 1 ? ' …' : ''}`
}

function brief(definition: string): string {
  const lines = linesOf(definition)
  return lines.length === 0 ? 'there' : told(lines, 0)
}

function cut(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text
}
