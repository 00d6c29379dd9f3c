import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { renameSchema } from '../../sqltext/statements/rename-schema.ts'
import { parseMigration, type ParsedStatement } from './parse-migration.ts'
import type { MigrationFile } from './read-migrations.ts'

/** A statement to run in a scratch schema. */
export interface ScratchStatement {
  text: string
  file: string
  line: number
  /** It changes more than comments and privileges, which administrators change. */
  isCompared: boolean
}

/**
 * The statements of the files that define objects of `schema`. Excludes data, roles, databases, extensions and other
 * schemas.
 */
export function scratchStatements(files: readonly MigrationFile[], schema: string): ScratchStatement[] {
  return files.flatMap((file) =>
    parseMigration(file)
      .statements.filter((statement) => isDefinition(statement) && !isElsewhere(statement, schema))
      .map((statement) => ({
        text: inTransaction(statement),
        file: file.file,
        line: statement.line,
        isCompared: !/^(?:COMMENT|GRANT|REVOKE)\b/.test(statement.kind.verb),
      })),
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

const OF_A_SCHEMA: readonly string[] = [
  'table',
  'index',
  'view',
  'materialized view',
  'sequence',
  'function',
  'procedure',
  'routine',
  'aggregate',
  'type',
  'domain',
  'policy',
  'trigger',
  'rule',
  'statistics',
]

function isDefinition({ kind, text }: ParsedStatement): boolean {
  const { verb } = kind
  if (verb.startsWith('CREATE')) return kind.object !== undefined && DEFINES.has(kind.object.kind)
  const isChange = OF_A_SCHEMA.some((object) => verb === `ALTER ${object.toUpperCase()}` || verb === `DROP ${object.toUpperCase()}`)
  return verb === 'DO' || isChange || isComment(new Cursor(text)) || isGrant(new Cursor(text))
}

function isComment(cursor: Cursor): boolean {
  return cursor.accept('comment on') && [...OF_A_SCHEMA, 'column', 'constraint'].some((object) => cursor.accept(object))
}

/** Privileges on objects; not on schemas, databases and the like, and not the membership of roles. */
function isGrant(cursor: Cursor): boolean {
  if (!cursor.accept('grant') && !cursor.accept('revoke')) return false
  return cursor.skipUntil((word) => word === 'on') && !NOT_IN_A_SCHEMA.has(cursor.word(1))
}

const NOT_IN_A_SCHEMA: ReadonlySet<string> = new Set(['schema', 'database', 'tablespace', 'language', 'foreign', 'large', 'parameter'])

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
