import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import { explainFailure } from './failure.ts'
import type { ParsedMigration } from '../files/migration-file.ts'
import type { AppliedMigration, MigrateReport } from './report.ts'
import { runAhead, smallFiles } from './run-ahead.ts'
import { runInTransaction } from './run-in-transaction.ts'
import type { RunSettings } from './run-settings.ts'
import { runWithoutTransaction } from './run-without-transaction.ts'

/**
 * Runs the files in order: small ones many at a time, the rest, and those that find something there
 * already, one by one. With `keepGoing` a file that fails does not stop the rest; all failures are thrown
 * as one at the end.
 */
export async function runFiles(
  settings: RunSettings,
  pending: readonly ParsedMigration[],
  report: MigrateReport,
  keepGoing: boolean,
): Promise<void> {
  const failures: SkillsError[] = []
  const numbers = new Map(pending.map((migration, i) => [migration, i + 1]))
  const start = (migration: ParsedMigration | undefined): void => {
    if (migration !== undefined)
      settings.onEvent({ type: 'file-start', version: migration.version, number: numbers.get(migration) ?? 0, total: pending.length })
  }
  let queue = [...pending]
  while (queue.length > 0) {
    try {
      const small = keepGoing ? [] : smallFiles(queue)
      if (small.length > 1) {
        start(small[0])
        const done = await runTogether(settings, small, report, start)
        queue = queue.filter((migration) => !done.has(migration))
        if (small.every((migration) => done.has(migration))) continue
      }
      const [migration] = queue
      // of files that went together, the first that is left needs the careful way
      if (migration === undefined) break
      queue = queue.slice(1)
      start(migration)
      account(
        settings,
        migration,
        migration.noTransaction ? await runWithoutTransaction(settings, migration) : await runInTransaction(settings, migration),
        report,
      )
    } catch (error) {
      const failure = await explainFailure(settings.db, error, report.applied.length)
      if (!keepGoing || !(failure instanceof SkillsError) || failure.code !== 'MIGRATION_FAILED') throw failure
      failures.push(failure)
    }
  }
  if (failures.length > 0) throw together(failures)
}

/** Gives back those that are done: all, or those before the first that needs the careful way. */
async function runTogether(
  settings: RunSettings,
  migrations: readonly ParsedMigration[],
  report: MigrateReport,
  onStart: (migration: ParsedMigration) => void,
): Promise<Set<ParsedMigration>> {
  const done = new Set<ParsedMigration>()
  await runAhead(settings, migrations, onStart, (parcel, results) => {
    for (const [i, result] of results.entries()) {
      const migration = parcel[i]
      if (migration === undefined || result === 'left') continue
      account(settings, migration, result, report)
      done.add(migration)
    }
  })
  return done
}

function account(
  settings: RunSettings,
  { version }: ParsedMigration,
  result: AppliedMigration | 'applied by another run',
  report: MigrateReport,
): void {
  report.pending = report.pending.filter((entry) => entry.version !== version)
  if (result === 'applied by another run') {
    report.alreadyApplied++
    return
  }
  report.applied.push(result)
  settings.onEvent({ type: 'file-done', migration: result })
}

function together(failures: readonly SkillsError[]): SkillsError {
  const [first] = failures
  if (first !== undefined && failures.length === 1) return first
  return new SkillsError('MIGRATION_FAILED', `${plural(failures.length, 'migration')} failed; the others were applied`, {
    hint: 'mend the files and run skills migrate again',
    diagnostics: failures.flatMap(({ diagnostics }) => diagnostics),
    cause: first,
  })
}
