import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { SqlObject } from '../../sqltext/statements/object-kinds.ts'
import { rowWrites } from '../../sqltext/locate/row-writes.ts'
import { statementsOf, type ParsedMigration, type ParsedStatement } from '../files/parse-migration.ts'
import { progressName } from '../ledger/ledger.ts'
import { objectExists, qualified } from './existing-objects.ts'
import type { ExistingObject, RowStatement } from './report.ts'
import type { RunSettings } from './run-settings.ts'

/**
 * For tables that existed before the file: lists the statements of the file, and of the pending files after it, that change their rows,
 * in `writes`. Throws ROWS_EXIST when such a table has rows, because the files may have run before; not with `acceptExisting`.
 * `existing`: all objects found so far. The later files count here, before this one is applied: the next run would not know of the skipped
 * CREATE, and write the rows.
 */
export async function refuseRows(
  settings: RunSettings,
  migration: ParsedMigration,
  tables: readonly ExistingObject[],
  existing: readonly ExistingObject[],
): Promise<void> {
  if (isExempt(migration)) return
  const { statements } = migration
  const known = new Set(existing.map(placeOf))
  for (const found of tables) {
    const at = statements.findIndex((statement) => placeOf(statement) === placeOf(found))
    const table = statements[at]?.kind.object
    if (table === undefined) continue
    if (statements.slice(0, at).some((statement) => isNew(statement, table, known))) continue
    await refuseTable(settings, migration, found, { table, writes: [...writesAfter(settings, migration, table, at)] })
  }
}

/**
 * The same before the first statement of a file: all its tables that exist. For a no-transaction file, and for a dry run, where `earlier`
 * has the DROP TABLE and ALTER TABLE of the pending files before it.
 */
export async function refuseRowsBefore(
  settings: RunSettings,
  migration: ParsedMigration,
  earlier: readonly ParsedStatement[] = [],
): Promise<void> {
  if (isExempt(migration)) return
  const { statements } = migration
  for (const [at, { kind, ...statement }] of statements.entries()) {
    if (kind.verb !== 'CREATE TABLE' || kind.object === undefined) continue
    const table = { ...kind.object, schema: kind.object.schema ?? settings.db.info.schema }
    if ([...earlier, ...statements.slice(0, at)].some((before) => isGone(before, table))) continue
    const writes = writesAfter(settings, migration, table, at)
    // a large file can have a million: they are listed only for a table that exists
    const first = writes.next()
    if (first.done === true || (await objectExists(settings.db, table)) !== true) continue
    await refuseTable(settings, migration, { ...statement, name: table.name }, { table, writes: [first.value, ...writes] })
  }
}

/** For a dry run: throws ROWS_EXIST where a run of the pending files would stop. Returns the files for which the role cannot see it. */
export async function predictRows(settings: RunSettings): Promise<string[]> {
  const { db, pending, ledger } = settings
  const unknown: string[] = []
  const earlier: ParsedStatement[] = []
  // the table exists while a no-transaction file is unfinished, which resumes after this check
  const resumes = pending.some(({ noTransaction }) => noTransaction) && (await tableExists(db, progressName(ledger)))
  for (const migration of pending) {
    try {
      if (!(migration.noTransaction && resumes)) await refuseRowsBefore(settings, migration, earlier)
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== SQLSTATE.insufficientPrivilege) throw error
      unknown.push(`${migration.file}: not checked for rows in its tables that exist: ${error.message}`)
    }
    earlier.push(...migration.statements.filter(({ kind: { verb } }) => verb === 'DROP TABLE' || verb === 'ALTER TABLE'))
  }
  return unknown
}

async function tableExists(db: Db, name: string): Promise<boolean> {
  const [row] = await db.run('SELECT to_regclass($1) IS NOT NULL AS found', [name], { found: 'boolean' })
  return row?.found === true
}

/** A repeatable file is written to run again, and so are the files of the package. */
function isExempt({ repeatable, source }: ParsedMigration): boolean {
  return repeatable || source.own
}

