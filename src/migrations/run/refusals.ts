import { SkillsError } from '../../core/errors.ts'
import { plural } from '../../core/text.ts'
import type { Db } from '../../db/db.ts'
import type { ParsedMigration } from '../files/migration-file.ts'
import type { Plan } from '../ledger/plan.ts'

/** An applied file is not what it was: nothing may run. Throws HISTORY_CHANGED. */
export function refuseChanged(plan: Plan): void {
  if (plan.changed.length === 0) return
  const diagnostics = plan.changed.map(({ file, row }) => ({
    severity: 'error' as const,
    code: 'HISTORY_CHANGED',
    message: `changed after it was applied on ${row?.appliedAt ?? '?'}: applied ${row?.checksum ?? '?'}, now ${file.checksum}`,
    file: file.file,
  }))
  throw new SkillsError(
    'HISTORY_CHANGED',
    `${plural(plan.changed.length, 'applied migration')} changed since: ${plan.changed.map(({ file }) => file.version).join(', ')}`,
    {
      hint: 'nothing was run; restore the file and put the change into a new migration, or accept it as it is: skills migrate repair VERSION',
      diagnostics,
    },
  )
}

/** For `--strict-order`. Throws OUT_OF_ORDER. */
export function refuseOutOfOrder(versions: readonly string[]): void {
  if (versions.length === 0) return
  throw new SkillsError('OUT_OF_ORDER', `${plural(versions.length, 'pending migration')} out of order: ${versions.join(', ')}`, {
    hint: 'nothing was run; rename the file so that it sorts last, or leave --strict-order out',
  })
}

/** A file that cannot be run stops all of them, before anything runs. Throws MIGRATION_FILE_INVALID. */
export function refuseUnfit(pending: readonly ParsedMigration[]): void {
  const faults = pending.flatMap((migration) => migration.faults)
  const [first] = faults
  if (first === undefined) return
  throw new SkillsError(
    'MIGRATION_FILE_INVALID',
    faults.length === 1 ? `${first.file ?? ''} cannot be run` : `${plural(faults.length, 'fault')} in the pending migrations`,
    {
      hint: 'nothing was run; mend the file and run skills migrate again',
      diagnostics: faults,
    },
  )
}

/** A session lock would be left behind in a pooler. Throws POOLER_REFUSED. */
export function refusePooled(db: Db, pending: readonly ParsedMigration[]): void {
  const outside = pending.find(({ noTransaction }) => noTransaction)
  if (!db.info.pooled || outside === undefined) return
  throw new SkillsError(
    'POOLER_REFUSED',
    `${outside.file} is a no-transaction file, and ${db.info.label} is a pooler in transaction mode`,
    {
      hint: 'nothing was run; such a file needs a connection of its own: give the address of the server itself with --direct-url or DIRECT_URL',
    },
  )
}
