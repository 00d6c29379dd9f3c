import type { QualifiedName } from '../lexer/cursor.ts'

/** The name of a table in the sets of a `HazardContext`. `t` and `s.t` are two: the text does not tell the search_path. */
export function tableKey({ schema, name }: QualifiedName): string {
  return (schema === undefined || schema === 'pg_temp' ? name : `${schema}.${name}`).toLowerCase()
}
