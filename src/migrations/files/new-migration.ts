import { readdirSync } from 'node:fs'
import path from 'node:path'
import { fileNotWritten } from '../../core/common-errors.ts'
import { SkillsError } from '../../core/errors.ts'
import { hasOsCode, isOsError } from '../../core/os-error.ts'
import { createFile } from '../../files/write-file.ts'
import { isMigrationName } from './read-migrations.ts'

export interface NewMigrationOptions {
  /** The folder of the file. It is created when it does not exist. */
  directory: string
  /** What the migration does, in words. */
  name: string
  now: Date
  /** The SQL; default: a comment with the name. */
  text?: string
}

export interface NewMigrationReport {
  file: string
  version: string
}

/**
 * Writes a migration `YYYYMMDDHHMMSS_name.sql` (UTC) that sorts after every file of its folder. Throws USAGE or
 * FILE_NOT_WRITTEN.
 */
export function newMigration({ directory, name, now, text }: NewMigrationOptions): NewMigrationReport {
  const words = name
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .join('_')
  if (words === '')
    throw new SkillsError('USAGE', `invalid migration name "${name}" (expected at least one letter or digit)`, {
      hint: 'name what the migration does, for example: skills migrate new add_ratings',
    })
  let file = directory
  try {
    const version = `${stamp(now, migrationsIn(directory))}_${words}`
    file = path.join(directory, `${version}.sql`)
    createFile(file, text ?? `-- ${name.replaceAll(/\s+/g, ' ')}\n\n`, process.cwd())
    return { file, version }
  } catch (error) {
    throw isOsError(error) ? fileNotWritten(file, 'no migration was created', error) : error
  }
}

function migrationsIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter(isMigrationName)
  } catch (error) {
    if (hasOsCode(error, 'ENOENT')) return []
    throw error
  }
}

/** The current time, or the highest number of the folder plus one if that is later. */
function stamp(now: Date, names: readonly string[]): string {
  const current = now.toISOString().replace(/\D/g, '').slice(0, 14)
  const latest = names.reduce<string>((last, entry) => {
    const digits = /^\d+/.exec(entry)?.[0] ?? ''
    return digits > last ? digits : last
  }, '')
  if (latest < current) return current
  return (BigInt(latest) + 1n).toString().padStart(latest.length, '0')
}
