import { SkillsError } from '../../core/errors.ts'
import { ledgerParts, ledgerTables, PROGRESS_SUFFIX } from '../../core/ledger-name.ts'
import { timeOrNull } from '../../core/times.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { toSkillsError } from '../../db/skills-error.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { MigrationFile } from '../files/read-migrations.ts'

/** A row of the ledger. */
export interface LedgerRow {
  /** In the Unicode form NFC, as that of a file. */
  version: string
  /** As it is in the table. */
  storedAs: string
  /** ISO 8601. */
  appliedAt: string
  checksum: string | undefined
  /** An older tool wrote the row, with version and time only. */
  adopted: boolean
  /** The tool and its version, as `skills 1.2.3`; undefined for adopted rows. */
  tool: string | undefined
  /** This tool wrote it: it has the name of the tool, or, without any name, what no older tool writes. */
  isOurs: boolean
  /** The name in the table, when the file has another one now. */
  renamedFrom?: string
  /** The versions that the row counts as, besides its own. */
  replaces: readonly string[]
}

/** `"app"."schema_migrations"` -> `"app"."schema_migrations_progress"`, which has rows while a no-transaction file is unfinished. */
export function progressName(qualifiedLedger: string): string {
  return `${qualifiedLedger.slice(0, -1)}${PROGRESS_SUFFIX}"`
}

export interface Ledger {
  /** `absent`: does not exist. `partial`: an older tool created it, and columns are missing. */
  state: 'absent' | 'partial' | 'ready'
  rows: LedgerRow[]
}

/** The qualified and quoted name of the ledger: `ledger` is `table`, or `schema.table`. */
export function ledgerName(db: Db, ledger: string): string {
  const { schema, tables } = ledgerTables(ledger, db.info.schema)
  return `${quoteIdent(schema)}.${quoteIdent(tables[0])}`
}

/** Whether the name has no schema. */
export function isInOwnSchema(ledger: string): boolean {
  return ledgerParts(ledger).schema === undefined
}

/** Reads the rows, without `tolerated`, which is for people and can be long. All names are qualified, because it can be an early statement. */
export function ledgerQuery(ledger: string): string {
  const { schema, table } = ledgerParts(ledger)
  return `SELECT pg_catalog.to_jsonb(l) OPERATOR(pg_catalog.-) 'tolerated'::pg_catalog.text AS entry FROM ${schema === undefined ? ':"schema"' : quoteIdent(schema)}.${quoteIdent(table)} l`
}

/**
 * Reads the ledger in one query, whatever its columns are. Throws LEDGER_FOREIGN when the table belongs to another tool.
 */
export async function readLedger(db: Db, ledger: string): Promise<Ledger> {
  let rows: { entry: Record<string, unknown> }[]
  try {
    rows = await db.run(ledgerQuery(ledger), [], { entry: 'object' })
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    if (error.code === SQLSTATE.undefinedTable) {
      await refuseMissingSchema(db, ledger)
      return { state: 'absent', rows: [] }
    }
    // own statements read no view
    if (error.code === SQLSTATE.notInPrerequisiteState) {
      const { ledgerIsView } = await import('../layouts/foreign-ledger.ts')
      throw ledgerIsView(ledgerName(db, ledger), error)
    }
    if (error.code === SQLSTATE.insufficientPrivilege) {
      throw toSkillsError(db.info, error, {
        action: `read ${ledgerName(db, ledger)}`,
        grants: [
          ...(isInOwnSchema(ledger)
            ? []
            : [`GRANT USAGE ON SCHEMA ${quoteIdent(ledgerTables(ledger, db.info.schema).schema)} TO ${quoteIdent(db.info.user)}`]),
          `GRANT SELECT ON ${ledgerName(db, ledger)} TO ${quoteIdent(db.info.user)}`,
        ],
      })
    }
    throw error
  }
  const entries = rows.map(({ entry }) => entry)
  const columns = entries[0] === undefined ? await readColumns(db, ledger) : Object.keys(entries[0])
  const isOurs =
    columns.includes('version') && columns.includes('applied_at') && entries.every(({ version }) => typeof version === 'string')
  if (!isOurs) {
    const { foreignLedger } = await import('../layouts/foreign-ledger.ts')
    throw foreignLedger(ledgerName(db, ledger), columns)
  }
  return {
    state: COLUMNS.every(([name]) => name === 'tolerated' || columns.includes(name)) ? 'ready' : 'partial',
    rows: entries.map(toRow),
  }
}

