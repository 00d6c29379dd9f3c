import { ledgerTables } from '../../core/ledger-name.ts'
import type { Db } from '../../db/db.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { countStatements, parseMigration } from '../files/parse-migration.ts'
import { readMigrations, type MigrationFile, type MigrationSource } from '../files/read-migrations.ts'
import { withoutReplaced } from '../files/replaced-files.ts'
import { readHistory } from './history.ts'
import { ledgerName, toolTables, type ToolTable } from './ledger.ts'
import { foreignFiles } from '../layouts/find-layout.ts'
import { refuseLayouts } from '../layouts/refuse-layouts.ts'
import type { MigrationState } from './plan.ts'
import type { Rename } from './renames.ts'
import { readUnfinished } from './unfinished.ts'

/** Files and ledger as plain data, for checks that compare the two. Safe to print as JSON. */
export interface LedgerFacts {
  /** As it was named: a table, or a table with its schema. */
  ledger: string
  ledgerSchema: string
  ledgerTable: string
  /** The ledger and the table of unfinished files, as they must be. */
  tables: ToolTable[]
  /** Files that were applied under another name. */
  renamed: Rename[]
  /** `own`: of the package. `layout`: the tool whose layout an applied file has. */
  files: {
    version: string
    file: string
    own: boolean
    checksum: string
    state: MigrationState
    outOfOrder: boolean
    layout: string | null
  }[]
  /**
   * `late`: applied after this tool wrote its first row. `ours`: this tool wrote the row. `missing`: so, and there is no file with that name.
   */
  rows: { version: string; checksum: string | null; tool: string | null; late: boolean; ours: boolean; missing: boolean }[]
  /** Tables that existed before the migrations of the package: an older tool created them. */
  existedBefore: string[]
  /** No-transaction files that are partly applied. */
  interrupted: { version: string; done: number; statements: number | null }[]
}

export interface LedgerState {
  files: MigrationFile[]
  facts?: LedgerFacts
  /** The files that made the schema: those with a row in the ledger, but not repeatable files that will run again and files that another one replaces. */
  applied: MigrationFile[]
  /** Why the ledger was not read; `facts` is absent and `applied` is empty then. */
  missing?: string
}

/** Reads the files and the ledger. Throws FOREIGN_LAYOUT when a file that is not applied has the layout of another tool. */
export async function readLedgerState(db: Db, sources: readonly MigrationSource[], ledger: string): Promise<LedgerState> {
  const files = readMigrations(sources)
  return { files, ...(await readLedgerFacts(db, files, ledger)) }
}

/** Writes nothing, also when the ledger does not exist yet. */
async function readLedgerFacts(
  db: Db,
  files: readonly MigrationFile[],
  ledger: string,
): Promise<{ facts: LedgerFacts; applied: MigrationFile[] }> {
  const { state, plan } = await readHistory(db, files, ledger)
  const { schema, tables } = ledgerTables(ledger, db.info.schema)
  const firstOfOurs =
    plan.rows.flatMap(({ isOurs, appliedAt }) => (isOurs && appliedAt !== '' ? [appliedAt] : [])).toSorted()[0] ?? '\uffff'
  const missing = new Set(plan.missing.map(({ version }) => version))
  refuseLayouts(
    plan.pending.map(({ file }) => file),
    files,
  )
  const layouts = new Map(foreignFiles(files, files).map(({ file, tool }) => [file.file, tool.title]))
  return {
    facts: {
      ledger,
      ledgerSchema: schema,
      ledgerTable: tables[0],
      tables: toolTables(tables),
      renamed: plan.renamed,
      files: plan.migrations.map((entry) => ({
        version: entry.file.version,
        file: entry.file.file,
        own: entry.file.source.own,
        checksum: entry.file.checksum,
        state: entry.state,
        outOfOrder: entry.outOfOrder,
        layout: layouts.get(entry.file.file) ?? null,
      })),
      rows: plan.rows.map(({ version, checksum, tool, isOurs, appliedAt }) => ({
        version,
        checksum: checksum ?? null,
        tool: tool ?? null,
        late: appliedAt > firstOfOurs,
        ours: isOurs,
        missing: missing.has(version),
      })),
      existedBefore: state === 'ready' ? await readExistedBefore(db, files, ledger) : [],
      interrupted: state === 'absent' ? [] : await readInterrupted(db, files, ledger),
    },
    applied: withoutReplaced(plan.migrations.filter((entry) => IN_THE_SCHEMA.has(entry.state)).map(({ file }) => file)),
  }
}

const IN_THE_SCHEMA: ReadonlySet<MigrationState> = new Set(['applied', 'adopted', 'changed', 'renamed'])

async function readExistedBefore(db: Db, files: readonly MigrationFile[], ledger: string): Promise<string[]> {
  const own = files.filter(({ source }) => source.own).map(({ version }) => version)
  const rows = await db.run(
    `SELECT DISTINCT o->>'name' AS name FROM ${ledgerName(db, ledger)} l,
        jsonb_array_elements(CASE jsonb_typeof(to_jsonb(l)->'tolerated') WHEN 'array' THEN to_jsonb(l)->'tolerated' END) AS o
      WHERE o->>'kind' = 'table' AND l.version IN (${own.map(quoteLiteral).join(', ')}) ORDER BY 1`,
    [],
    { name: 'text' },
  )
  return rows.map(({ name }) => name)
}

async function readInterrupted(db: Db, files: readonly MigrationFile[], ledger: string): Promise<LedgerFacts['interrupted']> {
  const rows = await readUnfinished(db, ledgerName(db, ledger))
  return rows.map(({ version, done }) => {
    const file = files.find((candidate) => candidate.version === version)
    return { version, done, statements: file === undefined ? null : countStatements(parseMigration(file).statements) }
  })
}
