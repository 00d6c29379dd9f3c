import type { ParsedMigration, ParsedStatement } from './migration-file.ts'

/** Statements that say what a schema consists of. Data, roles, databases and extensions are none of it. */
const DEFINES: ReadonlySet<string> = new Set([
  'access method',
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

const ALSO =
  /^(?:ALTER (?:TABLE|INDEX|VIEW|MATERIALIZED VIEW|SEQUENCE|FUNCTION|PROCEDURE|TYPE|DOMAIN|POLICY|TRIGGER)|COMMENT|DROP (?:TABLE|INDEX|VIEW|MATERIALIZED VIEW|SEQUENCE|FUNCTION|PROCEDURE|TYPE|DOMAIN|POLICY|TRIGGER|CONSTRAINT)|GRANT|REVOKE|DO)\b/

/**
 * The statements of the files that can be run in a scratch schema to see what they make. One that names
 * `schema` itself is left out: it would reach into the real one.
 */
export function scratchStatements(migrations: readonly ParsedMigration[], schema: string): string[] {
  return migrations.flatMap(({ statements }) => statements.filter((statement) => isDefinition(statement, schema)).map(forScratch))
}

function isDefinition({ kind, text }: ParsedStatement, schema: string): boolean {
  const defines = (kind.verb.startsWith('CREATE') && kind.object !== undefined && DEFINES.has(kind.object.kind)) || ALSO.test(kind.verb)
  return defines && !namesSchema(text, schema)
}

function namesSchema(text: string, schema: string): boolean {
  const lower = text.toLowerCase()
  return lower.includes(`${schema.toLowerCase()}.`) || lower.includes(`"${schema.toLowerCase()}".`)
}

/** CONCURRENTLY cannot run in a transaction, and makes the same index. */
function forScratch({ text, kind }: ParsedStatement): string {
  return kind.object?.kind === 'index' ? text.replace(/\bCONCURRENTLY\b/i, '') : text
}
