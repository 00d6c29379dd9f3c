import { SkillsError } from '../../core/errors.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { plural } from '../../core/text.ts'
import { readDirectives } from '../files/directives.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import { replacedFiles, replaces } from '../files/replaced-files.ts'
import { insertLedgerSql } from '../ledger/ledger.ts'
import { isAppliedSql, lockedTransaction } from '../ledger/lock.ts'
import type { RunSettings } from './run-settings.ts'

/** Records files as applied whose replaced versions are applied; returns those that no other run has recorded. Runs nothing. */
export async function recordReplaced(settings: RunSettings, files: readonly MigrationFile[]): Promise<string[]> {
  const { db, ledger, lockKey, lockWaitMs, onEvent, tool } = settings
  return lockedTransaction(db, { key: lockKey, waitMs: lockWaitMs, onEvent }, async () => {
    const recorded: string[] = []
    for (const file of files) {
      const [row] = await db.run(`SELECT ${isAppliedSql(ledger, file)} AS done`, [], { done: 'boolean' })
      if (row?.done === true) continue
      await db.exec(insertLedgerSql(ledger, file, { durationMs: 0, statements: 0, tolerated: [], tool }))
      recorded.push(file.version)
    }
    return recorded
  })
}

/** Throws MIGRATION_FILE_INVALID for a `replaces` list that names its own file, one that replaces it, a repeatable one, one of the package, or what another file replaces. */
export function refuseReplacements(files: readonly MigrationFile[]): void {
  const replacing = files.filter((file) => file.replaces.length > 0)
  const replaced = new Set(replacedFiles(files))
  const faults = replacing.flatMap((file, i) => {
    const circle = replaced.has(file) ? undefined : replacing.find((other) => replaces(other, file))
    const problem =
      circle === undefined
        ? file.replaces.map((version) => problemOf(file, version, files, replacing.slice(0, i))).find((one) => one !== undefined)
        : `${circle.file} replaces this file, and they replace each other: none of them would run`
    return problem === undefined ? [] : [faultAt(file, problem)]
  })
  if (faults.length === 0) return
  throw new SkillsError(
    'MIGRATION_FILE_INVALID',
    `${plural(faults.length, 'file')} cannot replace what ${faults.length === 1 ? 'it names' : 'they name'}`,
    {
      hint: 'nothing was run; correct the replaces list and run skills migrate again',
      diagnostics: faults,
    },
  )
}

function problemOf(
  file: MigrationFile,
  version: string,
  files: readonly MigrationFile[],
  earlier: readonly MigrationFile[],
): string | undefined {
  if (version === file.version) return 'a file cannot replace itself'
  const named = files.find((one) => one.version === version)
  if (named !== undefined && named.source.own !== file.source.own) return `${version} is a migration of the package`
  if (named?.repeatable === true) return `${version} is repeatable: it stays beside a file that replaces others`
  const other = earlier.find((one) => one.replaces.includes(version) && !replaces(one, file) && !replaces(file, one))
  return other === undefined ? undefined : `${other.file} replaces ${version} too`
}

function faultAt(file: MigrationFile, message: string): Diagnostic {
  const position = readDirectives(file.text).places.get('replaces')
  return { severity: 'error', code: 'MIGRATION_FILE_INVALID', message, file: file.file, ...position }
}
