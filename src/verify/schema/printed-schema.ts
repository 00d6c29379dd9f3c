import type { PrintedObject } from '../../db/printed-object.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { Scanner } from '../../sqltext/lexer/scanner.ts'

/** A schema as statements. */
export class PrintedSchema {
  /** In the order in which they can be created. */
  readonly objects: readonly PrintedObject[]
  readonly #byKey: ReadonlyMap<string, PrintedObject>
  readonly #places: ReadonlyMap<string, number>

  constructor(objects: readonly PrintedObject[]) {
    this.objects = objects
    this.#byKey = new Map(objects.map((object) => [object.key, object]))
    this.#places = new Map(objects.map(({ key }, i) => [key, i]))
  }

  get(key: string): PrintedObject | undefined {
    return this.#byKey.get(key)
  }

  /** Undefined for an object that is not there. */
  placeOf(key: string): number | undefined {
    return this.#places.get(key)
  }

  /** The table, view or sequence of that name. */
  relation(name: string): PrintedObject | undefined {
    return RELATIONS.map((kind) => this.get(`${kind} ${name}`)).find((found) => found !== undefined)
  }

  /** Everything that cannot exist without the object, also through others, in the order in which it can be created. */
  dependants(key: string): PrintedObject[] {
    const found = new Set([key])
    let before = 0
    while (before !== found.size) {
      before = found.size
      for (const { key: other, needs, whole } of this.objects)
        if (needs.some((need) => found.has(need)) || (whole !== null && found.has(whole))) found.add(other)
    }
    found.delete(key)
    return this.objects.filter((object) => found.has(object.key))
  }

  /** What exists only on the object, and is not created with it. */
  parts(key: string): PrintedObject[] {
    return this.objects.filter(({ whole, inline }) => whole === key && !inline)
  }
}

const RELATIONS = ['table', 'view', 'materialized view', 'foreign table', 'sequence']

/** The name of a schema, as it is, and as SQL writes it. */
export interface SchemaName {
  name: string
  quoted: string
}

/** The statements for another schema. `from` is a name that no other text contains, and that needs no quotes. */
export function inSchema(objects: readonly PrintedObject[], from: string, to: SchemaName): PrintedObject[] {
  const text = (sql: string): string => renamed(sql, from, to)
  const pairs = (list: readonly [string, string][]): [string, string][] => list.map(([name, sql]) => [name, text(sql)])
  return objects.map((object) => ({
    ...object,
    create: object.create.map(text),
    attach: object.attach.map(text),
    comments: object.comments.map(text),
    grants: object.grants.map(text),
    owner: object.owner === null ? null : text(object.owner),
    drop: object.drop === null ? null : text(object.drop),
    target: text(object.target),
    ...(object.attributes === undefined ? {} : { attributes: pairs(object.attributes) }),
    ...(object.domain === undefined
      ? {}
      : {
          domain: {
            ...object.domain,
            base: text(object.domain.base),
            default: text(object.domain.default),
            constraints: pairs(object.domain.constraints),
          },
        }),
    ...(object.column === undefined
      ? {}
      : {
          column: {
            ...object.column,
            table: text(object.column.table),
            type: text(object.column.type),
            collation: text(object.column.collation),
            default: text(object.column.default),
            identity: text(object.column.identity),
            generated: text(object.column.generated),
          },
        }),
  }))
}

function renamed(sql: string, from: string, to: SchemaName): string {
  if (!sql.includes(from)) return sql
  const scanner = new Scanner(sql)
  let result = ''
  let copied = 0
  while (scanner.next() !== 'end') {
    const { kind, start, end } = scanner
    const source = sql.slice(start, end)
    if (!source.includes(from)) continue
    result += sql.slice(copied, start) + renamedToken(kind, source, from, to)
    copied = end
  }
  return result + sql.slice(copied)
}

/** An entry of a search_path, a name inside a literal, the body of a function, or a name. */
function renamedToken(kind: string, source: string, from: string, to: SchemaName): string {
  if (source === `'${from}'`) return quoteLiteral(to.name)
  if (kind !== 'string' || source.startsWith('$')) return source.replaceAll(from, () => to.quoted)
  const escaped = to.quoted.replaceAll("'", "''")
  return source.replaceAll(from, () => (/^E'/i.test(source) ? escaped.replaceAll('\\', '\\\\') : escaped))
}

/** A name of the scratch schema, quoted where PostgreSQL requires it; a keyword is not. */
export function ident(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdent(name)
}