/** The schema of all objects is created with the first file; that of a ledger elsewhere is not. Throws SCHEMA_MISSING. */
async function refuseMissingSchema(db: Db, ledger: string): Promise<void> {
  if (isInOwnSchema(ledger)) return
  const schema = ledgerTables(ledger, db.info.schema).schema
  const rows = await db.run('SELECT FROM pg_namespace WHERE nspname = $1', [schema])
  if (rows.length > 0 || (schema === db.info.schema && !db.info.schemaExists)) return
  throw new SkillsError('SCHEMA_MISSING', `the schema ${schema} of the ledger ${ledger} does not exist`, {
    hint: `nothing was run; create it: CREATE SCHEMA ${quoteIdent(schema)}, or name another table with --ledger`,
  })
}

/** The columns after `version` and `applied_at`, which every ledger has. */
const COLUMNS = [
  ['checksum', 'text'],
  ['duration_ms', 'integer'],
  ['statements', 'integer'],
  ['tolerated', 'jsonb'],
  ['applied_by', 'text'],
  ['tool', 'text'],
  ['replaces', 'text[]'],
  ['variables', 'text[]'],
] as const

/** A table of this tool as it must be. */
export interface ToolTable {
  name: string
  key: readonly string[]
  columns: readonly { name: string; type: string; notNull: boolean; default: string | null }[]
}

const NOW = { notNull: true, default: 'now()' } as const
const NULLABLE = { notNull: false, default: null } as const

/** The columns of the table of unfinished files. */
export const PROGRESS_COLUMNS = [
  { name: 'version', type: 'text', notNull: true, default: null },
  { name: 'statement', type: 'text', notNull: true, default: null },
  { name: 'before', type: 'jsonb', ...NULLABLE },
  { name: 'begun_at', type: 'timestamptz', ...NOW },
  { name: 'finished_at', type: 'timestamptz', ...NULLABLE },
] as const satisfies ToolTable['columns']

/** The ledger and the table of unfinished files, which exists only while there is one. */
export function toolTables([ledger, progress]: readonly [string, string]): ToolTable[] {
  return [
    {
      name: ledger,
      key: ['version'],
      columns: [
        { name: 'version', type: 'text', notNull: true, default: null },
        { name: 'applied_at', type: 'timestamptz', ...NOW },
        ...COLUMNS.map(([name, type]) => ({ name, type, ...NULLABLE })),
      ],
    },
    { name: progress, key: ['version', 'statement'], columns: PROGRESS_COLUMNS },
  ]
}

/** SQL that creates the ledger and the schema of all objects, or adds the missing columns; undefined when there is nothing to do. */
export function createLedgerSql(db: Db, ledger: string, state: Ledger['state']): string | undefined {
  const name = ledgerName(db, ledger)
  const table = {
    absent: [
      `CREATE TABLE IF NOT EXISTS ${name} (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now(), ${columnsSql('')})`,
    ],
    partial: [completeLedgerSql(name)],
    ready: [],
  }[state]
  const schema = db.info.schemaExists ? [] : [`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(db.info.schema)}`]
  return schema.length + table.length === 0 ? undefined : [...schema, ...table].join('; ')
}

function columnsSql(prefix: string): string {
  return COLUMNS.map(([column, type]) => `${prefix}${column} ${type}`).join(', ')
}

