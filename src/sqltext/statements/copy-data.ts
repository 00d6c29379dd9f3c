import type { Cursor } from '../lexer/cursor.ts'

/**
 * Whether a statement is a COPY that reads its rows from the client. The rows would follow the statement in the file
 * (pg_dump writes them so); only psql can take them apart, and on PGlite such a COPY kills the instance.
 */
export function isCopyFromStdin(cursor: Cursor): boolean {
  if (!cursor.accept('copy')) return false
  cursor.skipUntil((word) => word === 'from' || word === 'to')
  // The grammar takes STDOUT for STDIN here (gram.y, copy_file_name).
  return cursor.accept('from stdin') || cursor.accept('from stdout')
}

/**
 * Offset after the rows that follow a COPY ... FROM STDIN, that is after the line `\.`; undefined when there is no such
 * line. Rows read as SQL would give faults that hide the real one.
 */
export function copyDataEnd(text: string, from: number): number | undefined {
  const endMark = /(?<=[\n\r])\\\.(?=[\n\r]|$)/g
  endMark.lastIndex = from
  return endMark.test(text) ? endMark.lastIndex : undefined
}
