import type { PrintedObject } from '../../db/printed-object.ts'
import { columnKey, keyOf, simpleObject, type DumpObject, type Part } from './dump-object.ts'
import type { Facts, TypeFacts } from './facts.ts'

/** Enums, domains, ranges and composite types. Base types and ranges with a canonical function need code in C. */
export function typeObjects(facts: Facts, local: (name: string) => string): DumpObject[] {
  return facts.types.map((type) => {
    const lists = [type.oid, type.array_type, type.multirange_oid, type.multirange_array]
    const keys = lists.flatMap((oid) => (oid === null ? [] : [keyOf('pg_type', oid)]))
    const own = typeObject(facts, type, local)
    const word = type.kind === 'd' ? 'DOMAIN' : 'TYPE'
    return {
      ...own,
      keys: [...keys, ...own.keys],
      targets: new Map([...own.targets, [keyOf('pg_type', type.oid), `${word} ${type.name}`]]),
    }
  })
}

function typeObject(facts: Facts, type: TypeFacts, local: (name: string) => string): DumpObject {
  const id = `type ${type.name}`
  if (type.kind === 'e') return simpleObject(id, 'type', `CREATE TYPE ${type.name} AS ENUM (${list(type.labels)})`)
  if (type.kind === 'c') return compositeType(facts, type, local)
  if (type.kind === 'd') return domain(facts, type, local)
  if (type.kind === 'r' && type.has_canonical !== true) return simpleObject(id, 'type', rangeText(facts, type, local))
  return { ...simpleObject(id, 'uncovered', `-- NOT COVERED: TYPE ${type.name}`), isComment: true }
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? '' : `\n    ${texts.join(',\n    ')}\n`
}

function compositeType(facts: Facts, { name, relation }: TypeFacts, local: (name: string) => string): DumpObject {
  const columns = facts.columns.filter((column) => column.relation === relation)
  const texts = columns.map((column) => {
    const collation = column.collation === null ? '' : ` COLLATE ${local(column.collation)}`
    return `${column.name} ${facts.texts.of('column', column.relation, column.number) ?? ''}${collation}`
  })
  return simpleObject(`type ${name}`, 'type', `CREATE TYPE ${name} AS (${list(texts)})`, {
    keys: relation === null ? [] : [keyOf('pg_class', relation)],
    targets: columns.map((column) => [columnKey(column.relation, column.number), `COLUMN ${name}.${column.name}`]),
  })
}

function rangeText({ texts }: Facts, type: TypeFacts, local: (name: string) => string): string {
  const options = [
    `SUBTYPE = ${texts.of('subtype', type.oid) ?? ''}`,
    ...(type.operator_class === null ? [] : [`SUBTYPE_OPCLASS = ${local(type.operator_class)}`]),
    ...(type.range_collation === null ? [] : [`COLLATION = ${local(type.range_collation)}`]),
    ...(type.difference === null ? [] : [`SUBTYPE_DIFF = ${local(type.difference)}`]),
    ...(type.multirange === null ? [] : [`MULTIRANGE_TYPE_NAME = ${type.multirange}`]),
  ]
  return `CREATE TYPE ${type.name} AS RANGE (${list(options)})`
}

function domain(facts: Facts, type: TypeFacts, local: (name: string) => string): DumpObject {
  const { texts } = facts
  const value = texts.of('type default', type.oid)
  const checks = facts.constraints
    .filter((constraint) => constraint.domain === type.oid && constraint.kind === 'c')
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((constraint) => {
      const text = `CONSTRAINT ${constraint.name} ${texts.of('constraint', constraint.oid) ?? ''}`
      const key = keyOf('pg_constraint', constraint.oid)
      const object = simpleObject(`constraint ${type.name}.${constraint.name}`, 'constraint', `ALTER DOMAIN ${type.name} ADD ${text}`, {
        keys: [key],
        needs: [keyOf('pg_type', type.oid)],
        targets: [[key, `CONSTRAINT ${constraint.name} ON DOMAIN ${type.name}`]],
      })
      const part: Part = { keys: [key], object: () => object }
      return { text, part, constraint, object }
    })
  const inline = checks.filter(({ constraint }) => constraint.validated)
  const head = [
    `CREATE DOMAIN ${type.name} AS ${texts.of('base', type.oid) ?? ''}`,
    ...(type.collation === null ? [] : [`COLLATE ${local(type.collation)}`]),
    ...(value === undefined ? [] : [`DEFAULT ${value}`]),
    ...(type.not_null ? [`${type.not_null_name === null ? '' : `CONSTRAINT ${type.not_null_name} `}NOT NULL`] : []),
  ].join(' ')
  return {
    id: `type ${type.name}`,
    rank: 'type',
    keys: [],
    create: (apart) => [head, ...inline.filter(({ part }) => !apart.has(part)).map(({ text }) => text)].join('\n    '),
    after: checks.filter(({ constraint }) => !constraint.validated).map(({ object }) => object.create(new Set())),
    parts: inline.map(({ part }) => part),
    targets: new Map(checks.flatMap(({ object }) => [...object.targets])),
  }
}

/** What ALTER TYPE, ALTER DOMAIN and CREATE OR REPLACE VIEW can change of the object with the key. */
export function typeParts(
  facts: Facts,
  { relation, type }: { relation: Facts['relations'][number] | undefined; type: Facts['types'][number] | undefined },
): Pick<PrintedObject, 'labels' | 'attributes' | 'domain'> {
  const { texts } = facts
  const attributes = (of: number): [string, string][] =>
    facts.columns.filter((column) => column.relation === of).map(({ name, number }) => [name, texts.of('column', of, number) ?? ''])
  if (relation?.kind === 'v' || relation?.kind === 'm') return { attributes: attributes(relation.oid) }
  if (type === undefined) return {}
  switch (type.kind) {
    case 'e':
      return { labels: [...type.labels] }
    case 'c':
      return type.relation === null ? {} : { attributes: attributes(type.relation) }
    case 'd': {
      const checks = facts.constraints.filter(({ domain: of, kind }) => of === type.oid && kind === 'c')
      return {
        domain: {
          base: texts.of('base', type.oid) ?? '',
          default: texts.of('type default', type.oid) ?? '',
          notNull: type.not_null,
          constraints: checks.map(({ name, oid }) => [name, texts.of('constraint', oid) ?? '']),
        },
      }
    }
    default:
      return {}
  }
}
