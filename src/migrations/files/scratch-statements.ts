import { nameIn, readAlterActions } from '../../sqltext/hazards/alter-actions.ts'
import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { renameSchema } from '../../sqltext/statements/rename-schema.ts'
import { statementTargets } from '../../sqltext/targets/statement-targets.ts'
import { parseMigration, type ParsedStatement } from './parse-migration.ts'
import type { MigrationFile } from './read-migrations.ts'

/** A statement to run in a scratch schema. */
export interface ScratchStatement {
  text: string
  file: string
  line: number
  /** Why it cannot run there. */
  obstacle?: string
}

/**
 * The statements of the files that define objects of `schema`. Excludes data, roles, databases, extensions and other
 * schemas.
 */
export function scratchStatements(files: readonly MigrationFile[], schema: string): ScratchStatement[] {
  return files.flatMap((file) =>
    parseMigration(file)
      .statements.filter((statement) => isDefinition(statement) && !isElsewhere(statement, schema))
      .map((statement) => {
        const obstacle = statement.unfilled ?? (changesOther(statement, schema) ? CHANGES_OTHER : undefined)
        return { text: inTransaction(statement), file: file.file, line: statement.line, ...(obstacle === undefined ? {} : { obstacle }) }
      }),
  )
}

/** The texts of the statements that can run, with the schema `scratch` in place of `real`. */
export function textsFor(statements: readonly Pick<ScratchStatement, 'text' | 'obstacle'>[], real: string, scratch: string): string[] {
  return statements.filter(({ obstacle }) => obstacle === undefined).map(({ text }) => renameSchema(text, real, scratch))
}

const DEFINES: ReadonlySet<string> = new Set([
  'aggregate',
  'attribute',
  'cast',
  'collation',
  'column',
  'constraint',
  'conversion',
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
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'trigger',
  'type',
  'view',
])

const OF_A_SCHEMA: readonly string[] = [
  'cast',
  'collation',
  'conversion',
  'foreign table',
  'operator class',
  'operator family',
  'operator',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
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

function isDefinition({ kind, text, unfilled }: ParsedStatement): boolean {
  const { verb } = kind
  // its name can be a variable
  if (verb.startsWith('CREATE'))
    return DEFINES.has(kind.object?.kind ?? (unfilled === undefined ? '' : verb.slice('CREATE '.length).toLowerCase()))
  const isChange = OF_A_SCHEMA.some((object) => verb === `ALTER ${object.toUpperCase()}` || verb === `DROP ${object.toUpperCase()}`)
  return (
    verb === 'DO' ||
    verb === 'REFRESH MATERIALIZED VIEW' ||
    isChange ||
    isDefaultOfSchema(new Cursor(text)) ||
    isComment(new Cursor(text)) ||
    isGrant(new Cursor(text))
  )
}

/** `ALTER DEFAULT PRIVILEGES ... IN SCHEMA ...`: without a schema it is for the whole database. */
function isDefaultOfSchema(cursor: Cursor): boolean {
  return cursor.accept('alter default privileges') && cursor.skipUntil((word) => word === 'in')
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

/** Whether the statement changes only other schemas: in the scratch schema it would change the real ones, and lock their tables. */
function isElsewhere({ kind, text }: ParsedStatement, schema: string): boolean {
  if (kind.object !== undefined) return isOther(kind.object, schema)
  if (!CHANGES.test(kind.verb)) return false
  const { targets } = statementTargets(text)
  return targets.length > 0 && targets.every((target) => isOther(target, schema))
}

const CHANGES = /^(?:ALTER|COMMENT|DROP|GRANT|REFRESH|REVOKE)\b/

/** Whether a statement for the schema also changes another one. */
function changesOther({ kind, text }: ParsedStatement, schema: string): boolean {
  if (kind.verb === 'ALTER TABLE' && /\b(?:attach|detach)\s+partition\b/i.test(text)) {
    const { actions } = readAlterActions(new Cursor(text))
    return actions.some((action) => isOther(nameIn(action) ?? {}, schema))
  }
  return CHANGES.test(kind.verb) && statementTargets(text).targets.some((target) => isOther(target, schema))
}

const CHANGES_OTHER = 'it also changes another schema'

function isOther({ schema: named }: { schema?: string }, schema: string): boolean {
  return named !== undefined && named !== schema
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
