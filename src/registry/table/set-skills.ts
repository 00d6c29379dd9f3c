import { SkillsError } from '../../core/errors.ts'
import { bytewise } from '../../core/bytewise.ts'
import type { Db } from '../../db/db.ts'
import { notifyChanged } from './notify.ts'
import { lockRows } from '../skill/registry-row.ts'
import { registryError } from './registry-errors.ts'
import { throwUnknown } from './registry-skills.ts'
import type { Integer, TrustLevel } from '../../core/report-types.ts'

/** A value that an operator sets. */
export type SkillSetting = Readonly<{ enabled: boolean } | { trustLevel: number }>

export interface SetReport {
  field: 'enabled' | 'trustLevel'
  value: boolean | TrustLevel
  /** The rows that had another value, bytewise by id. */
  changed: { id: string; from: boolean | Integer }[]
  /** Those that already had this value; their rows were not written. */
  unchanged: string[]
}

const LOCK_WAIT_MS = 30_000

/**
 * Sets `enabled` or the trust level of skills: of all of them, or of none when one is unknown. A sync keeps the value until
 * the value in the file changes. Rows that change get a new `updated_at`, and listeners are notified (`notifyChanged`).
 * Throws SkillsError USAGE, SKILL_UNKNOWN, NOT_MIGRATED, PERMISSION_DENIED or LOCK_TIMEOUT.
 */
export async function setSkills(db: Db, ids: readonly string[], setting: SkillSetting): Promise<SetReport> {
  const { field, column, value } = resolve(setting)
  const wanted = [...new Set(ids)].toSorted(bytewise)
  try {
    return await db.transaction({ isolation: 'read committed' }, async () => {
      await db.exec(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`)
      const rows = new Map((await lockRows(db, wanted)).map((row) => [row.skill_id, row]))
      const unknown = wanted.filter((id) => !rows.has(id))
      if (unknown.length > 0) return throwUnknown(db, unknown)
      const before = wanted.flatMap((id) => rows.get(id) ?? []).map((row) => ({ id: row.skill_id, from: row[column] }))
      const changed = before.filter(({ from }) => from !== value)
      if (changed.length > 0) {
        const changedIds = changed.map(({ id }) => id)
        const sql = `UPDATE :"schema".skills_registry SET ${column} = $2, updated_at = now() WHERE skill_id IN (SELECT jsonb_array_elements_text($1::jsonb))`
        await db.run(sql, [changedIds, value])
        await notifyChanged(db, changedIds)
      }
      return { field, value, changed, unchanged: before.filter(({ from }) => from === value).map(({ id }) => id) }
    })
  } catch (error) {
    throw await registryError(db, error, ['SELECT', 'UPDATE'])
  }
}

interface ResolvedSetting {
  field: SetReport['field']
  column: 'enabled' | 'trust_level'
  value: boolean | TrustLevel
}

function resolve(setting: SkillSetting): ResolvedSetting {
  if ('enabled' in setting) return { field: 'enabled', column: 'enabled', value: setting.enabled }
  const { trustLevel } = setting
  if (!Number.isInteger(trustLevel) || trustLevel < 1 || trustLevel > 5) {
    throw new SkillsError('USAGE', `invalid trust level "${trustLevel}" (expected 1 to 5)`, { hint: 'pass a whole number from 1 to 5' })
  }
  return { field: 'trustLevel', column: 'trust_level', value: trustLevel }
}
