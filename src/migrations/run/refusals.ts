import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import type { Db } from '../../db/db.ts'
import type { ParsedMigration } from '../files/parse-migration.ts'
import type { MigrationPlan } from '../ledger/plan.ts'

/** Throws HISTORY_CHANGED when an applied file changed. */
export function refuseChanged(plan: MigrationPlan): void {
  if (plan.changed.length === 0) return
  const diagnostics = plan.changed.map(({ file, row }) => ({
    severity: 'error' as const,
    code: 'HISTORY_CHANGED',
    message: `changed after it was applied on ${row?.appliedAt ?? '?'}: applied ${row?.checksum ?? '?'}, now ${file.checksum}`,
    file: file.file,
  }))
  throw new SkillsError(
    'HISTORY_CHANGED',
    `${plural(plan.changed.length, 'applied migration')} changed: ${plan.changed.map(({ file }) => file.version).join(', ')}`,
    {
      hint: 'nothing was run; restore the file and put the change into a new migration, or accept the change with skills migrate repair VERSION',
      diagnostics,
    },
  )
}

/** Throws REPLACED_PARTLY when only some of the versions that a file replaces are applied. */
export function refuseConflicts({ conflicts }: MigrationPlan): void {
  const [first] = conflicts
  if (first === undefined) return
  const diagnostics = conflicts.map(({ file, applied, missing }) => ({
    severity: 'error' as const,
    code: 'REPLACED_PARTLY',
    message: `of the migrations that it replaces, ${listed(applied)} applied and ${listed(missing)} not`,
    file: file.file,
  }))
  throw new SkillsError(
    'REPLACED_PARTLY',
    `only some of the migrations that ${first.file.file} replaces are applied: not ${first.missing.join(', ')}`,
    {
      hint: 'nothing was run; restore the files of the missing ones and run skills migrate again: it applies them, and then records the new file',
      diagnostics,
    },
  )
}

/** Another run applied what this file replaces after this run read the ledger. */
export function replacedMeanwhile({ file }: ParsedMigration): SkillsError {
  return new SkillsError('REPLACED_PARTLY', `another run applied migrations that ${file} replaces`, {
    hint: 'the file was not applied; run skills migrate again',
  })
}

function listed(versions: readonly string[]): string {
  return `${versions.join(', ')} ${versions.length === 1 ? 'is' : 'are'}`
}

/** For `--strict-order`. Throws OUT_OF_ORDER when there is such a version. */
export function refuseOutOfOrder(versions: readonly string[]): void {
  if (versions.length === 0) return
  throw new SkillsError('OUT_OF_ORDER', `${plural(versions.length, 'pending migration')} out of order: ${versions.join(', ')}`, {
    hint: 'nothing was run; rename the file so that it sorts last, or omit --strict-order',
  })
}

/** Throws MIGRATION_FILE_INVALID when one of the files cannot run: then none of them runs. */
export function refuseUnfit(pending: readonly ParsedMigration[]): void {
  const faults = pending.flatMap((migration) => migration.faults)
  const [first] = faults
  if (first === undefined) return
  throw new SkillsError(
    'MIGRATION_FILE_INVALID',
    faults.length === 1 ? `${first.file ?? ''} cannot run` : `${plural(faults.length, 'fault')} in the pending migrations`,
    {
      hint: 'nothing was run; fix the file and run skills migrate again',
      diagnostics: faults,
    },
  )
}

/** Throws POOLER_REFUSED for a no-transaction file behind a pooler, where its session lock would never be released. */
export function refusePooled(db: Db, pending: readonly ParsedMigration[]): void {
  const outside = pending.find(({ noTransaction }) => noTransaction)
  if (!db.info.pooled || outside === undefined) return
  throw new SkillsError(
    'POOLER_REFUSED',
    `${outside.file} is a no-transaction file, and ${db.info.label} is a pooler in transaction mode`,
    {
      hint: 'nothing was run; a no-transaction file needs a direct connection: set the URL of the server with --direct-url or DIRECT_URL',
    },
  )
}
