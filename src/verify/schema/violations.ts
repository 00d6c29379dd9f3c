import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent } from '../../db/quote.ts'
import type { SchemaFault } from './comparison.ts'

/** Counting more takes long, and says no more. */
const MOST = 1000

/**
 * Counts the rows that violate constraints which do not cover them. A constraint that is missing although no row violates it is a fault
 * of drift. The conditions are those of the migrations. `notCounted`: why no query of the tables may run.
 */
export async function countViolations(
  db: Db,
  faults: readonly SchemaFault[],
  { schema, timeoutMs, notCounted }: { schema: string; timeoutMs: number; notCounted: string | undefined },
): Promise<SchemaFault[]> {
  const counted: SchemaFault[] = []
  for (const fault of faults) {
    if (fault.violations === undefined)
      counted.push(
        fault.rows === undefined || notCounted !== undefined ? fault : await withRows(db, fault, fault.rows, { schema, timeoutMs }),
      )
    else
      counted.push(
        described(fault, fault.violations, schema, notCounted ?? (await count(db, queryOf(schema, fault.violations), timeoutMs))),
      )
  }
  return counted
}

type Violations = NonNullable<SchemaFault['violations']>

function queryOf(schema: string, { table, condition }: Pick<Violations, 'table' | 'condition'>): string {
  return `SELECT * FROM ${quoteIdent(schema)}.${quoteIdent(table)} WHERE NOT (${condition})`
}

/** The statements fail as long as there are such rows: then the remedy is in words. */
async function withRows(
  db: Db,
  fault: SchemaFault,
  rows: NonNullable<SchemaFault['rows']>,
  { schema, timeoutMs }: { schema: string; timeoutMs: number },
): Promise<SchemaFault> {
  const query = queryOf(schema, rows)
  const found = await count(db, query, timeoutMs)
  // the server checks the rows itself
  if (found === 0 || typeof found === 'string') return fault
  const { sql: _sql, ...words } = fault
  const what = `${found > MOST ? `over ${MOST}` : found} ${found === 1 ? 'row does' : 'rows do'} not allow it`
  const remedy =
    rows.condition === NO_ROW
      ? `${what}, because no value is known for the column: add it without NOT NULL, give each row a value, then run skills verify again`
      : `${what}: find them with ${query}; correct them, then run ${fault.remedy}`
  return { ...words, remedy }
}

/** The condition that no row satisfies. */
export const NO_ROW = 'false'

/** The number of rows, or why they could not be counted. */
async function count(db: Db, query: string, timeoutMs: number): Promise<number | string> {
  await db.exec(`SAVEPOINT skills_violations; SET LOCAL statement_timeout = ${timeoutMs}`)
  try {
    const [row] = await db.run(`SELECT count(*)::int AS n FROM (${query} LIMIT ${MOST + 1}) AS rows`, [], { n: 'number' })
    return row?.n ?? 0
  } catch (error) {
    if (error instanceof DatabaseError) return error.message
    throw error
  } finally {
    await db.exec('ROLLBACK TO SAVEPOINT skills_violations; RELEASE SAVEPOINT skills_violations')
  }
}

function described(fault: SchemaFault, violations: Violations, schema: string, found: number | string): SchemaFault {
  const { isMissing, condition } = violations
  if (isMissing && found === 0) return { ...fault, check: 'drift.missing' }
  const state = isMissing ? 'missing' : 'NOT VALID'
  const query = queryOf(schema, violations)
  const number =
    typeof found === 'string'
      ? `rows not counted (${found})`
      : `${found > MOST ? `over ${MOST}` : found} ${found === 1 ? 'row violates' : 'rows violate'} it`
  const { sql: _sql, ...words } = fault
  return {
    ...(found === 0 ? fault : { ...words, remedy: `find them with ${query}; correct them, then run ${fault.remedy}` }),
    expected: `every row has ${condition}`,
    actual: `${state}; ${number}`,
  }
}
