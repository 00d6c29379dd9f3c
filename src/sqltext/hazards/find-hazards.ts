import { Cursor } from '../lexer/cursor.ts'
import { alterTableHazards } from './alter-table.ts'
import { dropCascadeHazards, dropDatabaseHazards, dropTableHazards, truncateHazards } from './drops.ts'
import type { HazardContext } from './hazard-context.ts'
import type { Hazard, HazardRule } from './hazard.ts'
import { createIndexHazards, dropIndexHazards, reindexHazards } from './indexes.ts'
import { clusterHazards, refreshHazards, vacuumHazards } from './maintenance.ts'
import { createTriggerHazards, lockTableHazards, partitionOfHazards } from './table-locks.ts'
import { domainHazards, enumValueHazards } from './types.ts'
import { writeHazards } from './writes.ts'
import type { StatementKind } from '../statements/statement-kind.ts'

/**
 * What is dangerous about a statement on a database in use: it blocks others for as long as it takes to read or rewrite a
 * table, it breaks those who use what it changes, or it fails for reasons that show in production only. From the text
 * alone, after the rules of squawk; docs/migrate-hazards.md says which and what was left out.
 */
export function findHazards(statementText: string, kind: StatementKind, context: HazardContext): Hazard[] {
  const apply = (rule: HazardRule): Hazard[] => rule({ cursor: new Cursor(statementText), kind, context })
  const rule = RULES.get(kind.verb)
  return [...(rule === undefined ? [] : apply(rule)), ...apply(enumValueHazards)]
}

/** By the verb that `classify` gives. */
const RULES: ReadonlyMap<string, HazardRule> = new Map([
  ['ALTER DOMAIN', domainHazards],
  ['ALTER FOREIGN TABLE', alterTableHazards],
  ['ALTER INDEX', alterTableHazards],
  ['ALTER MATERIALIZED VIEW', alterTableHazards],
  ['ALTER TABLE', alterTableHazards],
  ['ALTER VIEW', alterTableHazards],
  ['CLUSTER', clusterHazards],
  ['CREATE INDEX', createIndexHazards],
  ['CREATE TABLE', partitionOfHazards],
  ['CREATE TRIGGER', createTriggerHazards],
  ['DELETE', writeHazards],
  ['DROP DATABASE', dropDatabaseHazards],
  ['DROP DOMAIN', dropCascadeHazards],
  ['DROP EXTENSION', dropCascadeHazards],
  ['DROP FOREIGN TABLE', dropTableHazards],
  ['DROP INDEX', dropIndexHazards],
  ['DROP SCHEMA', dropCascadeHazards],
  ['DROP TABLE', dropTableHazards],
  ['DROP TYPE', dropCascadeHazards],
  ['LOCK', lockTableHazards],
  ['REFRESH MATERIALIZED VIEW', refreshHazards],
  ['REINDEX', reindexHazards],
  ['TRUNCATE', truncateHazards],
  ['UPDATE', writeHazards],
  ['VACUUM', vacuumHazards],
  ['WITH', writeHazards],
])
