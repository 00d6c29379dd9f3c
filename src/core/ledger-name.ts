import { SkillsError } from './errors.ts'
import { isName, LONGEST_NAME_BYTES } from './names.ts'

/** The name of the ledger as `--ledger` has it. */
export interface LedgerName {
  /** Undefined: the schema of all objects. */
  schema?: string
  table: string
}

/** Added to the name of the ledger for the table of unfinished files. */
export const PROGRESS_SUFFIX = '_progress'
/** PostgreSQL cuts a longer name, and the two tables would be one. */
export const LONGEST_LEDGER_BYTES: number = LONGEST_NAME_BYTES - PROGRESS_SUFFIX.length

export const LEDGER_NAME_EXPECTED: string = `table or schema.table, the table of 1 to ${LONGEST_LEDGER_BYTES} bytes; a name with a dot in double quotes`

/** Reads `table` or `schema.table`; a part in double quotes can have any character, and no part is folded. Undefined for any other text. */
export function readLedgerName(text: string): LedgerName | undefined {
  const parts = /^(?:("(?:[^"]|"")+"|[^".][^.]*)\.)?("(?:[^"]|"")+"|[^".][^.]*)$/.exec(text)
  if (parts === null) return undefined
  const [, schema, table = ''] = parts.map((part: string | undefined) =>
    part?.startsWith('"') === true ? part.slice(1, -1).replaceAll('""', '"') : part,
  )
  if (!isName(table) || Buffer.byteLength(table) > LONGEST_LEDGER_BYTES) return undefined
  if (schema === undefined) return { table }
  return isName(schema) && schema !== '$user' && !schema.startsWith('pg_') ? { schema, table } : undefined
}

/** Throws USAGE for a text that is no name of a ledger. */
export function ledgerParts(ledger: string): LedgerName {
  const parts = readLedgerName(ledger)
  if (parts === undefined) throw new SkillsError('USAGE', `invalid ledger ${JSON.stringify(ledger)} (expected ${LEDGER_NAME_EXPECTED})`)
  return parts
}

/** The ledger and the table of unfinished files. `schema` is that of all objects, which a name without a schema refers to. */
export function ledgerTables(ledger: string, schema: string): { schema: string; tables: [ledger: string, progress: string] } {
  const parts = ledgerParts(ledger)
  return { schema: parts.schema ?? schema, tables: [parts.table, `${parts.table}${PROGRESS_SUFFIX}`] }
}
