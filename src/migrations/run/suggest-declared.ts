import type { ObjectKind, SqlObject } from '../../sqltext/statements/statement-kind.ts'
import { mentionsIn } from '../../sqltext/locate/locate-names.ts'
import type { FailureFacts } from './failure-facts.ts'
import type { ParsedStatement } from '../files/migration-file.ts'

/** What may be unknown. */
export type NameKind = 'column' | 'relation' | 'index' | 'function' | 'type' | 'schema'

/** A name that could have been meant. */
export interface Candidate {
  name: string
  /** How to write it. */
  shown: string
}

/** What the file itself has made up to the fault: with the transaction it is gone from the catalog. `tables` are those whose columns count. */
export function declaredCandidates({ migration, statement }: FailureFacts, kind: NameKind, tables: readonly string[]): Candidate[] {
  const done = migration.statements.slice(0, statement.index + 1)
  if (kind === 'column') return done.flatMap((entry) => declaredColumns(entry, tables))
  // the failing statement's own object is what it would have made, not what it looks for
  return done.slice(0, -1).flatMap(({ kind: { verb, object } }) => {
    if (!verb.startsWith('CREATE') || object === undefined || !KINDS[kind].includes(object.kind)) return []
    return [{ name: object.name, shown: kind === 'function' ? `${object.name}(${object.parameters ?? ''})` : object.name }]
  })
}

const RELATIONS: readonly ObjectKind[] = ['table', 'foreign table', 'view', 'materialized view', 'sequence']

const KINDS: Readonly<Record<Exclude<NameKind, 'column'>, readonly ObjectKind[]>> = {
  relation: RELATIONS,
  index: ['index'],
  function: ['function', 'procedure', 'aggregate'],
  type: ['type', 'domain', 'table'],
  schema: ['schema'],
}

function declaredColumns({ kind: { verb, object }, text }: ParsedStatement, tables: readonly string[]): Candidate[] {
  if (object === undefined) return []
  const added = object.kind === 'column' && tables.includes(object.table ?? '') ? [object.name] : []
  const columns = verb === 'CREATE TABLE' && tables.includes(object.name) ? elements(text) : added
  return columns.map((name) => ({ name, shown: `${tableOf(object)}.${name}` }))
}

function tableOf({ kind, name, table }: SqlObject): string {
  return kind === 'column' ? (table ?? name) : name
}

/** The columns of a CREATE TABLE, without the table constraints that stand among them. */
function elements(text: string): string[] {
  const first = [...mentionsIn(text)].filter(({ isElement, isLiteral }) => isElement && !isLiteral)
  return first.map(({ value }) => value).filter((value) => !CONSTRAINTS.has(value))
}

const CONSTRAINTS: ReadonlySet<string> = new Set(['check', 'constraint', 'exclude', 'foreign', 'like', 'primary', 'unique'])
