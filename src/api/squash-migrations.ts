import path from 'node:path'
import { catalogQuery, databaseQuery, dumpQueries, migrationSources, toolName } from '../config/package-files.ts'
import { DEFAULT_LEDGER, loadSettings } from '../config/settings.ts'
import { fileNotWritten } from '../core/common-errors.ts'
import { ledgerTables } from '../core/ledger-name.ts'
import { isOsError } from '../core/os-error.ts'
import type { DatabaseTarget } from '../core/target.ts'
import { quoteIdent } from '../db/quote.ts'
import { createFile, deleteFile } from '../files/write-file.ts'
import { readMigrations } from '../migrations/files/read-migrations.ts'
import { migrate as runMigrations } from '../migrations/run/migrate.ts'
import { planSquash } from '../migrations/squash/plan-squash.ts'
import { squash, type Squash } from '../migrations/squash/squash.ts'
import type { ConnectOptions } from './connect.ts'
import { openTemporaryDatabase } from './temporary-database.ts'

export interface SquashCallOptions {
  /** Folders of your own migrations. The one with the file `to` is squashed. */
  migrations: readonly string[]
  /** The last version that is squashed. */
  to: string
  /** What the new file is called, after the number of `to`. Default: the name of `to` and `_squashed`. */
  name?: string | undefined
  /** Write the rows that the old files leave into the new file. Without it, files that leave rows are refused. */
  keepRows?: boolean
  /** Delete the old files when the new one is written. */
  deleteOld?: boolean
  /** Write nothing. */
  dryRun?: boolean
  /** Name of the ledger table. Default: `schema_migrations`. */
  ledger?: string
  /** The server on which two scratch databases are created and dropped. Default: an embedded database in memory. */
  database?: ConnectOptions
  /** Default: the working directory. */
  cwd?: string
  /** Called with what happens next: `running 30 migrations`. */
  onStep?: (text: string) => void
}

export interface SquashReport extends Squash {
  /** The new file. */
  file: string
  version: string
  /** The versions that it counts as. */
  replaces: string[]
  written: boolean
  /** Old files that were deleted. */
  deleted: string[]
}

/**
 * Writes one migration for several old ones, and proves first that it makes the same database; the library call of `skills migrate
 * squash`. The old files run in an empty database, the new file in another one, and catalogs, rows and sequences are compared. The
 * new file begins with `-- skills: replaces`: where the old files are applied, it counts as applied. Throws SQUASH_REFUSED with the
 * differences, VERSION_UNKNOWN, MIGRATION_FAILED, PERMISSION_DENIED (the role cannot create databases) and FILE_NOT_WRITTEN.
 *
 * @example
 * const { file, replaces } = await squashMigrations({ migrations: ['db/migrations'], to: '20260201_add_stars' })
 * console.log(file, replaces.length)
 */
export async function squashMigrations({
  database = { embedded: 'memory', env: {} },
  ...options
}: SquashCallOptions): Promise<SquashReport> {
  const settings = await loadSettings(database, database.env ?? process.env, database.cwd ?? options.cwd ?? process.cwd(), database.purpose)
  return squashIn({ target: settings.database.value, schema: settings.schema.value, waitMs: database.waitMs ?? 0 }, options)
}

/** Where the scratch databases are. */
export interface SquashPlace {
  target: DatabaseTarget
  schema: string | undefined
  waitMs: number
}

export async function squashIn(
  { target, schema, waitMs }: SquashPlace,
  options: Omit<SquashCallOptions, 'database'>,
): Promise<SquashReport> {
  const { migrations, to, name, ledger = DEFAULT_LEDGER, cwd = process.cwd(), onStep = () => undefined } = options
  // a scratch database does not have the schema of the ledger
  const table = quoteIdent(ledgerTables(ledger, '').tables[0])
  const plan = planSquash(readMigrations(migrationSources(migrations)), to, name)
  const made = await squash({
    plan,
    openScratch: () => openTemporaryDatabase(target.kind === 'server' ? target : { ...target, directory: 'memory' }, { schema, waitMs }),
    apply: async (db, files) => {
      const { error } = await runMigrations(db, {
        files: () => files,
        ledger: table,
        tool: toolName(),
        catalogQuery: catalogQuery(),
        foreignOwners: [],
        folderNotes: [],
      })
      if (error !== undefined) throw error
    },
    queries: dumpQueries(),
    catalogQuery: catalogQuery(),
    databaseQuery: databaseQuery(),
    ledger: table,
    keepRows: options.keepRows === true,
    onStep,
  })
  const file = path.join(plan.directory, `${plan.version}.sql`)
  const report: SquashReport = { ...made, file, version: plan.version, replaces: plan.replaces, written: false, deleted: [] }
  if (options.dryRun === true) return report
  writeNew(path.resolve(cwd, file), made.sql, cwd)
  return { ...report, written: true, deleted: options.deleteOld === true ? deleteAll(plan, cwd) : [] }
}

function writeNew(file: string, sql: string, cwd: string): void {
  try {
    createFile(file, sql, cwd)
  } catch (error) {
    throw isOsError(error) ? fileNotWritten(file, 'the old files are as before', error) : error
  }
}

/** The new file is on disk: the old ones are not needed any more. */
function deleteAll({ files }: { files: readonly { file: string }[] }, cwd: string): string[] {
  for (const { file } of files) {
    try {
      deleteFile(path.resolve(cwd, file))
    } catch (error) {
      throw fileNotWritten(file, 'the new file is written; delete the old ones yourself', error)
    }
  }
  return files.map(({ file }) => file)
}
