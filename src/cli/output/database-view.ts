import { printable } from '../../core/text.ts'
import type { DbInfo } from '../../db/db.ts'
import type { Style } from '../../render/style.ts'

/** The database as JSON reports name it. */
export interface DatabaseReport {
  kind: DbInfo['kind']
  /** Without a password. */
  url: string
  version: string
  schema: string
  /** Only for an embedded database that does not exist: `skills migrate` creates it. */
  exists?: false
}

/** The report of a command that works with a database. */
export type WithDatabase<Report extends object> = { database: DatabaseReport } & Report

export function databaseReport({ kind, label, versionText, schema, absent }: DbInfo): DatabaseReport {
  return { kind, url: label, version: versionText, schema, ...(absent === true ? { exists: false } : {}) }
}

/** `postgres://app@db:5432/prod (PostgreSQL 15.18, schema public)`: begins every human output. */
export function databaseLine({ url, version, schema, exists }: DatabaseReport, style: Style): string {
  const missing = exists === false ? style.yellow(': does not exist, skills migrate would create it') : ''
  return `${style.bold(printable(url))} ${style.dim(`(PostgreSQL ${version}, schema ${printable(schema)})`)}${missing}`
}
