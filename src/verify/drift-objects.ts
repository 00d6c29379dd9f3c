import type { Difference } from '../db/catalog-diff.ts'

/** Kinds of objects that stand by themselves; everything else is part of one. */
export const WHOLES: ReadonlySet<string> = new Set([
  'aggregate',
  'domain',
  'enum',
  'foreign table',
  'function',
  'materialized view',
  'partitioned table',
  'procedure',
  'range',
  'sequence',
  'table',
  'type',
  'view',
  'window function',
])

/** What an object is part of: the table of a column or an index, the view of its column, the function of its comment; empty for a whole. */
export function partsOf({ kind, name, expected, actual }: Difference): string[] {
  if (WHOLES.has(kind)) return []
  if (kind === 'index') return tableOfIndex(expected ?? actual ?? '')
  if (kind === 'comment' && name.includes('(')) return [name]
  const dot = name.indexOf('.')
  return [dot === -1 ? name : name.slice(0, dot)]
}

/** `index idx_a`, `column t.c`, `constraint t.t_check`, `comment on t.c`. */
export function objectName({ kind, name }: Pick<Difference, 'kind' | 'name'>): string {
  if (kind === 'comment') return `comment on ${name}`
  if (kind === 'storage') return `storage options of table ${name}`
  return `${kind === 'view column' ? 'column' : kind} ${name}`
}

function tableOfIndex(definition: string): string[] {
  const table = / ON (?:ONLY )?("(?:[^"]|"")+"|\S+) USING /.exec(definition)?.[1]
  return table === undefined ? [] : [table.startsWith('"') ? table.slice(1, -1).replaceAll('""', '"') : table]
}
