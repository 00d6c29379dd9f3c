import { quoteIdent } from '../../db/quote.ts'
import type { ParsedMigration } from '../files/parse-migration.ts'
import { fileSettings, resetRoleSql } from './file-transaction.ts'
import type { RunSettings } from './run-settings.ts'

/** The settings of the session in which a no-transaction file runs. What the file sets stays until its end. */
export class FileSession {
  readonly #settings: RunSettings
  readonly #migration: ParsedMigration
  #lockTimeoutMs = 0

  constructor(settings: RunSettings, migration: ParsedMigration) {
    this.#settings = settings
    this.#migration = migration
  }

  /** At the beginning of the file, and after a statement of it that resets everything. */
  async begin(): Promise<void> {
    await this.#settings.db.exec(sessionSql(this.#settings, this.#migration).join('; '))
    this.#lockTimeoutMs = this.#settings.lockTimeoutMs
  }

  /** Sets `lock_timeout` for the next statement, unless the file has set another one. */
  async limitLocks(ms: number): Promise<void> {
    const wanted = Math.round(ms)
    if (wanted === this.#lockTimeoutMs) return
    const rows = await this.#settings.db.query(
      `SELECT pg_catalog.set_config(name, '${wanted}'::pg_catalog.text, false) FROM pg_catalog.pg_settings
        WHERE name OPERATOR(pg_catalog.=) 'lock_timeout'::pg_catalog.text AND setting OPERATOR(pg_catalog.=) '${Math.round(this.#lockTimeoutMs)}'::pg_catalog.text`,
    )
    if (rows.length > 0) this.#lockTimeoutMs = wanted
  }

  /** Also releases the session lock. Fails only when the connection, and so the lock, is lost. */
  async end(): Promise<void> {
    await this.#settings.db.exec('DISCARD ALL').catch(() => undefined)
    await this.#settings.db.exec(resetRoleSql(this.#settings.db.info)).catch(() => undefined)
  }
}

/** Statements that give the session the settings and the role of a file. */
export function sessionSql(settings: RunSettings, { source, directives: { role } }: ParsedMigration): string[] {
  const pairs = fileSettings(settings, source)
  return [...pairs.map((pair) => `SET ${pair}`), ...(role === undefined ? [] : [`SET ROLE ${quoteIdent(role)}`])]
}
