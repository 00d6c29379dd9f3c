import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { migrationSources } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import { SkillsError } from '../core/errors.ts'
import type { Db } from '../db/db.ts'
import { readMigrations, type MigrationFile } from '../migrations/files/read-migrations.ts'
import { readHistory } from '../migrations/ledger/history.ts'
import { refuseLayouts } from '../migrations/layouts/refuse-layouts.ts'
import { hazardServer } from '../migrations/run/dry-run.ts'
import { lintFiles, type MigrationLintReport } from '../migrations/run/lint-files.ts'
import { refuseForeignCode } from './foreign-code.ts'

export interface LintMigrationsOptions {
  /** Folders of migrations, or files in them. */
  paths: readonly string[]
  /** Look only at the files that are pending in this database, with its tables and the version of its server. */
  pendingIn?: Db
  /** Name of the ledger table, with `pendingIn`. Default: `schema_migrations`. */
  ledger?: string
}

/**
 * Checks migrations without running them: what prevents a file from running is an error, a hazard for a database in use is a
 * warning. The library call of `skills migrate lint`. Writes nothing. Throws MIGRATIONS_DIR_MISSING,
 * MIGRATION_FILE_INVALID for a file that is not text, FOREIGN_LAYOUT for the files of another tool, and with `pendingIn`
 * LEDGER_ELSEWHERE.
 *
 * @example
 * const { errors, diagnostics } = await lintMigrations({ paths: ['db/migrations'] })
 * for (const { file, line, code, message } of diagnostics) console.log(`${file}:${line} ${code} ${message}`)
 * console.log(`${errors} errors`)
 */
export async function lintMigrations({ paths, pendingIn, ledger = DEFAULT_LEDGER }: LintMigrationsOptions): Promise<MigrationLintReport> {
  const files = filesOf(paths)
  if (pendingIn === undefined) {
    refuseLayouts(files, files)
    return lintFiles(files)
  }
  await refuseForeignCode(pendingIn, ledger)
  const { plan } = await readHistory(pendingIn, files, ledger)
  const pending = plan.pending.map(({ file }) => file)
  refuseLayouts(pending, files)
  return lintFiles(pending, await hazardServer(pendingIn))
}

/** The migrations of the folders, and of the folders of the files only these files. */
function filesOf(paths: readonly string[]): MigrationFile[] {
  const named = new Set(paths.filter(isFile).map((file) => path.resolve(file)))
  const folders = [...new Set(paths.map((one) => (named.has(path.resolve(one)) ? path.dirname(one) : one)))]
  const whole = new Set(paths.filter((one) => !named.has(path.resolve(one))).map((one) => path.resolve(one)))
  const files = readMigrations(migrationSources(folders).filter(({ own }) => !own)).filter(
    ({ file, source }) => whole.has(path.resolve(source.directory)) || named.has(path.resolve(file)),
  )
  if (files.length > 0) return files
  throw new SkillsError('MIGRATIONS_DIR_MISSING', `no migrations in ${paths.join(', ')}`, {
    hint: 'name a folder with files that end with .sql',
  })
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile()
}
