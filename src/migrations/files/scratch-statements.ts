import { quoteIdent } from '../../db/quote.ts'
import { nameIn, readAlterActions } from '../../sqltext/hazards/alter-actions.ts'
import { Cursor, type QualifiedName } from '../../sqltext/lexer/cursor.ts'
import { renameSchema } from '../../sqltext/statements/rename-schema.ts'
import { statementTargets } from '../../sqltext/targets/statement-targets.ts'
import { withEnumValues } from './enum-values.ts'
import { parseMigration, type ParsedStatement } from './parse-migration.ts'
import type { MigrationFile } from './read-migrations.ts'

/** What the files define, to run in a scratch schema. */
export interface ScratchFiles {
  statements: ScratchStatement[]
  /** Names that the statements create: a qualified one is in the schema, unless something else has the name of the schema. */
  objects: ReadonlySet<string>
  /** Other schemas that the files move objects to or from (SET SCHEMA): each has a scratch schema of its own. */
  moved: readonly string[]
}

export interface ScratchStatement {
  text: string
  file: string
  /** Its file is one of the package. */
  own: boolean
  line: number
  /** It changes more than comments, privileges and owners, which administrators change. */
  isCompared: boolean
  /** It corrects a database: in the scratch schema, where nothing is wrong, it can fail. */
  isRemedy: boolean
  /** Why it cannot run there. */
  obstacle?: string
}

/**
 * The statements of the files that define objects of `schema`. Excludes data, roles, databases, extensions and other
 * schemas.
 */
export function scratchStatements(files: readonly MigrationFile[], schema: string): ScratchFiles {
  const definitions = files.flatMap((file) => {
    const { statements, directives } = parseMigration(file)
    return statements
      .filter(isDefinition)
      .map((statement) => ({ ...statement, file: file.file, own: file.source.own, isRemedy: directives.remedies }))
  })
  const moved = [...new Set(definitions.flatMap((statement) => movedSchemas(statement)))].filter((name) => name !== schema)
  const schemas = new Set([schema, ...moved])
  const statements = withEnumValues(
    definitions.filter((statement) => !isElsewhere(statement, schemas)),
    schema,
  )
  return {
    statements: statements.map((statement) => {
      const obstacle = statement.unfilled ?? (changesOther(statement, schemas) ? CHANGES_OTHER : undefined)
      return {
        text: inTransaction(statement),
        file: statement.file,
        own: statement.own,
        isRemedy: statement.isRemedy,
        line: statement.line,
        isCompared: !/^(?:COMMENT|GRANT|REVOKE)\b/.test(statement.kind.verb) && !/\bowner\s+to\b/i.test(statement.text),
        ...(obstacle === undefined ? {} : { obstacle }),
      }
    }),
    objects: new Set(statements.flatMap(createdNames)),
    moved,
  }
}

/** The scratch schemas by the schema that each replaces; `scratch` is that of `real`. */
export function scratchNames({ moved }: Pick<ScratchFiles, 'moved'>, real: string, scratch: string): Map<string, string> {
  return new Map([[real, scratch], ...moved.map((name, i) => [name, `${scratch}_${i + 1}`] as const)])
}

/**
 * The texts of the statements that can run, with the scratch schemas in place of the real ones. The first one creates those of `moved`.
 * Statements of the package name no schema: what looks like one is an alias or a table of the same name.
 */
export function textsFor(files: ScratchFiles, real: string, scratch: string): string[] {
  const names = scratchNames(files, real, scratch)
  const others = [...names.values()].filter((name) => name !== scratch).map((name) => `CREATE SCHEMA ${quoteIdent(name)};\n`)
  const runnable = files.statements.filter(({ obstacle }) => obstacle === undefined)
  return runnable.map(({ text, own }, i) => {
    const renamed = own ? text : [...names].reduce((result, [from, to]) => renameSchema(result, from, to, files.objects), text)
    return i === 0 ? others.join('') + renamed : renamed
  })
}

