import { SkillsError } from '../core/errors.ts'
import { isName, LONGEST_NAME_BYTES } from '../core/names.ts'

/** An identifier for SQL text, always quoted. Throws USAGE for a text that PostgreSQL would refuse or cut. */
export function quoteIdent(name: string): string {
  if (!isName(name))
    throw new SkillsError('USAGE', `invalid name ${JSON.stringify(name)} (expected 1 to ${LONGEST_NAME_BYTES} bytes, without NUL)`)
  return `"${name.replaceAll('"', '""')}"`
}

/** A string literal for SQL text, for any value of standard_conforming_strings. */
export function quoteLiteral(value: string | null): string {
  if (value === null) return 'NULL'
  const quoted = value.replaceAll("'", "''")
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
}

/** The search_path that makes unqualified names mean `schema`; temporary objects come last, so that they cannot shadow our objects. */
export function searchPath(schema: string, others: readonly string[] = []): string {
  return [schema, ...others.filter((name) => name !== schema), 'pg_temp'].map(quoteIdent).join(', ')
}
