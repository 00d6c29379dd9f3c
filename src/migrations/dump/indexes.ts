import { keyOf, simpleObject, type DumpObject } from './dump-object.ts'
import type { Facts, Relation } from './facts.ts'
import type { Naming } from './names.ts'

/** The begin of the text of an index that is not valid. */
export const INVALID = '-- INVALID, not created: '

/** The indexes that belong to no constraint, and how those of partitions are attached. */
export function indexObjects(facts: Facts, naming: Naming): DumpObject[] {
  const relations = new Map(facts.relations.map((relation) => [relation.oid, relation]))
  const ofConstraint = new Set(facts.indexes.filter(({ of_constraint }) => of_constraint).map(({ oid }) => oid))
  return facts.indexes.flatMap((index) => {
    const table = relations.get(index.relation)
    if (table === undefined) return []
    const keys = [keyOf('pg_class', index.oid)]
    const name = `${naming.prefix}${index.name}`
    const attached =
      index.parent === null || (index.of_constraint && ofConstraint.has(index.parent_oid ?? 0))
        ? []
        : [
            simpleObject(`attached index ${index.name}`, 'index', `ALTER INDEX ${naming.local(index.parent)} ATTACH PARTITION ${name}`, {
              needs: [...keys, keyOf('pg_class', index.parent_oid ?? 0), keyOf('pg_class', table.oid)],
            }),
          ]
    if (index.of_constraint) return attached
    const statement = naming.unqualified(facts.texts.of('index', index.oid) ?? '', 1)
    const own: DumpObject = {
      ...simpleObject(`index ${index.name}`, 'index', statement, {
        keys,
        needs: [keyOf('pg_class', table.oid)],
        targets: [[keyOf('pg_class', index.oid), `INDEX ${name}`]],
      }),
      after: [...index.statistics.map((setting) => `ALTER INDEX ${name} ALTER COLUMN ${setting}`), ...indexSettings(table, index)],
    }
    if (index.valid || index.partitioned) return [own, ...attached]
    const comment = `${INVALID}${statement.replaceAll(/\s+/g, ' ')}`
    return [{ ...own, create: () => comment, after: [], isComment: true }]
  })
}

/** What a table says of one of its indexes. */
export function indexSettings(table: Relation, index: Facts['indexes'][number]): string[] {
  return [
    ...(index.clustered ? [`ALTER TABLE ${table.name} CLUSTER ON ${index.name}`] : []),
    ...(index.replica_identity && table.replica_identity === 'i'
      ? [`ALTER TABLE ONLY ${table.name} REPLICA IDENTITY USING INDEX ${index.name}`]
      : []),
  ]
}
