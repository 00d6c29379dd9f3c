import type { DatabaseError } from '../../db/database-error.ts'
import type { Location } from '../../sqltext/locate/locate-names.ts'
import type { ParsedStatement } from '../files/parse-migration.ts'

/** The row of a COPY that an error is about, in UTF-16 offsets of the statement; undefined when it is about no row. */
export function locateCopyRow({ rows, start }: ParsedStatement, { where }: Pick<DatabaseError, 'where'>): Location | undefined {
  const line = rows === undefined ? undefined : lineOf(where)
  if (rows === undefined || line === undefined) return undefined
  return { offset: rows.start - start + lineStart(rows.parts, line), exact: true }
}

/** Offset of a line, from 1. Each part ends with a line. */
function lineStart(parts: Iterable<string>, line: number): number {
  let [n, before] = [1, 0]
  for (const part of parts) {
    for (let at = 0; at < part.length; n++) {
      if (n === line) return before + at
      const lineBreak = part.indexOf('\n', at)
      at = lineBreak === -1 ? part.length : lineBreak + 1
    }
    before += part.length
  }
  return before
}

/** `COPY t, line 3, column b: "x"`, with the words in the language of the server; a trigger can add lines before it. */
function lineOf(where = ''): number | undefined {
  const context = where.split('\n').findLast((line) => line.startsWith('COPY '))
  const digits = /\d+/.exec(context?.slice(context.indexOf(', ')) ?? '')?.[0]
  return digits === undefined ? undefined : Number(digits)
}
