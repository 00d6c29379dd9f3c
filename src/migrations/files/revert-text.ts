import type { Diagnostic } from '../../core/diagnostics.ts'
import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import { inverseOf, type NoInverse } from './inverse.ts'
import type { ParsedMigration } from './parse-migration.ts'

/** The text of a migration that undoes another one. Throws NO_EXACT_INVERSE with the statements that have none. */
export function revertText(migration: ParsedMigration): string {
  const inverse = inverseOf(migration)
  if ('without' in inverse) throw noInverse(migration, inverse.without)
  const { statements } = inverse
  if (statements.length === 0)
    throw new SkillsError('NO_EXACT_INVERSE', `${migration.version} leaves nothing behind that a migration could undo`, {
      hint: 'no file was created',
    })
  const isConcurrent = statements.some((statement) => statement.startsWith('DROP INDEX CONCURRENTLY'))
  return [
    ...(isConcurrent ? ['-- skills: no-transaction'] : []),
    `-- Reverts ${migration.version}, drafted from its text: read it before you apply it.`,
    ...(statements.some((statement) => /^DROP TABLE|\bDROP COLUMN/.test(statement))
      ? ['-- It deletes the rows and values that were written since.']
      : []),
    '',
    ...statements.map((statement) => `${statement};`),
    '',
  ].join('\n')
}

function noInverse({ version, file }: ParsedMigration, without: readonly NoInverse[]): SkillsError {
  const diagnostics = without.map(({ statement: { kind, line, column }, reason }): Diagnostic => ({
    severity: 'error',
    code: 'NO_EXACT_INVERSE',
    message: `${kind.verb}: ${reason}`,
    file,
    line,
    column,
  }))
  return new SkillsError('NO_EXACT_INVERSE', `${plural(without.length, 'statement')} of ${version} without an exact inverse`, {
    hint: `no file was created; write the way back yourself: skills migrate new "revert ${version}"`,
    diagnostics,
  })
}
