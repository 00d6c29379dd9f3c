import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import { parseMigration } from './parse-migration.ts'
import type { MigrationFile } from './read-migrations.ts'

/**
 * Throws MIGRATION_FILE_INVALID, with their places, for variables of the files that have no fitting value. What such a file creates is not
 * known, and a comparison without it would pass.
 */
export function refuseUnfilled(files: readonly MigrationFile[]): void {
  const faults = files.flatMap((file) => parseMigration(file).variableFaults)
  if (faults.length === 0) return
  throw new SkillsError('MIGRATION_FILE_INVALID', `${plural(faults.length, 'variable')} of the migrations without a fitting value`, {
    hint: 'pass the values that the files run with: --var NAME=VALUE, or "variables" in the configuration file',
    diagnostics: faults,
  })
}
