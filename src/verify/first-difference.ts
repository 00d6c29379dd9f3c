const MOST = 160

/** Two definitions as a fault shows them: whole when they are short, else the first lines that differ, with their number. */
export function firstDifference(expected: string | undefined, actual: string | undefined): { expected: string; actual: string } {
  const [wanted, found] = [expected ?? '', actual ?? '']
  if (expected === undefined || actual === undefined) return { expected: brief(wanted), actual: brief(found) }
  if (!wanted.includes('\n') && !found.includes('\n') && Math.max(wanted.length, found.length) <= MOST)
    return { expected: wanted === '' ? 'nothing of note' : wanted, actual: found === '' ? 'nothing of note' : found }
  const lines = { wanted: wanted.split('\n'), found: found.split('\n') }
  const at = lines.wanted.findIndex((line, i) => line !== lines.found[i])
  const line = at === -1 ? lines.wanted.length : at
  return { expected: told(lines.wanted[line], line), actual: told(lines.found[line], line) }
}

function told(text: string | undefined, line: number): string {
  return text === undefined ? `nothing in line ${line + 1}` : `line ${line + 1}: ${cut(text.trim())}`
}

function brief(definition: string): string {
  const [first = '', ...more] = definition.trim().split('\n')
  if (first === '') return 'there'
  return more.length > 0 ? `${cut(first)} …` : cut(first)
}

function cut(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text
}
