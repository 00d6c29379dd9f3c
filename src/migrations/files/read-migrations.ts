import { readdirSync } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../../core/bytewise.ts'
import { sha256 } from '../../core/digests.ts'
import { SkillsError } from '../../core/errors.ts'
import { FileFault, isOsError, osHint, osReason } from '../../core/os-error.ts'
import { readFileInside } from '../../files/regular-file.ts'
import { isSpace } from '../../sqltext/lexer/characters.ts'
import { refuseForeignFolder } from '../layouts/foreign-folder.ts'
import type { Variables } from './fill-variables.ts'
import { LARGE_BYTES, LargeFile, readSummary } from './large-file.ts'
import { readOrderDirectives, type OrderDirectives } from './directive-words.ts'

/** A folder of migrations. The package's own folder comes first. */
export interface MigrationSource {
  directory: string
  /** The folder as shown to people. */
  label: string
  /** The package's own migrations see only its schema; yours also see the rest of the search_path of the connection. */
  own: boolean
  /** The values of variables in the files. Without it, variables stay as they are written; those of the package have none. */
  variables?: Variables
}

/** A migration as read from disk, not yet parsed: all that a run with nothing to do needs. */
export interface MigrationFile extends OrderDirectives {
  /** The file name without `.sql` (or `.SQL`), in the Unicode form NFC: the key in the ledger. Some systems give file names in NFD. */
  version: string
  /** The path as shown to people. */
  file: string
  source: MigrationSource
  /** Of a large file, the beginning. */
  text: string
  /** Set when the file is too long to hold its text. */
  large?: LargeFile
  /** `sha256:` and the digest of the normalised text. */
  checksum: string
  /** For a file of the package: a file of yours with the same name, which does not run (files/twins.ts). */
  twin?: MigrationFile
}

/**
 * Reads the `.sql` files of all sources, in the order in which they run: sources in the order given, files bytewise by name,
 * and then the repeatable files in the same order. All files of the package come first: yours can use its functions. A file with the name of
 * a file of the package is its `twin`. Throws MIGRATIONS_DIR_MISSING, MIGRATION_FILE_INVALID, and FOREIGN_LAYOUT for a folder without files
 * that another tool keeps. Reads synchronously: one promise for each file takes longer than the
 * reading.
 */
export function readMigrations(sources: readonly MigrationSource[]): MigrationFile[] {
  const files = sources.flatMap(readSource)
  const seen = new Map<string, MigrationFile>()
  for (const file of files) {
    const other = seen.get(file.version)
    if (other === undefined) seen.set(file.version, file)
    else if (other.source.own && !file.source.own && other.twin === undefined) other.twin = file
    else throw sameName(other, file)
  }
  const all = [...seen.values()]
  const [own, theirs] = [all.filter(({ source }) => source.own), all.filter(({ source }) => !source.own)]
  return [own, theirs].flatMap((group) => [
    ...group.filter(({ repeatable }) => !repeatable),
    ...group.filter(({ repeatable }) => repeatable),
  ])
}

function sameName(one: MigrationFile, other: MigrationFile): SkillsError {
  const isForm = one.file.normalize('NFC') === other.file.normalize('NFC')
  return new SkillsError(
    'MIGRATION_FILE_INVALID',
    isForm
      ? `two files have the name ${one.file}: they differ only in the Unicode form of the name (NFC and NFD)`
      : `two migrations have the name ${one.version}: ${one.file} and ${other.file}`,
    { hint: isForm ? 'remove one of them, or give it another name' : 'the file name identifies a migration: rename the newer file' },
  )
}

const EXTENSION = '.sql'.length

/** Whether a file is a migration. Editors and systems keep files with a dot first beside the real ones: `._001.sql`, `.#001.sql`. */
export function isMigrationName(name: string): boolean {
  return !name.startsWith('.') && name.slice(-EXTENSION).toLowerCase() === '.sql'
}

function readSource(source: MigrationSource): MigrationFile[] {
  let names: string[]
  try {
    names = readdirSync(source.directory)
  } catch (error) {
    throw new SkillsError('MIGRATIONS_DIR_MISSING', `cannot read the migrations folder ${source.label}: ${osReason(error)}`, {
      hint: 'check the path in --dir or in the configuration file',
      cause: error,
    })
  }
  const sorted = names.filter(isMigrationName).toSorted((a, b) => bytewise(a.normalize('NFC'), b.normalize('NFC')))
  if (sorted.length === 0 && !source.own) refuseForeignFolder(source.directory, source.label, false)
  // a path is made normal once: for each file that takes as long as opening it
  const shown = path.join(source.label, 'x').slice(0, -1)
  return sorted.map((name) => readOne(source, name, `${shown}${name}`))
}

function readOne(source: MigrationSource, name: string, file: string): MigrationFile {
  const { text, checksum, large } = readContent(source, name, file)
  return {
    version: name.slice(0, -EXTENSION).normalize('NFC'),
    file,
    source,
    text,
    checksum,
    ...(large === undefined ? {} : { large }),
    ...readOrderDirectives(text),
  }
}

function readContent({ directory }: MigrationSource, name: string, file: string): Pick<MigrationFile, 'text' | 'checksum' | 'large'> {
  try {
    const bytes = readUnlessLarge(directory, name)
    if (bytes === undefined) {
      const large = new LargeFile(directory, name, file)
      const { head, checksum } = readSummary(large)
      return { text: head, checksum, large }
    }
    const text = decodeUtf8(bytes, file)
    return { text, checksum: `sha256:${sha256(normaliseSql(text))}` }
  } catch (error) {
    if (!isOsError(error)) throw error
    throw new SkillsError('MIGRATION_FILE_INVALID', `cannot read ${file}: ${osReason(error)}`, { hint: osHint(error), cause: error })
  }
}

function readUnlessLarge(directory: string, name: string): Uint8Array | undefined {
  try {
    return readFileInside(directory, name, LARGE_BYTES)
  } catch (error) {
    if (error instanceof FileFault && error.code === 'TOO_LARGE') return undefined
    throw error
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new SkillsError('MIGRATION_FILE_INVALID', `${file} is not UTF-8`, { hint: 'save the file as UTF-8' })
  }
}

/**
 * The text that the checksum covers: without a byte order mark, with CRLF as LF, without white space at the end. So the
 * checksum does not change when an editor or git's autocrlf changes these. Line and column of a place are the same in both
 * texts; offsets are not.
 */
export function normaliseSql(text: string): string {
  const unix = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  let end = unix.length
  while (isSpace(unix.charCodeAt(end - 1))) end--
  return unix.slice(0, end)
}
