import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { sha256 } from '../core/digests.ts'
import { SkillsError } from '../core/errors.ts'
import { normaliseSql } from '../sqltext/normalise.ts'
import type { MigrationFile, MigrationSource } from './migration-file.ts'

/** Reads the `.sql` files of every source: bytewise by file name within a source, sources in the order given. */
export async function readMigrations(sources: readonly MigrationSource[]): Promise<MigrationFile[]> {
  const files = (await Promise.all(sources.map(readSource))).flat()
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

async function readSource(source: MigrationSource): Promise<MigrationFile[]> {
  let names: string[]
  try {
    names = await readdir(source.directory)
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
  const sorted = names.filter((name) => name.endsWith('.sql')).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return Promise.all(sorted.map((name) => readOne(source, name)))
}

async function readOne(source: MigrationSource, name: string): Promise<MigrationFile> {
  const file = path.join(source.label, name)
  const bytes = await readFile(path.join(source.directory, name))
  const text = decodeUtf8(bytes, file)
  return { version: name.slice(0, -'.sql'.length), file, source, text, checksum: `sha256:${sha256(normaliseSql(text))}` }
}

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SkillsError('MIGRATION_FILE_INVALID', `${file} is not UTF-8`, { hint: 'save it as UTF-8' })
  }
}
