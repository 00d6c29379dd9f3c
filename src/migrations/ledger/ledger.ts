import { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db, Row } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { toSkillsError } from '../../db/skills-error.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'

/** A row of the ledger. `adopted` rows come from a tool that kept just version and time. */
export interface LedgerRow {
  version: string
  /** ISO 8601. */
  appliedAt: string
  checksum: string | undefined
  adopted: boolean
  /** Which tool and version wrote it; undefined for adopted rows. */
  tool: string | undefined
}

/** `"app"."schema_migrations"` -> `"app"."schema_migrations_progress"`: rows only while a no-transaction file is unfinished. */
export function progressName(qualifiedLedger: string): string {
  return `${qualifiedLedger.slice(0, -1)}_progress"`
}

export interface Ledger {
  /** `absent`: to be created; `partial`: of an older tool, columns to be added. */
  state: 'absent' | 'partial' | 'ready'
  rows: LedgerRow[]
}

/** Name of the ledger for SQL text. */
export function ledgerName(db: Db, ledger: string): string {
  return `${quoteIdent(db.info.schema)}.${quoteIdent(ledger)}`
}

/**
 * Reads the ledger in one query whatever columns it has. A table of that name in another shape
 * belongs to another tool and is refused.
 */
export async function readLedger(db: Db, ledger: string): Promise<Ledger> {
  let rows: Row[]
  // what was tolerated is for people to look up, and can be long
  try {
    rows = await db.query(`select to_jsonb(l) - 'tolerated' as entry from ${ledgerName(db, ledger)} l`)
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    if (error.code === SQLSTATE.undefinedTable) return { state: 'absent', rows: [] }
    if (error.code === SQLSTATE.insufficientPrivilege) {
      throw toSkillsError(db.info, error, {
        action: `read ${ledgerName(db, ledger)}`,
        grants: [`GRANT SELECT ON ${ledgerName(db, ledger)} TO ${quoteIdent(db.info.user)}`],
      })
    }
    throw error
  }
  const entries = rows.map((row) => row['entry'] as Record<string, unknown>)
  const columns = entries[0] === undefined ? await readColumns(db, ledger) : Object.keys(entries[0])
  refuseForeign(db, ledger, columns, entries)
  return {
    state: COLUMNS.every(([name]) => name === 'tolerated' || columns.includes(name)) ? 'ready' : 'partial',
    rows: entries.map(toRow),
  }
}

/** The columns after the two that every ledger has. */
const COLUMNS = [
  ['checksum', 'text'],
  ['duration_ms', 'integer'],
  ['statements', 'integer'],
  ['tolerated', 'jsonb'],
  ['applied_by', 'text'],
  ['tool', 'text'],
] as const

/** SQL that makes the ledger, or adds what an older one lacks. */
export function createLedgerSql(db: Db, ledger: string, state: Ledger['state']): string {
  const name = ledgerName(db, ledger)
  if (state === 'partial')
    return `ALTER TABLE ${name} ${COLUMNS.map(([column, type]) => `ADD COLUMN IF NOT EXISTS ${column} ${type}`).join(', ')}`
  const rest = COLUMNS.map(([column, type]) => `, ${column} ${type}`).join('')
  const schema = db.info.schemaExists ? '' : `CREATE SCHEMA IF NOT EXISTS ${quoteIdent(db.info.schema)}; `
  return `${schema}CREATE TABLE IF NOT EXISTS ${name} (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now()${rest})`
}

export interface LedgerEntry {
  version: string
  checksum: string
  /** Undefined: the time since its transaction began, by the server's clock. */
  durationMs: number | undefined
  statements: number
  tolerated: readonly object[]
  tool: string
}

const SINCE_BEGIN = '(1000 * extract(epoch FROM clock_timestamp() - transaction_timestamp()))::integer'

/** SQL that records a file as applied, and gives its `duration_ms` back. */
export function insertLedgerSql(name: string, entry: LedgerEntry): string {
  const values = [
    quoteLiteral(entry.version),
    quoteLiteral(entry.checksum),
    entry.durationMs === undefined ? SINCE_BEGIN : Math.round(entry.durationMs),
    entry.statements,
    `${quoteLiteral(JSON.stringify(entry.tolerated))}::jsonb`,
    'current_user',
    quoteLiteral(entry.tool),
  ]
  return `INSERT INTO ${name} (version, checksum, duration_ms, statements, tolerated, applied_by, tool) VALUES (${values.join(', ')}) RETURNING duration_ms`
}

async function readColumns(db: Db, ledger: string): Promise<string[]> {
  const rows = await db.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
      where attrelid = ${quoteLiteral(ledgerName(db, ledger))}::regclass and attnum > 0 and not attisdropped`,
  )
  // a number cannot hold a file name: say so as the absence of the column
  return rows.filter(({ name, type }) => name !== 'version' || type === 'text' || type.startsWith('character')).map(({ name }) => name)
}

function refuseForeign(db: Db, ledger: string, columns: readonly string[], entries: readonly Record<string, unknown>[]): void {
  const shaped = columns.includes('version') && columns.includes('applied_at')
  if (shaped && entries.every(({ version }) => typeof version === 'string')) return
  throw new SkillsError(
    'LEDGER_FOREIGN',
    `the table ${ledgerName(db, ledger)} belongs to another migration tool: it has the columns ${columns.join(', ')}`,
    {
      hint: 'nothing was changed; keep the ledger of skills under another name: --ledger skills_migrations',
    },
  )
}

function toRow(entry: Record<string, unknown>): LedgerRow {
  const text = (key: string): string | undefined => (typeof entry[key] === 'string' ? entry[key] : undefined)
  const tool = text('tool')
  return {
    version: text('version') ?? '',
    appliedAt: new Date(text('applied_at') ?? 0).toISOString(),
    checksum: text('checksum'),
    adopted: text('checksum') === undefined,
    tool,
  }
}
