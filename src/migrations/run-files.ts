import { SkillsError } from '../core/errors.ts'
import { plural } from '../core/text.ts'
import { explainFailure } from './failure.ts'
import type { ParsedMigration } from './migration-file.ts'
import type { AppliedMigration, MigrateReport } from './report.ts'
import type { Closing } from './run-in-transaction.ts'
import { close, runInTransaction } from './run-in-transaction.ts'
import type { RunSettings } from './run-settings.ts'
import { runWithoutTransaction } from './run-without-transaction.ts'

/**
 * Runs the files in order. The commit of each travels with the beginning of the next: about one round trip
 * a file. With `keepGoing` a file that fails does not stop the rest; all failures are thrown as one at the end.
 */
export async function runFiles(
  settings: RunSettings,
  pending: readonly ParsedMigration[],
  report: MigrateReport,
  keepGoing: boolean,
): Promise<void> {
  const failures: SkillsError[] = []
  let open: Closing | undefined
  for (const [i, migration] of pending.entries()) {
    settings.onEvent({ type: 'file-start', version: migration.version, number: i + 1, total: pending.length })
    try {
      if (migration.noTransaction) {
        const previous = open
        open = undefined
        await finish(settings, previous, report)
      }
      open = await runOne(settings, migration, open, report)
      if (keepGoing) {
        const own = open
        open = undefined
        await finish(settings, own, report)
      }
    } catch (error) {
      open = undefined
      const failure = await explainFailure(settings.db, error, report.applied.length)
      if (!keepGoing || !(failure instanceof SkillsError) || failure.code !== 'MIGRATION_FAILED') throw failure
      failures.push(failure)
    }
  }
  await finish(settings, open, report).catch(async (error: unknown) => {
    throw await explainFailure(settings.db, error, report.applied.length)
  })
  if (failures.length > 0) throw together(failures)
}

/** Runs a file and gives its transaction back, open, unless it is done. */
async function runOne(
  settings: RunSettings,
  migration: ParsedMigration,
  previous: Closing | undefined,
  report: MigrateReport,
): Promise<Closing | undefined> {
  const result = migration.noTransaction
    ? await runWithoutTransaction(settings, migration)
    : await runInTransaction(settings, migration, previous, () => {
        if (previous !== undefined) record(settings, previous.applied, report)
      })
  if (result === 'applied by another run') {
    report.alreadyApplied++
    report.pending = report.pending.filter(({ version }) => version !== migration.version)
    return undefined
  }
  if ('closing' in result) return result.closing
  record(settings, result, report)
  return undefined
}

async function finish(settings: RunSettings, closing: Closing | undefined, report: MigrateReport): Promise<void> {
  if (closing === undefined) return
  await close(settings, closing)
  record(settings, closing.applied, report)
}

function record(settings: RunSettings, applied: AppliedMigration, report: MigrateReport): void {
  report.applied.push(applied)
  report.pending = report.pending.filter(({ version }) => version !== applied.version)
  settings.onEvent({ type: 'file-done', migration: applied })
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
