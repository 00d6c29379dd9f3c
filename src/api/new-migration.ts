import { migrationSources } from '../config/package-files.ts'
import { newMigration as writeNewMigration, type NewMigrationReport } from '../migrations/files/new-migration.ts'
import { readMigrations } from '../migrations/files/read-migrations.ts'
import { unknownVersion } from '../migrations/ledger/plan.ts'

export interface NewMigrationCallOptions {
  /** The folder of the file. It is created when it does not exist. */
  directory: string
  /** What the migration does, in words. Default with `revert`: `revert VERSION`. */
  name?: string | undefined
  /** The time in the file name. Default: now. */
  now?: Date
  /** Draft the migration that undoes this version. */
  revert?: string | undefined
  /** The SQL; default: a comment with the name. */
  text?: string
  /** With `revert`: folders of your migrations. Default: `directory`. */
  migrations?: readonly string[]
}

/**
 * Writes an empty migration that sorts after every file of its folder, or with `revert` the draft of one that undoes another; the
 * library call of `skills migrate new`. Throws USAGE when the name has no letter and no digit, FILE_NOT_WRITTEN, and with `revert`
 * VERSION_UNKNOWN, and NO_EXACT_INVERSE when a statement of that version has no exact inverse: nothing is written then.
 *
 * @example
 * const { file } = await newMigration({ directory: 'db/migrations', name: 'add ratings' })
 * console.log(file) // db/migrations/20260102030405_add_ratings.sql
 */
export async function newMigration({
  directory,
  name,
  now = new Date(),
  revert,
  migrations = [directory],
  text,
}: NewMigrationCallOptions): Promise<NewMigrationReport> {
  if (revert === undefined) return writeNewMigration({ directory, name: name ?? '', now, ...(text === undefined ? {} : { text }) })
  return writeNewMigration({ directory, name: name ?? `revert ${revert}`, now, text: await draftOf(revert, migrations) })
}

async function draftOf(version: string, migrations: readonly string[]): Promise<string> {
  const files = readMigrations(migrationSources(migrations).filter(({ own }) => !own))
  const file = files.find((one) => one.version === version)
  if (file === undefined)
    throw unknownVersion(
      version,
      files.map((one) => one.version),
    )
  const { parseMigration } = await import('../migrations/files/parse-migration.ts')
  const { revertText } = await import('../migrations/files/revert-text.ts')
  return revertText(parseMigration(file))
}