async function refuseTable(
  { db, acceptExisting }: RunSettings,
  migration: ParsedMigration,
  found: Pick<ExistingObject, 'line' | 'column' | 'name' | 'writes'>,
  { table, writes }: { table: SqlObject; writes: RowStatement[] },
): Promise<void> {
  if (writes.length === 0) return
  found.writes = writes
  if (acceptExisting) return
  const [row] = await db.query(`SELECT EXISTS (SELECT FROM ${qualified(table)}) AS found`, [], { found: 'boolean' })
  if (row?.found === true) throw rowsExist(migration, found)
}

/** The statements that change rows of the table, after the one at `at`, in the file and in the pending files after it. */
function* writesAfter({ pending }: RunSettings, migration: ParsedMigration, table: SqlObject, at: number): Generator<RowStatement> {
  const own = migration.statements.slice(at + 1)
  const later = pending.slice(pending.findIndex(({ version }) => version === migration.version) + 1).filter((one) => !isExempt(one))
  const files = [{ statements: own }, ...later.map(({ file, statements }) => ({ file, statements }))]
  for (const { statements, ...place } of files) {
    for (const { text, kind, line, column } of opened(statements)) {
      // what has its name from here on is another table
      if (isRenamed({ text, kind }, table)) return
      const found = rowWrites(text, kind.verb).filter((write) => isSame(write.table, table))
      for (const { verb } of found) yield { ...place, line, column, verb }
    }
  }
}

/** Block by block: all statements of a large file would not fit into memory. The beginning of a long INSERT names its table. */
function* opened(statements: readonly ParsedStatement[]): Generator<ParsedStatement> {
  for (const statement of statements) {
    if (statement.block?.count === 1) yield statement
    else yield* statementsOf(statement)
  }
}

/** Whether the table of a later CREATE is another one: an earlier statement creates it, drops it or renames it. */
function isNew(statement: ParsedStatement, table: SqlObject, existing: ReadonlySet<string>): boolean {
  const { verb, object } = statement.kind
  if (verb === 'CREATE TABLE') return object !== undefined && isSame(object, table) && !existing.has(placeOf(statement))
  return isGone(statement, table)
}

/** Whether the statement drops the table or gives it another name. */
function isGone(statement: ParsedStatement, table: SqlObject): boolean {
  const { verb } = statement.kind
  if (verb === 'DROP TABLE') return rowWrites(statement.text, verb).some((write) => isSame(write.table, table))
  return isRenamed(statement, table)
}

function isRenamed({ kind: { verb, object }, text }: Pick<ParsedStatement, 'kind' | 'text'>, table: SqlObject): boolean {
  return verb === 'ALTER TABLE' && object !== undefined && isSame(object, table) && /\brename\s+to\b/i.test(text)
}

function isSame(a: Pick<SqlObject, 'schema' | 'name'>, b: Pick<SqlObject, 'schema' | 'name'>): boolean {
  return a.name === b.name && (a.schema === undefined || b.schema === undefined || a.schema === b.schema)
}

function placeOf({ line, column }: { line: number; column: number }): string {
  return `${line}:${column}`
}

function rowsExist({ file }: ParsedMigration, { line, name, writes = [] }: Pick<ExistingObject, 'line' | 'name' | 'writes'>): SkillsError {
  const listed = writes
    .slice(0, 5)
    .map((write) => `${write.verb} ${write.file === undefined ? 'on line ' : `in ${write.file}:`}${write.line}`)
  const more = writes.length > listed.length ? [`${plural(writes.length - listed.length, 'more statement')}`] : []
  const who = writes.some((write) => write.file === undefined) ? 'the file changes' : 'a file after it changes'
  return new SkillsError(
    'ROWS_EXIST',
    `${file}:${line}: the table ${name} exists and has rows, and ${who} its rows: ${[...listed, ...more].join(', ')}`,
    {
      hint: 'nothing of the file was applied; if the file ran before, record it with skills migrate baseline --to VERSION; if its rows are to be changed, pass --accept-existing',
      diagnostics: writes.map((write) => ({
        severity: 'error',
        code: 'ROWS_EXIST',
        message: `${write.verb} changes rows of the table ${name}, which existed before ${write.file === undefined ? 'the file' : file} and has rows`,
        file: write.file ?? file,
        line: write.line,
        column: write.column,
      })),
    },
  )
}
