import path from 'node:path'
import { toolName } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import { IMPORTABLE, type ImportableName } from '../core/importable-tools.ts'
import { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { importMigrations as runImport, type MigrationImportReport } from '../migrations/import/import-migrations.ts'
import { importableTool } from '../migrations/layouts/importable.ts'
import { refuseForeignCode } from './foreign-code.ts'

export interface ImportMigrationsOptions {
  /** The other tool. */
  from: ImportableName
  /** Its folder. Default: the one that the tool uses by default. */
  directory?: string | undefined
  /** The folder to write. Default: their folder with `-skills` after its name. */
  into?: string | undefined
  /** Name of our ledger table. Default: `schema_migrations`. */
  ledger?: string
  /** Their ledger, as `table` or `schema.table`. Default: the one that the tool uses by default. */
  fromLedger?: string | undefined
  /** Return what would be written. Write nothing. */
  dryRun?: boolean
}

/**
 * Moves the migrations of another tool to this one; the library call of `skills migrate import`. Writes a folder with what goes
 * forward, and records in the ledger what the ledger of the other tool has as applied. The files and the ledger of the other tool
 * stay as they are. Without a database (`null`), only the folder is written. A second call changes nothing.
 *
 * Throws NOT_IMPORTED when it cannot be known what is applied, FILE_EXISTS when a file of the new folder has another text,
 * MIGRATIONS_DIR_MISSING, and LEDGER_FOREIGN when the other tool uses the name of the ledger: pass `ledger` then.
 *
 * @example
 * const { into, migrations } = await importMigrations(db, { from: 'dbmate', directory: 'db/migrations', ledger: 'skills_migrations' })
 * console.log(into, migrations.filter(({ state }) => state === 'pending'))
 */
export async function importMigrations(db: Db | null, options: ImportMigrationsOptions): Promise<MigrationImportReport> {
  const { from, ledger = DEFAULT_LEDGER, dryRun = false } = options
  const tool = importableTool(from)
  if (tool === undefined)
    throw new SkillsError('USAGE', `there is no import from ${from}`, { hint: `the tools are ${IMPORTABLE.join(', ')}` })
  const directory = options.directory ?? tool.import.folder
  if (db !== null) await refuseForeignCode(db, ledger)
  return runImport(db ?? undefined, {
    tool,
    directory,
    into: options.into ?? folderBeside(directory),
    ledger,
    fromLedger: options.fromLedger === undefined ? undefined : readName(options.fromLedger),
    writer: toolName(),
    dryRun,
  })
}

/** `db/migrations` -> `db/migrations-skills`. */
function folderBeside(directory: string): string {
  const name = path.basename(directory)
  return name === '.' || name === '..' || name === ''
    ? path.join(directory, 'migrations-skills')
    : `${path.normalize(directory).replace(/[/\\]$/, '')}-skills`
}

/** `schema.table`, or `table`. */
function readName(text: string): { schema?: string; table: string } {
  const at = text.indexOf('.')
  return at === -1 ? { table: text } : { schema: text.slice(0, at), table: text.slice(at + 1) }
}
