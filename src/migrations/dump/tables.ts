import { groupedBy } from '../../core/grouped-by.ts'
import type { ColumnParts } from '../../db/printed-object.ts'
import { columnKey, keyOf, simpleObject, type DumpObject, type Part } from './dump-object.ts'
import type { Column, Constraint, Facts, Relation, Sequence } from './facts.ts'
import { indexSettings } from './indexes.ts'
import { serverOptions, storageOption, type Naming } from './names.ts'
import { sequenceOptions } from './sequences.ts'

/** What a table is made of. */
interface TableFacts {
  table: Relation
  columns: readonly Column[]
  constraints: readonly Constraint[]
  sequences: readonly Sequence[]
  facts: Facts
  naming: Naming
}

/** Tables, partitioned tables and foreign tables, with their columns, defaults, keys and checks; partitions are attached later. */
export function tableObjects(facts: Facts, naming: Naming): DumpObject[] {
  const columns = byRelation(facts.columns)
  const constraints = byRelation(facts.constraints)
  const sequences = byRelation(facts.sequences)
  return facts.relations
    .filter(({ kind }) => kind === 'r' || kind === 'p' || kind === 'f')
    .flatMap((table) => {
      const of: TableFacts = {
        table,
        columns: columns.get(table.oid) ?? [],
        constraints: constraints.get(table.oid) ?? [],
        sequences: sequences.get(table.oid) ?? [],
        facts,
        naming,
      }
      return [tableObject(of), ...attachment(of), ...laterConstraints(of)]
    })
}

/** The columns of the tables, each with the statements that add it and its settings. */
export function tableColumns(facts: Facts, naming: Naming): PrintedColumn[] {
  const columns = byRelation(facts.columns)
  const sequences = byRelation(facts.sequences)
  return facts.relations
    .filter(({ kind }) => kind === 'r' || kind === 'p' || kind === 'f')
    .flatMap((table) => {
      const own = columns.get(table.oid) ?? []
      const of: TableFacts = { table, columns: own, constraints: [], sequences: sequences.get(table.oid) ?? [], facts, naming }
      const alter = `ALTER ${table.kind === 'f' ? 'FOREIGN TABLE' : 'TABLE'} ${table.name}`
      return own.map((column): PrintedColumn => {
        const [value] = defaultPart(of, column)
        const { name, number, storage, compression, generated } = column
        const parts = {
          table: alter,
          name,
          number,
          type: facts.texts.of('column', table.oid, number) ?? '',
          collation: column.collation === null ? '' : naming.local(column.collation),
          notNull: column.not_null && !column.not_null_not_valid,
          default: generated === '' && value !== undefined ? value.text.slice(' DEFAULT '.length) : '',
          identity: identity(of, column),
          generated: generated === '' ? '' : (value?.text ?? ''),
          storage: storage ?? '',
          compression: compression ?? '',
        }
        const create = [`${alter} ADD COLUMN ${columnText(of, column, value?.text ?? '')}`, ...columnSettings(alter, column)]
        return { table, column, name, create, drop: `${alter} DROP COLUMN ${name}`, parts }
      })
    })
}

export interface PrintedColumn {
  table: Relation
  column: Column
  /** Quoted where SQL needs it. */
  name: string
  create: string[]
  drop: string
  parts: ColumnParts
}

function byRelation<T extends { relation: number | null }>(rows: readonly T[]): Map<number | null, T[]> {
  return groupedBy(rows, (row) => row.relation)
}

