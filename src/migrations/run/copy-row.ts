import type { DatabaseError } from '../../db/database-error.ts'
import type { Location } from '../../sqltext/locate/locate-names.ts'
import type { ParsedStatement } from '../files/parse-migration.ts'

/** The row of a COPY that an error is about, in UTF-16 offsets of the statement; undefined when it is about no row. */
export function locateCopyRow({ rows, start }: ParsedStatement, { where }: Pick<DatabaseError, 'where'>): Location | undefined {
  const line = rows === undefined ? undefined : lineOf(where)
  if (rows === undefined || line === undefined) return undefined
  let at = 0
  for (let n = 1; n < line; n++) {
    const lineBreak = rows.text.indexOf('\n', at)
    if (lineBreak === -1) break
    at = lineBreak + 1
  }
  return { offset: rows.start - start + at, exact: true }
}

/** `COPY t, line 3, column b: "x"`, with the words in the language of the server; a trigger can add lines before it. */
function lineOf(where = ''): number | undefined {
  const context = where.split('\n').findLast((line) => line.startsWith('COPY '))
  const digits = /\d+/.exec(context?.slice(context.indexOf(', ')) ?? '')?.[0]
  return digits === undefined ? undefined : Number(digits)
}
