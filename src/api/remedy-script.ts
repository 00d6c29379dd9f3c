import { toolName } from '../config/package-files.ts'
import type { Db } from '../db/db.ts'
import { remedyScript as writeScript, type RemedyScript } from '../verify/remedy-script.ts'
import type { VerifyReport } from '../verify/report.ts'

/**
 * The remedies of a report of `verify` as one file: a script for psql, and a migration. They are in an order in which they can run.
 * Statements that lose rows, an object or a privilege are comments, and so are remedies in words. `statements` counts those that run.
 *
 * @example
 * const { text, statements } = remedyScript(db, await verify(db))
 * if (statements > 0) console.log(text)
 */
export function remedyScript({ info }: Pick<Db, 'info'>, { checks }: Pick<VerifyReport, 'checks'>, now: Date = new Date()): RemedyScript {
  return writeScript(checks, { database: info.label, schema: info.schema, tool: toolName(), now })
}
