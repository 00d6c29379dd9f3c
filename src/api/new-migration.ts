import { newMigration as writeNewMigration, type NewMigrationReport } from '../migrations/files/new-migration.ts'

export interface NewMigrationCallOptions {
  /** The folder of the file. It is created when it does not exist. */
  directory: string
  /** What the migration does, in words. */
  name: string
  /** The time in the file name. Default: now. */
  now?: Date
}

/**
 * Writes an empty migration that sorts after every file of its folder; the library call of `skills migrate new`. Throws
 * USAGE when the name has no letter and no digit, and FILE_NOT_WRITTEN.
 *
 * @example
 * const { file } = await newMigration({ directory: 'db/migrations', name: 'add ratings' })
 * console.log(file) // db/migrations/20260102030405_add_ratings.sql
 */
export async function newMigration({ now = new Date(), ...options }: NewMigrationCallOptions): Promise<NewMigrationReport> {
  return writeNewMigration({ ...options, now })
}
