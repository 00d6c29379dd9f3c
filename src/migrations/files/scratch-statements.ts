import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { renameSchema } from '../../sqltext/statements/rename-schema.ts'
import { parseMigration, type ParsedStatement } from './parse-migration.ts'
import type { MigrationFile } from './read-migrations.ts'

/** A statement to run in a scratch schema. */
export interface ScratchStatement {
  text: string
  file: string
  line: number
}

/**
 * The statements of the files that define objects of `schema`. Excludes data, roles, databases, extensions and other
 * schemas.
 */
export function scratchStatements(files: readonly MigrationFile[], schema: string): ScratchStatement[] {
  return files.flatMap((file) =>
    parseMigration(file)
      .statements.filter((statement) => isDefinition(statement) && !isElsewhere(statement, schema))
      .map((statement) => ({ text: inTransaction(statement), file: file.file, line: statement.line })),
  )
}

/** The texts of the statements, with the schema `scratch` in place of `real`. */
export function textsFor(statements: readonly ScratchStatement[], real: string, scratch: string): string[] {
  return statements.map(({ text }) => renameSchema(text, real, scratch))
}

const DEFINES: ReadonlySet<string> = new Set([
  'aggregate',
  'attribute',
  'cast',
  'collation',
  'column',
  'constraint',
  'domain',
  'domain constraint',
  'enum value',
  'foreign table',
  'function',
  'index',
  'materialized view',
  'operator',
  'operator class',
  'operator family',
  'policy',
  'procedure',
  'rule',
  'sequence',
  'statistics',
  'table',
  'trigger',
  'type',
  'view',
])

const OF_A_SCHEMA = [
  'TABLE',
  'INDEX',
  'VIEW',
  'MATERIALIZED VIEW',
  'SEQUENCE',
  'FUNCTION',
  'PROCEDURE',
  'ROUTINE',
  'AGGREGATE',
  'TYPE',
  'DOMAIN',
  'POLICY',
  'TRIGGER',
  'RULE',
  'STATISTICS',
].join('|')
const CHANGES = new RegExp(`^(?:ALTER|DROP) (?:${OF_A_SCHEMA})$`)
const DESCRIBES = new RegExp(String.raw`^COMMENT\s+ON\s+(?:${OF_A_SCHEMA}|COLUMN|CONSTRAINT)\b`, 'i')
/** Privileges on objects; not on schemas, databases and the like, and not the membership of roles. */
const GRANTS = /^(?:GRANT|REVOKE)\b[^;]*?\bON\s+(?!(?:SCHEMA|DATABASE|TABLESPACE|LANGUAGE|FOREIGN|LARGE|PARAMETER)\b)/i

function isDefinition({ kind, text }: ParsedStatement): boolean {
  if (kind.verb.startsWith('CREATE')) return kind.object !== undefined && DEFINES.has(kind.object.kind)
  return kind.verb === 'DO' || CHANGES.test(kind.verb) || DESCRIBES.test(text) || GRANTS.test(text)
}

/** Whether the statement changes another schema: in the scratch schema it would change the real one, and lock its tables. */
function isElsewhere({ kind, text }: ParsedStatement, schema: string): boolean {
  if (kind.object !== undefined) return kind.object.schema !== undefined && kind.object.schema !== schema
  if (!/^(?:ALTER|DROP|GRANT|REVOKE)\b/.test(kind.verb)) return false
  const cursor = new Cursor(text)
  while (!cursor.atEnd) {
    const name = cursor.name()
    if (name === undefined) cursor.skip()
    else if (name.schema !== undefined && name.schema !== schema) return true
  }
  return false
}

/** The statement without CONCURRENTLY, which cannot run in a transaction; the result is the same. */
function inTransaction({ text, kind }: ParsedStatement): string {
  if (!/concurrently/i.test(text) || !/^(?:CREATE|DROP) INDEX$|^ALTER TABLE$/.test(kind.verb)) return text
  const cursor = new Cursor(text)
  for (; !cursor.atEnd; cursor.skip()) {
    if (cursor.word() !== 'concurrently') continue
    const { start, end } = cursor.peek()
    return text.slice(0, start) + text.slice(end)
  }
  return text
}