function tableObject(of: TableFacts): DumpObject {
  const { table, columns, sequences } = of
  const defaults = columns.flatMap((column) => defaultPart(of, column))
  const constraints = inlineConstraints(of)
  const parts = [...defaults.map(({ part }) => part), ...constraints.map(({ part }) => part)]
  const identities = sequences.filter(({ dependence }) => dependence === 'i')
  const create = (apart: ReadonlySet<Part>): string => {
    const inline = new Map(defaults.filter(({ part }) => !apart.has(part)).map(({ column, text }) => [column, text]))
    const lines = [
      ...columns.filter((column) => isWritten(of, column)).map((column) => columnText(of, column, inline.get(column.number) ?? '')),
      ...constraints.filter(({ part }) => !apart.has(part)).map(({ text }) => text),
    ]
    return `${head(of)}${body(of, lines)}${tail(of)}`
  }
  return {
    id: `table ${table.name}`,
    rank: 'table',
    keys: [keyOf('pg_class', table.oid), ...rowTypes(table), ...identities.map(({ oid }) => keyOf('pg_class', oid))],
    needs: sequences.map(({ oid }) => keyOf('pg_class', oid)),
    create,
    after: settings(of, defaults),
    parts,
    targets: new Map([
      [keyOf('pg_class', table.oid), `${table.kind === 'f' ? 'FOREIGN TABLE' : 'TABLE'} ${table.name}`],
      ...columns.map((column): [string, string] => [columnKey(table.oid, column.number), `COLUMN ${table.name}.${column.name}`]),
      ...constraints.flatMap(({ part }) => [...part.object().targets]),
      ...columns.flatMap(({ not_null_oid: oid, not_null_constraint: name }): [string, string][] =>
        oid === null || name === null ? [] : [[keyOf('pg_constraint', oid), `CONSTRAINT ${name} ON ${table.name}`]],
      ),
      ...identities.map((sequence): [string, string] => [keyOf('pg_class', sequence.oid), `SEQUENCE ${sequenceName(of, sequence)}`]),
    ]),
  }
}

/** The keys of the type of the rows, and of lists of it. */
export function rowTypes({ row_type: row, array_type: array }: Pick<Relation, 'row_type' | 'array_type'>): string[] {
  return [row, array].flatMap((oid) => (oid === null ? [] : [keyOf('pg_type', oid)]))
}

function head({ table }: TableFacts): string {
  const words = table.kind === 'f' ? 'FOREIGN TABLE' : table.unlogged ? 'UNLOGGED TABLE' : 'TABLE'
  return `CREATE ${words} ${table.name}`
}

function body({ table, naming: { local } }: TableFacts, lines: readonly string[]): string {
  const list = lines.length === 0 ? '()' : `(\n    ${lines.join(',\n    ')}\n)`
  if (table.of_type === null) return ` ${list}`
  return ` OF ${local(table.of_type)}${lines.length === 0 ? '' : ` ${list}`}`
}

function tail({ table, facts, naming: { local } }: TableFacts): string {
  const key = facts.texts.of('partition key', table.oid)
  const parents = isAttached(table) ? [] : table.parents.map(local)
  return [
    parents.length === 0 ? '' : `\nINHERITS (${parents.join(', ')})`,
    key === undefined ? '' : `\nPARTITION BY ${key}`,
    table.access_method === null ? '' : `\nUSING ${table.access_method}`,
    table.options.length === 0 ? '' : `\nWITH (${table.options.map(storageOption).join(', ')})`,
    table.server === null ? '' : `\nSERVER ${table.server}${serverOptions(table.server_options)}`,
  ].join('')
}

/** Whether it is created as a table of its own, and gets its parents later: so its columns keep their order. */
function isAttached({ is_partition, own_order }: Relation): boolean {
  return is_partition || own_order
}

/** An inherited column is in the definition of the parent, unless the table gets its parents later. */
function isWritten({ table, facts }: TableFacts, column: Column): boolean {
  if (table.of_type !== null)
    return column.not_null || (column.default_oid !== null && facts.texts.of('default', column.default_oid) !== undefined)
  return column.is_local || isAttached(table)
}

function columnText(of: TableFacts, column: Column, value: string): string {
  const { table, facts, naming } = of
  if (table.of_type !== null) return `${column.name} WITH OPTIONS${notNull(column)}${value}`
  const type = facts.texts.of('column', table.oid, column.number) ?? ''
  const collation = column.collation === null ? '' : ` COLLATE ${naming.local(column.collation)}`
  return `${column.name} ${type}${serverOptions(column.server_options)}${collation}${notNull(column)}${identity(of, column)}${value}`
}

