import { redact } from '../../core/redaction.ts'
import type { Db } from '../../db/db.ts'
import { findRunHazards, type HazardServer } from '../../sqltext/hazards/hazard-run.ts'
import type { Hazard } from '../../sqltext/hazards/hazard.ts'
import { fileOffset, positionIn, writtenText, type ParsedMigration, type ParsedStatement } from '../files/parse-migration.ts'
import type { PlannedStatement } from './report.ts'

const LONGEST = 100

/** The queries that must be true before the file runs. A dry run does not evaluate them: files before this one can change their answer. */
export function planChecks({ checks }: ParsedMigration): { line: number; text: string }[] {
  return checks.map((check) => ({ line: check.line, text: oneLine(writtenText(check)) }))
}

/** For each file the statements that would run, with their hazards. */
export function planStatements(migrations: readonly ParsedMigration[], server: HazardServer): PlannedStatement[][] {
  const hazards = findRunHazards(migrations, server)
  return migrations.map((migration, i) =>
    migration.statements.map((statement, k) => ({
      line: statement.line,
      text: oneLine(writtenText(statement)),
      hazards: (hazards[i]?.[k] ?? []).map((hazard) => planned(hazard, statement, migration)),
    })),
  )
}

function planned(
  { code, lock, blocks, rewrite, table, message, advice, offset }: Hazard,
  statement: ParsedStatement,
  migration: ParsedMigration,
): PlannedStatement['hazards'][number] {
  return {
    ...positionIn(migration, statement, fileOffset(statement, offset)),
    code,
    lock,
    blocks,
    rewrite,
    ...(table === undefined ? {} : { table }),
    message,
    advice,
  }
}

/** What hazards depend on: the version of the server, and the names of the existing tables and views. Reads the catalog, writes nothing. */
export async function hazardServer(db: Db): Promise<HazardServer> {
  return { serverVersion: db.info.version, existing: await existingRelations(db) }
}

/** A statement on another table is no hazard: the run creates the table. */
async function existingRelations(db: Db): Promise<Set<string>> {
  const rows = await db.run(
    `select n.nspname as schema, c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'm', 'f', 'v') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'`,
    [],
    { schema: 'text', name: 'text' },
  )
  return new Set(
    rows.flatMap(({ schema, name }) => [`${schema}.${name}`.toLowerCase(), ...(schema === db.info.schema ? [name.toLowerCase()] : [])]),
  )
}

function oneLine(text: string): string {
  // first: on one line, a comment before a secret has no end
  const line = redact(text).replace(/\s+/g, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line
}
