import { existsSync } from 'node:fs'
import path from 'node:path'
import { packageRoot, packageVersion, settingsQuery } from '../config/package-files.ts'
import { DEFAULT_SKILLS, loadSettings } from '../config/settings.ts'
import { SkillsError } from '../core/errors.ts'
import { openDb } from '../db/open.ts'
import { AREAS, type DoctorReport } from '../doctor/report.ts'
import { examine } from '../doctor/doctor.ts'
import { examineOpenTransactions } from '../doctor/open-transactions.ts'
import { examineSuperuser } from '../doctor/superuser.ts'
import { examineForeignRows, examineMigrations, examineRegistry, examineSetAside } from '../doctor/state.ts'
import { readForeignRowsIfAllowed } from '../stats/foreign-rows.ts'
import { readSetAsideIfAllowed } from '../stats/set-aside.ts'
import type { ConnectOptions } from './connect.ts'
import { foreignCodeFor } from './foreign-code.ts'
import { migrationStatus } from './migration-status.ts'
import { sync } from './sync.ts'

/** The areas of `skills doctor`, in the order of its output. */
export const DOCTOR_AREAS: typeof AREAS = AREAS

/**
 * `skills doctor`: examines everything that the other commands depend on. It connects with the given settings, writes nothing, and
 * reports errors of the settings and the connection as findings: it throws only on a bug.
 *
 * @example
 * const { ok, findings } = await doctor({ embedded: 'memory' })
 * if (!ok) console.log(findings.filter(({ status }) => status === 'error').map(({ text, next }) => `${text}: ${next}`))
 */
export async function doctor(
  options: ConnectOptions & {
    /** Called with what is being examined. */
    onProgress?: (what: string) => void
  } = {},
): Promise<DoctorReport> {
  const { waitMs, env = process.env, cwd = process.cwd(), onProgress } = options
  const sqlFolder = path.join(packageRoot(), 'sql', 'doctor')
  return examine({
    version: packageVersion(),
    cwd,
    sqlFolder,
    settingsQuery: settingsQuery(),
    settings: (purpose) => loadSettings(options, env, cwd, purpose),
    open: (target, open) => openDb(target, { ...open, waitMs }),
    others: [
      async (db, { ledger }) => examineSuperuser(db.info, await foreignCodeFor(db, ledger.value)),
      async (db, { migrations, ledger }) =>
        examineMigrations(await migrationStatus(db, { migrations: migrations.value, ledger: ledger.value })),
      async (db) => {
        const setAside = await readSetAsideIfAllowed(db)
        return setAside === undefined ? [] : examineSetAside(setAside)
      },
      async (db) => {
        const foreign = await readForeignRowsIfAllowed(db, path.join(sqlFolder, 'foreign-rows.sql'))
        return foreign === undefined ? [] : examineForeignRows(foreign)
      },
      (db) => examineOpenTransactions(db, sqlFolder),
      async (db, { skills, projectFolder }) => {
        if (skills.origin === 'default' && !existsSync(path.resolve(cwd, ...DEFAULT_SKILLS))) return []
        try {
          return examineRegistry(await sync(db, { skills: skills.value, mode: 'check', cwd, projectFolder }))
        } catch (error) {
          // migrations.pending reports it
          if (error instanceof SkillsError && error.code === 'NOT_MIGRATED') return []
          throw error
        }
      },
    ],
    ...(onProgress === undefined ? {} : { onProgress }),
  })
}
