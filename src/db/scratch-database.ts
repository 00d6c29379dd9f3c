import { randomBytes } from 'node:crypto'
import type { ServerTarget } from '../core/target.ts'
import type { Db } from './db.ts'
import { openDb } from './open.ts'
import { quoteIdent } from './quote.ts'
import { toSkillsError } from './skills-error.ts'

/** A temporary database on a server, dropped at the end. */
export interface ScratchDatabase {
  db: Db
  /** Closes the connection and drops the database, even with other connections to it. */
  drop(): Promise<void>
}

/** After this time no run can still use it. */
const STALE = '1 hour'

/** Creates an empty database on the server of `target` and opens it. Throws PERMISSION_DENIED without CREATEDB. */
export async function makeScratchDatabase(
  target: ServerTarget,
  options: { schema: string | undefined; waitMs: number },
): Promise<ScratchDatabase> {
  const admin = await openDb(target, { waitMs: options.waitMs })
  const name = `skills_verify_${Math.floor(Date.now() / 1000)}_${randomBytes(4).toString('hex')}`
  const drop = async (): Promise<void> => {
    await admin.exec(`DROP DATABASE IF EXISTS ${quoteIdent(name)} WITH (FORCE)`)
  }
  try {
    await dropStale(admin)
    await admin.exec(`CREATE DATABASE ${quoteIdent(name)} TEMPLATE template0`)
  } catch (error) {
    await admin.close()
    throw toSkillsError(admin.info, error, {
      action: 'create a database',
      hint: `run ALTER ROLE ${quoteIdent(admin.info.user)} CREATEDB, or connect with another role; --ephemeral needs no server`,
    })
  }
  try {
    const db = await openDb({ ...target, database: name }, { schema: options.schema })
    return {
      db,
      drop: async () => {
        await db.close().catch(() => undefined)
        await drop().finally(() => admin.close())
      },
    }
  } catch (error) {
    await drop().finally(() => admin.close())
    throw error
  }
}

/** Databases of runs that were killed: the name contains the time of creation. */
async function dropStale(admin: Db): Promise<void> {
  const stale = await admin.run(
    `SELECT datname AS name FROM pg_database d
      WHERE datname ~ '^skills_verify_[0-9]{10}_[0-9a-f]{8}$' AND pg_has_role(datdba, 'USAGE')
        AND to_timestamp(split_part(datname, '_', 3)::bigint) < now() - interval '${STALE}'
        AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`,
    [],
    { name: 'text' },
  )
  for (const { name } of stale) await admin.exec(`DROP DATABASE IF EXISTS ${quoteIdent(name)}`).catch(() => undefined)
}