/** The schemas of a statement with SET SCHEMA. */
function movedSchemas({ text }: ParsedStatement): string[] {
  if (!/\bset\s+schema\b/i.test(text)) return []
  const names = namesOutside(new Cursor(text))
  if (names[0]?.name !== 'alter') return []
  const at = names.findIndex(({ name }, i) => name === 'set' && names[i + 1]?.name === 'schema')
  const target = at === -1 ? undefined : names[at + 2]?.name
  return target === undefined ? [] : [...names.slice(0, at).flatMap(({ schema }) => schema ?? []), target]
}

/** The words and names of a statement, without those in parentheses: types of arguments, conditions. */
function namesOutside(cursor: Cursor): QualifiedName[] {
  const names: QualifiedName[] = []
  while (!cursor.atEnd) {
    const name = cursor.name()
    if (name === undefined) cursor.skipItem()
    else names.push(name)
  }
  return names
}

/** The name of the object that the statement creates, or the new name that it gives one. */
function createdNames({ kind, text }: ParsedStatement): string[] {
  if (kind.object !== undefined && kind.verb.startsWith('CREATE')) return [kind.object.name]
  if (!kind.verb.startsWith('ALTER') || !/\brename\s+to\b/i.test(text)) return []
  const names = namesOutside(new Cursor(text))
  return names.flatMap(({ name }, i) => (names[i - 2]?.name === 'rename' && names[i - 1]?.name === 'to' ? [name] : []))
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

function isDefinition({ kind, text }: ParsedStatement): boolean {
  const { verb } = kind
  // an index can have no name, and a name can be a variable
  if (verb.startsWith('CREATE')) return DEFINES.has(kind.object?.kind ?? verb.slice('CREATE '.length).toLowerCase())
  const isChange = OF_A_SCHEMA.some((object) => verb === `ALTER ${object.toUpperCase()}` || verb === `DROP ${object.toUpperCase()}`)
  return (
    verb === 'DO' ||
    isSelectInto(new Cursor(text)) ||
    verb === 'REFRESH MATERIALIZED VIEW' ||
    isChange ||
    isDefaultOfSchema(new Cursor(text)) ||
    isComment(new Cursor(text)) ||
    isGrant(new Cursor(text))
  )
}

/** `SELECT ... INTO t FROM ...`, which creates a table. */
function isSelectInto(cursor: Cursor): boolean {
  if (cursor.word() !== 'select' && cursor.word() !== 'with') return false
  return cursor.skipUntil((word) => WRITES.has(word)) && cursor.word() === 'into'
}

const WRITES: ReadonlySet<string> = new Set(['delete', 'insert', 'into', 'merge', 'update'])

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
function isElsewhere({ kind, text }: ParsedStatement, schemas: ReadonlySet<string>): boolean {
  if (kind.object !== undefined) return isOther(kind.object, schemas)
  if (!CHANGES.test(kind.verb)) return false
  const { targets } = statementTargets(text)
  return targets.length > 0 && targets.every((target) => isOther(target, schemas))
}

const CHANGES = /^(?:ALTER|COMMENT|CREATE|DROP|GRANT|REFRESH|REVOKE)\b/

/** Whether a statement for the schema also changes another one. */
function changesOther({ kind, text }: ParsedStatement, schemas: ReadonlySet<string>): boolean {
  if (kind.verb === 'ALTER TABLE' && /\b(?:attach|detach)\s+partition\b/i.test(text)) {
    const { actions } = readAlterActions(new Cursor(text))
    return actions.some((action) => isOther(nameIn(action) ?? {}, schemas))
  }
  return CHANGES.test(kind.verb) && statementTargets(text).targets.some((target) => isOther(target, schemas))
}

const CHANGES_OTHER = 'it also changes another schema'

function isOther({ schema: named }: { schema?: string }, schemas: ReadonlySet<string>): boolean {
  return named !== undefined && !schemas.has(named)
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
