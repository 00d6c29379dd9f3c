/** A line `key: value` of YAML. The parts joined are the line. */
export interface EntryLine {
  /** Indentation, key, colon and the white space after it. */
  head: string
  /** Not empty. */
  value: string
  /** White space and a carriage return at the end. */
  rest: string
}

/** Takes a line apart, if it is `key: value`. */
export function entryLine(line: string): EntryLine | undefined {
  const head = /^[ \t]*(?:- +)?(?:"[^"]*"|'[^']*'|[^\s"'#][^:]*):[ \t]+/.exec(line)?.[0]
  if (head === undefined) return undefined
  const value = line.slice(head.length).trimEnd()
  return value === '' ? undefined : { head, value, rest: line.slice(head.length + value.length) }
}
