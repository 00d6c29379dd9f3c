import type { Diagnostic } from '../core/diagnostics.ts'
import { SkillsError } from '../core/errors.ts'
import { codePointOffset, LineIndex } from '../core/positions.ts'
import type { DatabaseError } from '../db/database-error.ts'
import type { ParsedMigration, ParsedStatement } from './migration-file.ts'

/** A failed statement as an error with its place in the file. `prefix` is what was sent in front of the statement in the same message. */
export function statementFailure(
  migration: ParsedMigration,
  statement: ParsedStatement,
  error: DatabaseError,
  prefix: string,
): SkillsError {
  const at = new LineIndex(migration.text).positionAt(errorOffset(statement, error, prefix))
  const details = [error.detail, error.where].filter((line) => line !== undefined)
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: error.code,
    message: [error.message, ...details].join('\n'),
    file: migration.file,
    ...at,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  }
  const state = migration.noTransaction
    ? 'its finished statements stay, and the next run goes on after them'
    : 'its transaction was rolled back: nothing of it was applied'
  return new SkillsError('MIGRATION_FAILED', `${migration.file} failed: ${error.message} (SQLSTATE ${error.code})`, {
    hint: `${state}; mend the file and run skills migrate again`,
    diagnostics: [diagnostic],
    cause: error,
  })
}

/** Offset of the fault in the file: the server's position, else the identifier that its message quotes, else the beginning of the statement. */
function errorOffset(statement: ParsedStatement, error: DatabaseError, prefix: string): number {
  if (error.position !== undefined) {
    return statement.start + codePointOffset(statement.text, error.position - [...prefix].length)
  }
  for (const [, name] of error.message.matchAll(/"([^"]+)"/g)) {
    const at = indexOfName(statement.text, name ?? '')
    if (at !== -1) return statement.start + at
  }
  return statement.start
}

/** Where a name stands as a whole word. */
function indexOfName(text: string, name: string): number {
  const letter = /[\p{L}\p{N}_$]/u
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!letter.test(text[at - 1] ?? '') && !letter.test(text[at + name.length] ?? '')) return at
  }
  return -1
}
