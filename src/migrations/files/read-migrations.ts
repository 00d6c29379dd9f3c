import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../../core/bytewise.ts'
import { sha256 } from '../../core/digests.ts'
import { SkillsError } from '../../core/errors.ts'
import { normaliseSql } from '../../sqltext/lexer/normalise.ts'
import type { MigrationFile, MigrationSource } from './migration-file.ts'

/**
 * Reads the `.sql` files of every source: bytewise by file name within a source, sources in the order given.
 * All at once: a promise for each costs more than the reading.
 */
export function readMigrations(sources: readonly MigrationSource[]): MigrationFile[] {
  const files = sources.flatMap(readSource)
  const seen = new Map<string, MigrationFile>()
  for (const file of files) {
    const other = seen.get(file.version)
    if (other !== undefined) {
      throw new SkillsError('MIGRATION_FILE_INVALID', `two migrations are named ${file.version}: ${other.file} and ${file.file}`, {
        hint: 'the file name is the key of a migration: rename the newer one',
      })
    }
    seen.set(file.version, file)
  }
  return files
}

function readSource(source: MigrationSource): MigrationFile[] {
  let names: string[]
  try {
    names = readdirSync(source.directory)
  } catch (error) {
    throw new SkillsError(
      'MIGRATIONS_DIR_MISSING',
      `cannot read the migrations folder ${source.label}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      {
        hint: 'check the path given with --dir or in the configuration file',
        cause: error,
      },
    )
  }
  const sorted = names.filter((name) => name.endsWith('.sql')).toSorted(bytewise)
  return sorted.map((name) => readOne(source, name))
}

function readOne(source: MigrationSource, name: string): MigrationFile {
  const file = path.join(source.label, name)
  const bytes = readFileSync(path.join(source.directory, name))
  const text = decodeUtf8(bytes, file)
  return { version: name.slice(0, -'.sql'.length), file, source, text, checksum: `sha256:${sha256(normaliseSql(text))}` }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new SkillsError('MIGRATION_FILE_INVALID', `${file} is not UTF-8`, { hint: 'save it as UTF-8' })
  }
}
