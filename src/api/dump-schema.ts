import path from 'node:path'
import { dumpQueries } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import { fileNotWritten } from '../core/common-errors.ts'
import { SkillsError } from '../core/errors.ts'
import { ledgerTables } from '../core/ledger-name.ts'
import { hasOsCode } from '../core/os-error.ts'
import { onlyRow } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { writeNamedFile } from '../files/write-file.ts'
import { dumpChanges, firstDifference, type DumpChanges, type FirstDifference } from '../migrations/dump/dump-file.ts'
import { readDump } from '../migrations/dump/dump-schema.ts'
import { dumpText } from '../migrations/dump/dump-text.ts'

export interface DumpCallOptions {
  /** A file to write, or with `check` to compare. It is replaced only when the schema differs. */
  file?: string | undefined
  /** Compare the file with the schema, and write nothing. */
  check?: boolean
  /** Name of the ledger table, which is no part of the dump. Default: `schema_migrations`. */
  ledger?: string
  /** With GRANT and REVOKE. Default: true. */
  privileges?: boolean
  /** The folder that `file` is relative to. Default: the working directory. */
  cwd?: string
}

/** The schema of a database as SQL. */
export interface DumpReport {
  schema: string
  /** The statements: a migration file, and a script for psql. */
  sql: string
  /** Objects that the statements do not create: of a kind that a dump does not cover, or INVALID. */
  notCovered: string[]
  file: string | null
  /** The file differed from the schema; null without a file. */
  differs: boolean | null
  /** The file was written. */
  written: boolean
  /** Where the file differed first. */
  difference: FirstDifference | null
  /** The statements that differ. */
  changes: DumpChanges
}

/**
 * Writes the schema of the connection as SQL, without pg_dump; the library call of `skills migrate dump`. The text depends only on the
 * objects: not on their age, their OIDs, their owner, the server or the name of the database. Applied to an empty database and
 * dumped again, it is the same. Reads only, in one snapshot. Rows, owners and tablespaces are not dumped. Throws
 * SCHEMA_MISSING and FILE_NOT_WRITTEN.
 *
 * @example
 * const { sql, notCovered } = await dumpSchema(db)
 * const { differs, difference } = await dumpSchema(db, { file: 'db/schema.sql', check: true })
 * if (differs) console.log(difference)
 */
export async function dumpSchema(db: Db, options: DumpCallOptions = {}): Promise<DumpReport> {
  const { ledger = DEFAULT_LEDGER, privileges = true, file } = options
  const { schema } = db.info
  await refuseMissingSchema(db)
  const dump = await withSkillsErrors(db, { action: 'read the catalogs' }, () =>
    readDump(db, { queries: dumpQueries(), omit: ledgerOf(ledger, schema), privileges }),
  )
  const sql = dumpText(dump, schema)
  const base = { schema, sql, notCovered: dump.notCovered, written: false }
  if (file === undefined) return { ...base, file: null, differs: null, difference: null, changes: { added: [], removed: [], changed: [] } }
  return { ...base, ...putDump(sql, file, options) }
}

/** The ledger and its progress table, when they are in the schema. */
function ledgerOf(ledger: string, schema: string): readonly string[] {
  const found = ledgerTables(ledger, schema)
  return found.schema === schema ? found.tables : []
}

/** The schema can have been created since the connection was opened. */
async function refuseMissingSchema(db: Db): Promise<void> {
  if (db.info.schemaExists) return
  const { found } = onlyRow(
    await db.run(`SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = :'schema') AS found`, [], { found: 'boolean' }),
  )
  if (!found)
    throw new SkillsError('SCHEMA_MISSING', `the schema ${db.info.schema} does not exist`, { hint: 'name another one with --schema NAME' })
}

function putDump(
  sql: string,
  file: string,
  { check = false, cwd = process.cwd() }: DumpCallOptions,
): Omit<DumpReport, 'schema' | 'sql' | 'notCovered'> {
  const absolute = path.resolve(cwd, file)
  const before = readIfPresent(absolute)
  const difference = before === undefined ? firstDifference('', sql) : firstDifference(before, sql)
  const differs = difference !== undefined
  if (differs && !check) {
    try {
      writeNamedFile(absolute, sql, cwd)
    } catch (error) {
      throw fileNotWritten(file, 'it has its content from before', error)
    }
  }
  return { file, differs, written: differs && !check, difference: difference ?? null, changes: dumpChanges(before ?? '', sql) }
}

const MOST_BYTES = 256 * 1024 * 1024

function readIfPresent(file: string): string | undefined {
  try {
    return readRegularFile(file, MOST_BYTES).toString('utf8')
  } catch (error) {
    if (hasOsCode(error, 'ENOENT')) return undefined
    throw error
  }
}
