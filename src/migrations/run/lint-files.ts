import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Count } from '../../core/report-types.ts'
import { findRunHazards, type HazardServer } from '../../sqltext/hazards/hazard-run.ts'
import type { Hazard } from '../../sqltext/hazards/hazard.ts'
import { countStatements, fileOffset, parseMigration, positionIn, type ParsedMigration } from '../files/parse-migration.ts'
import type { MigrationFile } from '../files/read-migrations.ts'

/** What `skills migrate lint` found. Safe to print as JSON. */
export interface MigrationLintReport {
  /** Files that were read, and their statements. */
  files: Count
  statements: Count
  /** Errors: the file cannot run. Warnings: hazards. */
  errors: Count
  warnings: Count
  /** Hazards that a comment `-- skills-ignore: CODE` accepts. */
  ignored: Count
  diagnostics: Diagnostic[]
}

/**
 * Everything in the files that prevents them from running, and their hazards. Without `server` each file is looked at alone, because
 * the files before it are usually applied: their tables exist and are in use. With `server` the files are those of one run.
 */
export function lintFiles(files: readonly MigrationFile[], server?: HazardServer): MigrationLintReport {
  const parsed = files.map(parseMigration)
  const hazards = server === undefined ? parsed.map((file) => findRunHazards([file])[0] ?? []) : findRunHazards(parsed, server)
  const results = parsed.map((file, i) => lintOne(file, hazards[i] ?? []))
  const diagnostics = results.flatMap((result) => result.diagnostics)
  const count = (severity: Diagnostic['severity']): number => diagnostics.filter((one) => one.severity === severity).length
  return {
    files: files.length,
    statements: parsed.reduce((sum, { statements }) => sum + countStatements(statements), 0),
    errors: count('error'),
    warnings: count('warning'),
    ignored: results.reduce((sum, { ignored }) => sum + ignored, 0),
    diagnostics,
  }
}

function lintOne(migration: ParsedMigration, hazards: readonly Hazard[][]): { diagnostics: Diagnostic[]; ignored: number } {
  const { file, statements, faults } = migration
  const diagnostics = [...faults]
  let ignored = 0
  for (const [i, statement] of statements.entries()) {
    for (const hazard of hazards[i] ?? []) {
      if (statement.accepts.includes(hazard.code)) ignored++
      else diagnostics.push({ ...asDiagnostic(hazard), file, ...positionIn(migration, statement, fileOffset(statement, hazard.offset)) })
    }
  }
  return { diagnostics, ignored }
}

function asDiagnostic({ code, message, lock, blocks, table, advice }: Hazard): Diagnostic {
  const where = lock === 'NONE' ? '' : ` (${lock}${table === undefined ? '' : ` on ${table}`}, blocks ${blocks})`
  return { severity: 'warning', code, message: `${message}${where}`, hint: advice }
}