function notNull({ not_null, not_null_name, not_null_no_inherit, not_null_not_valid }: Column): string {
  if (!not_null || not_null_not_valid) return ''
  return `${not_null_name === null ? '' : ` CONSTRAINT ${not_null_name}`} NOT NULL${not_null_no_inherit ? ' NO INHERIT' : ''}`
}

/** A partition can share the sequence of its parent: then it has none of its own, and gets the identity when it is attached. */
function identity(of: TableFacts, column: Column): string {
  const sequence = of.sequences.find(({ dependence, column: number }) => dependence === 'i' && number === column.number)
  if (column.identity === '' || sequence === undefined) return ''
  const options = [...(sequence.usual_name === true ? [] : [`SEQUENCE NAME ${sequenceName(of, sequence)}`]), ...sequenceOptions(sequence)]
  const when = column.identity === 'a' ? 'ALWAYS' : 'BY DEFAULT'
  return ` GENERATED ${when} AS IDENTITY${options.length === 0 ? '' : ` (${options.join(' ')})`}`
}

function sequenceName({ facts }: TableFacts, { oid }: Sequence): string {
  return facts.relations.find((relation) => relation.oid === oid)?.name ?? ''
}

interface DefaultPart {
  column: number
  text: string
  part: Part
}

/** The default of a column, which can be set later; the expression of a generated column cannot. */
function defaultPart({ table, facts }: TableFacts, { number, name, default_oid: oid, generated }: Column): DefaultPart[] {
  const value = oid === null ? undefined : facts.texts.of('default', oid)
  if (oid === null || value === undefined) return []
  const keys = [keyOf('pg_attrdef', oid)]
  const apart = simpleObject(
    `default ${table.name}.${name}`,
    'constraint',
    `ALTER ${table.kind === 'f' ? 'FOREIGN TABLE' : 'TABLE'} ONLY ${table.name} ALTER COLUMN ${name} SET DEFAULT ${value}`,
    { keys, needs: [keyOf('pg_class', table.oid)] },
  )
  const text = generated === '' ? ` DEFAULT ${value}` : ` GENERATED ALWAYS AS (${value}) ${generated === 'v' ? 'VIRTUAL' : 'STORED'}`
  return [{ column: number, text, part: { keys, object: () => (generated === '' ? apart : { ...apart, id: '' }) } }]
}

/** Keys and valid checks. A child has the checks of its parent, unless it gets its parent later: then it needs them before. */
function inlineConstraints(of: TableFacts): { text: string; part: Part }[] {
  const { table, constraints } = of
  return constraints
    .filter(({ kind, validated, is_local }) => kind !== 'f' && (kind !== 'c' || (validated && (is_local || isAttached(table)))))
    .toSorted((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1))
    .map((constraint) => {
      const object = constraintObject(of, constraint)
      return {
        text: `CONSTRAINT ${constraint.name} ${of.facts.texts.of('constraint', constraint.oid) ?? ''}`,
        part: { keys: object.keys, object: () => object },
      }
    })
}

function order({ kind }: Constraint): number {
  return ['p', 'u', 'x', 'c'].indexOf(kind)
}

/** Foreign keys, checks that are not valid, and NOT NULL that is not valid. */
function laterConstraints(of: TableFacts): DumpObject[] {
  const { table, constraints } = of
  return constraints
    .filter(
      ({ kind, validated, of_parent, is_local }) =>
        (kind === 'f' && !of_parent) || (kind === 'c' && !validated && (is_local || table.is_partition)),
    )
    .map((constraint) => constraintObject(of, constraint))
}

function constraintObject({ table, facts, naming }: TableFacts, { oid, name, kind, index }: Constraint): DumpObject {
  // a foreign key of a partitioned table is one of its partitions too, and cannot be added with ONLY
  const only = kind === 'f' && table.kind === 'p' ? '' : 'ONLY '
  const type = table.kind === 'f' ? 'FOREIGN TABLE' : 'TABLE'
  const keys = [keyOf('pg_constraint', oid), ...(index === null || kind === 'f' ? [] : [keyOf('pg_class', index)])]
  return simpleObject(
    `constraint ${table.name}.${name}`,
    'constraint',
    `ALTER ${type} ${kind === 'c' ? '' : only}${table.name} ADD CONSTRAINT ${name} ${facts.texts.of('constraint', oid) ?? ''}`,
    {
      keys,
      needs: [keyOf('pg_class', table.oid)],
      targets: [
        [keyOf('pg_constraint', oid), `CONSTRAINT ${name} ON ${table.name}`],
        ...(index === null || kind === 'f' ? [] : [[keyOf('pg_class', index), `INDEX ${naming.prefix}${name}`] as const]),
      ],
    },
  )
}

