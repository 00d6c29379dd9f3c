import { columnKey, keyOf, simpleObject, type DumpObject } from './dump-object.ts'
import type { Facts, Relation } from './facts.ts'
import { storageOption } from './names.ts'
import type { Dependencies } from './order.ts'
import { rowTypes } from './tables.ts'

/** Views and materialized views. A materialized view with rows is filled at the end, when everything that it reads exists. */
export function viewObjects(facts: Facts, dependencies: Dependencies, local: (name: string) => string): DumpObject[] {
  return facts.relations.filter(({ kind }) => kind === 'v' || kind === 'm').flatMap((view) => objectsOf(facts, view, dependencies, local))
}

/** The rows of a materialized view, which come after the view. */
function rowsKey(view: string): string {
  return `rows of ${view}`
}

/** The materialized views with rows that a view reads, also through other views. */
function filledBelow(view: string, dependencies: Dependencies, { relations }: Facts): string[] {
  const filled = new Set(relations.filter(({ kind, populated }) => kind === 'm' && populated).map(({ oid }) => keyOf('pg_class', oid)))
  const seen = new Set([view])
  for (const key of seen) for (const needed of dependencies.get(key) ?? []) seen.add(needed)
  return [...seen].filter((key) => key !== view && filled.has(key))
}

function objectsOf(facts: Facts, view: Relation, dependencies: Dependencies, local: (name: string) => string): DumpObject[] {
  const columns = facts.columns.filter(({ relation }) => relation === view.oid)
  const key = keyOf('pg_class', view.oid)
  const isMaterialized = view.kind === 'm'
  const words = isMaterialized ? 'MATERIALIZED VIEW' : 'VIEW'
  const options = view.options.length === 0 ? '' : `\nWITH (${view.options.map(storageOption).join(', ')})`
  const method = view.access_method === null ? '' : `\nUSING ${view.access_method}`
  const query = (facts.texts.of('view', view.oid) ?? '').replace(/;\s*$/, '')
  const text = `${words} ${view.name}${method}${options} AS\n${query}${isMaterialized ? '\nWITH NO DATA' : ''}`
  const nulls = columns.map((column) => {
    const collation = column.collation === null ? '' : ` COLLATE ${local(column.collation)}`
    return `NULL::${facts.texts.of('column', view.oid, column.number) ?? ''}${collation} AS ${column.name}`
  })
  const own: DumpObject = {
    ...simpleObject(`${words.toLowerCase()} ${view.name}`, 'view', `CREATE ${text}`, {
      keys: [key, ...rowTypes(view)],
      targets: [
        [key, `${words} ${view.name}`],
        ...columns.map((column) => [columnKey(view.oid, column.number), `COLUMN ${view.name}.${column.name}`] as const),
      ],
    }),
    ...(isMaterialized ? {} : { stub: () => `CREATE VIEW ${view.name} AS\n SELECT ${nulls.join(',\n    ')}` }),
    after: columns.flatMap((column) => {
      const value = column.default_oid === null ? undefined : facts.texts.of('default', column.default_oid)
      return [
        ...(value === undefined ? [] : [`ALTER VIEW ${view.name} ALTER COLUMN ${column.name} SET DEFAULT ${value}`]),
        ...(column.statistics === null || !isMaterialized
          ? []
          : [`ALTER MATERIALIZED VIEW ${view.name} ALTER COLUMN ${column.name} SET STATISTICS ${column.statistics}`]),
      ]
    }),
  }
  if (!isMaterialized || !view.populated) return [own]
  const refresh = simpleObject(`rows of ${view.name}`, 'refresh', `REFRESH MATERIALIZED VIEW ${view.name}`, {
    keys: [rowsKey(key)],
    needs: [key, ...filledBelow(key, dependencies, facts).map(rowsKey)],
  })
  return [own, refresh]
}