/** Adds what the ledger of an older tool can lack: columns, a default of applied_at, NOT NULL, a unique key of version. */
function completeLedgerSql(name: string): string {
  return `ALTER TABLE ${name} ${columnsSql('ADD COLUMN IF NOT EXISTS ')}, ALTER COLUMN applied_at SET DEFAULT now();
    DO $skills$ BEGIN
      IF NOT EXISTS (
        SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = ${quoteLiteral(name)}::regclass AND i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL AND a.attname = 'version'
      ) THEN ALTER TABLE ${name} ADD UNIQUE (version); END IF;
      IF NOT EXISTS (SELECT FROM ${name} WHERE version IS NULL OR applied_at IS NULL) THEN
        ALTER TABLE ${name} ALTER COLUMN version SET NOT NULL, ALTER COLUMN applied_at SET NOT NULL;
      END IF;
    END $skills$`
}

/** The fields of a file that its row has. */
export type LedgerFile = Pick<MigrationFile, 'version' | 'checksum' | 'repeatable' | 'replaces' | 'source'> & {
  /** The names of the variables that it uses. */
  variables?: readonly string[]
}

/** How a file was applied. */
export interface LedgerEntry {
  /** Undefined: the time since the transaction began, by the clock of the server. */
  durationMs: number | undefined
  statements: number
  tolerated: readonly object[]
  tool: string
}

const SINCE_BEGIN = `(1000 OPERATOR(pg_catalog.*) pg_catalog.date_part('epoch'::pg_catalog.text,
  pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.transaction_timestamp()))::pg_catalog.int4`

/**
 * SQL that records a file as applied and returns its `duration_ms`. A repeatable file can have a row, and a file of the package one of an
 * older tool. The file decides the search_path, so all names are qualified.
 */
export function insertLedgerSql(name: string, file: LedgerFile, entry: LedgerEntry): string {
  const values = [
    quoteLiteral(file.version),
    quoteLiteral(file.checksum),
    entry.durationMs === undefined ? SINCE_BEGIN : Math.round(entry.durationMs),
    entry.statements,
    `${quoteLiteral(JSON.stringify(entry.tolerated))}::pg_catalog.jsonb`,
    'current_user',
    quoteLiteral(entry.tool),
    listSql(file.replaces),
    listSql(file.variables ?? []),
  ]
  const columns = ['version', 'checksum', 'duration_ms', 'statements', 'tolerated', 'applied_by', 'tool', 'replaces', 'variables']
  const written = columns.map((column) => `${column} = excluded.${column}`).join(', ')
  const again =
    file.repeatable || file.source.own ? ` ON CONFLICT (version) DO UPDATE SET applied_at = excluded.applied_at, ${written}` : ''
  return `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${values.join(', ')})${again} RETURNING duration_ms`
}

function listSql(names: readonly string[]): string {
  return names.length === 0 ? 'NULL' : `ARRAY[${names.map(quoteLiteral).join(', ')}]::pg_catalog.text[]`
}

async function readColumns(db: Db, ledger: string): Promise<string[]> {
  const rows = await db.run(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
      where attrelid = ${quoteLiteral(ledgerName(db, ledger))}::regclass and attnum > 0 and not attisdropped`,
    [],
    { name: 'text', type: 'text' },
  )
  // a numeric column cannot contain a file name: treat it as missing
  return rows.filter(({ name, type }) => name !== 'version' || type === 'text' || type.startsWith('character')).map(({ name }) => name)
}

/** Columns that only this tool fills, apart from its name and the digest. */
const WRITTEN_HERE = ['duration_ms', 'statements'] as const

function toRow(entry: Record<string, unknown>): LedgerRow {
  const text = (key: string): string | undefined => (typeof entry[key] === 'string' ? entry[key] : undefined)
  const tool = text('tool')
  return {
    storedAs: text('version') ?? '',
    version: (text('version') ?? '').normalize('NFC'),
    appliedAt: timeOrNull(new Date(text('applied_at') ?? 0)) ?? '',
    checksum: text('checksum'),
    adopted: text('checksum') === undefined,
    tool,
    isOurs: tool === undefined || tool === '' ? WRITTEN_HERE.some((key) => typeof entry[key] === 'number') : tool.startsWith('skills '),
    replaces: Array.isArray(entry['replaces']) ? entry['replaces'].map(String) : [],
  }
}