function attachment({ table, facts, naming: { local } }: TableFacts): DumpObject[] {
  if (!isAttached(table)) return []
  const bound = facts.texts.of('bound', table.oid) ?? ''
  const statements = table.parents.map((parent) =>
    table.is_partition
      ? `ALTER TABLE ONLY ${local(parent)} ATTACH PARTITION ${table.name} ${bound}`
      : `ALTER TABLE ${table.name} INHERIT ${local(parent)}`,
  )
  const [statement] = statements
  if (statement === undefined) return []
  const object = simpleObject(`partition ${table.name}`, 'partition', statement, { needs: [keyOf('pg_class', table.oid)] })
  return [{ ...object, after: statements.slice(1) }]
}

/** Statements after CREATE TABLE: what it cannot contain, in every version of PostgreSQL. */
function settings(of: TableFacts, defaults: readonly DefaultPart[]): string[] {
  const { table, columns, sequences, facts, naming } = of
  const alter = `ALTER ${table.kind === 'f' ? 'FOREIGN TABLE' : 'TABLE'} ONLY ${table.name}`
  const inherited = columns.filter((column) => table.of_type === null && !isWritten(of, column))
  return [
    ...inherited.flatMap((column) => {
      const value = column.generated === '' ? defaults.find(({ column: number }) => number === column.number) : undefined
      return [
        ...(value === undefined ? [] : [`${alter} ALTER COLUMN ${column.name} SET${value.text}`]),
        ...(column.not_null && !column.parent_not_null ? [`${alter} ALTER COLUMN ${column.name} SET NOT NULL`] : []),
      ]
    }),
    ...columns.flatMap((column) => {
      return [
        ...(column.not_null_not_valid
          ? [
              `${alter} ADD CONSTRAINT ${column.not_null_name ?? `${unquotedName(table.name.slice(naming.prefix.length))}_${unquotedName(column.name)}_not_null`} NOT NULL ${column.name} NOT VALID`,
            ]
          : []),
        ...columnSettings(alter, column),
      ]
    }),
    ...sequences
      .filter(({ dependence }) => dependence === 'a')
      .map((sequence) => {
        const owner = columns.find(({ number }) => number === sequence.column)
        return `ALTER SEQUENCE ${sequenceName(of, sequence)} OWNED BY ${table.name}.${owner?.name ?? ''}`
      })
      .toSorted(),
    ...(table.row_security ? [`ALTER TABLE ${table.name} ENABLE ROW LEVEL SECURITY`] : []),
    ...(table.forced ? [`ALTER TABLE ${table.name} FORCE ROW LEVEL SECURITY`] : []),
    ...(table.replica_identity === 'f' ? [`${alter} REPLICA IDENTITY FULL`] : []),
    ...(table.replica_identity === 'n' && table.kind !== 'f' ? [`${alter} REPLICA IDENTITY NOTHING`] : []),
    ...facts.indexes
      .filter(({ relation, of_constraint }) => relation === table.oid && of_constraint)
      .flatMap((index) => indexSettings(table, index)),
  ]
}

function columnSettings(alter: string, { name, storage, compression, statistics, options }: Column): string[] {
  const set = `${alter} ALTER COLUMN ${name} SET`
  return [
    ...(storage === null ? [] : [`${set} STORAGE ${storage}`]),
    ...(compression === null ? [] : [`${set} COMPRESSION ${compression}`]),
    ...(statistics === null ? [] : [`${set} STATISTICS ${statistics}`]),
    ...(options.length === 0 ? [] : [`${set} (${options.map(storageOption).join(', ')})`]),
  ]
}

/** Without the quotes of SQL. */
export function unquotedName(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
