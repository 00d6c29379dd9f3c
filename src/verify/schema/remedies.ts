import { bareName } from '../../core/privileges.ts'
import { textAfter, textBefore } from '../../core/text.ts'
import { NOT_VALID } from '../../db/catalog-diff.ts'
import type { PrintedObject } from '../../db/printed-object.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { PRIMARY_KEY, partOf, tableOf, type ComparedObject } from './canonical.ts'
import { columnChanges, losesValues } from './column-remedy.ts'
import { objectKey } from './manifest.ts'
import { commented, type Pair } from './pairs.ts'
import { typeName } from './not-judged.ts'
import type { PrintedSchema } from './printed-schema.ts'
import { creation, recreation, withSequences, type Printed } from './recreate.ts'
import { tableChanges } from './table-remedy.ts'
import { attributeChanges, domainChanges, enumChanges } from './type-remedies.ts'

/** What creates an object again, by `kind name`. */
export type CreatedAgain = Readonly<Record<string, string>>

/** What corrects a fault. */
export interface Remedy {
  /** The statements, or words where there is none. */
  remedy: string
  sql?: string
  destructive?: true
}

/** The comparison that the faults are of. */
export interface Compared {
  wanted: readonly ComparedObject[]
  found: readonly ComparedObject[]
}

/** Finds the statements that give objects their definition in the migrations. */
export class Remedies {
  readonly #printed: Printed | undefined
  readonly #again: CreatedAgain
  readonly #found: ReadonlyMap<string, ComparedObject>
  readonly #wanted: ReadonlyMap<string, ComparedObject>

  /** Without `printed`, every remedy is in words. */
  constructor(printed: Printed | undefined, again: CreatedAgain, { wanted, found }: Compared) {
    this.#printed = printed
    this.#again = again
    this.#found = new Map(found.map((object) => [objectKey(object), object]))
    this.#wanted = new Map(wanted.map((object) => [objectKey(object), object]))
  }

  /** For one difference. */
  for(pair: Pair): Remedy {
    if (this.#printed === undefined) return { remedy: this.#words(pair) }
    if (pair.expected === undefined) return this.#extra(this.#printed, pair)
    return this.statements(this.#statements(this.#printed, pair), pair, this.#isDestructive(this.#printed, pair))
  }

  /** ALTER FUNCTION for one attribute. */
  alterFunction(pair: Pair, what: string): Remedy {
    const target = this.#printed?.actual.get(objectKey(pair))?.target
    return target === undefined ? this.for(pair) : asRemedy([`ALTER ${target} ${what}`])
  }

  /** The name of an object of the database in SQL: `TABLE public.notes`. Views count as tables, as in the reading of privileges. */
  targetOf(kind: string, name: string): string | undefined {
    const { actual } = this.#printed ?? {}
    if (kind === 'column')
      return (actual?.get(`column ${name}`)?.target || undefined) ?? viewColumn(actual?.relation(tableOf(name)), partOf(name))
    const routine = ROUTINES.map((word) => actual?.get(`${word} ${name}`)).find((found) => found !== undefined)
    return (kind === 'table' ? actual?.relation(name) : kind === 'function' ? routine : actual?.get(`${kind} ${name}`))?.target
  }

  /** Statements, or words where there is none. */
  statements(sql: readonly string[] | undefined, pair: Pair, destructive = false): Remedy {
    return sql === undefined || sql.length === 0 ? { remedy: this.#words(pair) } : asRemedy(sql, destructive)
  }

  /** The place of the object in the order of creation: remedies run in it. What no migration creates is dropped first. */
  placeOf(pair: Pair): number {
    const { expected, actual } = this.#printed ?? {}
    if (pair.expected === undefined) return -1 - (actual?.placeOf(keyOf(pair, pair.actual)) ?? 0)
    return expected?.placeOf(keyOf(pair, pair.expected)) ?? Infinity
  }

  #statements(printed: Printed, pair: Pair): string[] | undefined {
    const { expected, actual } = printed
    if (pair.kind === 'comment') return commentStatement(printed, pair)
    if (pair.kind === 'view column') return this.#view(printed, tableOf(pair.name))
    const want = expected.get(keyOf(pair, pair.expected))
    if (want === undefined) return undefined
    const have = pair.actual === undefined ? undefined : actual.get(keyOf(pair, pair.actual))
    if (have !== undefined) return CHANGES[pair.kind]?.(printed, want, have, pair) ?? this.#change(printed, have, pair)
    const other = this.#otherName(printed, pair)
    const create = other === undefined ? (CREATIONS[pair.kind]?.(want) ?? creation(printed, want)) : [renaming(other, want)]
    const inItsPlace = RELATIONS.has(pair.kind) ? actual.relation(pair.name) : undefined
    return inItsPlace === undefined ? create : [`ALTER ${inItsPlace.target} RENAME TO ${freeName(printed, want)}`, ...create]
  }

  #isDestructive({ expected, actual }: Printed, { kind, name }: Pair): boolean {
    const [want, have] = [expected.get(`column ${name}`), actual.get(`column ${name}`)]
    return kind === 'column' && want !== undefined && have !== undefined && losesValues(want, have)
  }

  #change(printed: Printed, have: PrintedObject, { kind, name }: Pair): string[] | undefined {
    if (kind === 'view' || kind === 'materialized view') return this.#view(printed, name)
    return kind === 'table' || kind === 'column' ? undefined : recreation(printed, [have])
  }

  #view(printed: Printed, name: string): string[] | undefined {
    const [want, have] = [printed.expected.relation(name), printed.actual.relation(name)]
    if (want === undefined || have === undefined) return undefined
    return want.key.startsWith('view ') && have.key === want.key ? viewChanges(printed, want, have) : recreation(printed, [have])
  }

  /** The same object under another name, which no migration creates. */
  #otherName({ expected, actual }: Printed, { kind, name, expected: wanted }: Pair): PrintedObject | undefined {
    const isExtra = (key: string): boolean => expected.get(key) === undefined
    if (kind === 'column') {
      const number = expected.get(`column ${name}`)?.column?.number
      return actual.objects.find(
        ({ key, whole, column }) =>
          whole === `table ${tableOf(name)}` && column?.number === number && isExtra(key) && this.#found.get(key)?.same === wanted?.same,
      )
    }
    if (kind === 'table') return actual.objects.find(({ key }) => key.startsWith('table ') && isExtra(key) && this.#isSameTable(name, key))
    if (kind === 'index' || kind === 'view' || kind === 'function' || kind === 'procedure')
      return actual.objects.find(
        ({ key }) =>
          key.startsWith(`${kind} `) && isExtra(key) && sameKind(key, `${kind} ${name}`) && this.#found.get(key)?.same === wanted?.same,
      )
    return undefined
  }

  #isSameTable(name: string, key: string): boolean {
    const columns = columnsOf(this.#wanted, name)
    if (columns === '' || columns !== columnsOf(this.#found, key.slice('table '.length))) return false
    const bound = boundOf(this.#found.get(key))
    return bound === undefined || bound === boundOf(this.#wanted.get(`table ${name}`))
  }

  #extra(printed: Printed, pair: Pair): Remedy {
    if (pair.kind === 'view column') return this.#extraViewColumn(printed, pair)
    const have = printed.actual.get(keyOf(pair, pair.actual))
    const missing = have?.key.startsWith('column ') === true ? this.#missingColumn(printed, have) : undefined
    if (missing !== undefined) return { remedy: `it is the column ${missing} under another name: run the statement of that fault` }
    if (have === undefined || have.drop === null) return { remedy: this.#words(pair) }
    const drop = pair.kind === 'index' ? have.drop.replace(/^DROP INDEX /, 'DROP INDEX CONCURRENTLY ') : have.drop
    return asRemedy([drop], true)
  }

  /** Another name for a column that is missing, or one more. */
  #extraViewColumn(printed: Printed, pair: Pair): Remedy {
    const view = tableOf(pair.name)
    const [want, have] = [printed.expected.relation(view), printed.actual.relation(view)].map((object) => object?.attributes ?? [])
    const at = (have ?? []).findIndex(([name]) => name === partOf(pair.name))
    const other = at === -1 ? undefined : want?.[at]?.[0]
    const isRenamed = want?.length === have?.length && other !== undefined && !(have ?? []).some(([name]) => name === other)
    if (isRenamed) return { remedy: `it is the column ${view}.${other} under another name: run the statement of that fault` }
    return this.statements(this.#view(printed, view), pair)
  }

  #missingColumn({ expected, actual }: Printed, { key, whole, column }: PrintedObject): string | undefined {
    const found = this.#found.get(key)
    const missing = expected.objects.find(
      (one) =>
        one.whole === whole &&
        one.column !== undefined &&
        one.column.number === column?.number &&
        actual.get(one.key) === undefined &&
        this.#wanted.get(one.key)?.same === found?.same,
    )
    return missing?.key.slice('column '.length)
  }

  /** What creates an object again, where no statement is known to be safe. */
  #words({ kind, name, expected, actual }: Pair): string {
    if (expected === undefined) return 'drop it, or write a migration that creates it'
    const whole = tableOf(name)
    const again =
      this.#again[`${kind} ${nameInFiles(kind, name)}`] ??
      this.#castAgain(kind, name) ??
      this.#again[`table ${whole}`] ??
      this.#again[`view ${whole}`]
    if (actual === undefined && again !== undefined) return again
    const reason = REASONS[kind] ?? 'no statement changes it and keeps the rows and what depends on it'
    return `${reason}: ${again === undefined ? 'write a migration that does' : `copy what you need, drop it, then ${again}`}`
  }

  /** A cast is written with other spellings of its types. */
  #castAgain(kind: string, name: string): string | undefined {
    if (kind !== 'cast') return undefined
    const key = Object.keys(this.#again).find((one) => one.startsWith('cast ') && spelled(one.slice('cast '.length)) === spelled(name))
    return key === undefined ? undefined : this.#again[key]
  }
}

/** The types of a cast in one spelling. */
function spelled(types: string): string {
  return types.replaceAll(/\s+/g, ' ').split(/ as /i).map(typeName).join(' ')
}

/** The values that a partition holds. */
function boundOf(table: ComparedObject | undefined): string | undefined {
  return /(?:^| )(?:FOR VALUES .*|DEFAULT)$/s.exec(table?.raw ?? '')?.[0]
}

/** Without the types of the arguments and the index method. */
function nameInFiles(kind: string, name: string): string {
  if (kind === 'function' || kind === 'procedure' || kind === 'operator') return bareName(name)
  return kind.startsWith('operator ') ? textBefore(name, ' USING ') : name
}

/** Statements as a remedy. */
export function asRemedy(statements: readonly string[], destructive = false): Remedy {
  const sql = (statements.some(isBoundToPath) ? [`SET ${UNCHECKED} TO off`, ...statements, `RESET ${UNCHECKED}`] : statements).join('; ')
  return { remedy: sql, sql, ...(destructive ? { destructive: true } : {}) }
}

const UNCHECKED = 'check_function_bodies'

/** A routine whose body the server checks under the search_path of the session, which the statement does not set. */
function isBoundToPath(statement: string): boolean {
  const head = textBefore(statement, '\nAS ')
  return /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) /.test(head) && /^ LANGUAGE sql$/m.test(head) && !/^ SET search_path /m.test(head)
}

/** The columns of a table as one text. */
function columnsOf(objects: ReadonlyMap<string, ComparedObject>, table: string): string {
  return [...objects.values()]
    .filter((object) => object.kind === 'column' && tableOf(object.name) === table)
    .map((object) => `${partOf(object.name)} ${object.same}`)
    .toSorted()
    .join('\n')
}

/** In the reading of the catalog, a primary key has the name of its table; `raw` is its own. */
function keyOf({ kind, name }: Pair, object: ComparedObject | undefined): string {
  return kind === PRIMARY_KEY ? `constraint ${name}.${object?.raw ?? ''}` : `${kind} ${name}`
}

/** Why no statement is known, where it is not the rows. */
const REASONS: Readonly<Record<string, string>> = {
  enum: 'PostgreSQL cannot remove a value of an enum that a table uses, or change the order of the values',
  domain: 'PostgreSQL cannot change the type of a domain that a table uses',
}

const ROUTINES = ['function', 'procedure', 'aggregate', 'window function']

const RELATIONS: ReadonlySet<string> = new Set(['table', 'view', 'materialized view', 'foreign table'])

type Change = (printed: Printed, want: PrintedObject, have: PrintedObject, pair: Pair) => string[] | undefined

const CHANGES: Readonly<Record<string, Change>> = {
  table: tableChanges,
  column: (printed, want, have) => withSequences(printed, want, columnChanges(printed, want, have)),
  constraint: constraintChanges,
  [PRIMARY_KEY]: constraintChanges,
  index: indexChanges,
  function: routineChanges,
  procedure: routineChanges,
  sequence: (_, __, have, { expected }) => [`ALTER ${have.target} ${sequenceOptions(expected?.raw ?? '')}`],
  trigger: firingChanges,
  rule: firingChanges,
  enum: (_, want, have) => enumChanges(want, have),
  domain: (_, want, have) => domainChanges(want, have),
  type: (_, want, have) => attributeChanges(want, have),
}

/** Of an object that is missing, where the table must stay usable meanwhile. */
const CREATIONS: Readonly<Record<string, (want: PrintedObject) => string[] | undefined>> = {
  index: (want) => [...want.create.map(concurrently), ...want.attach, ...want.comments],
  constraint: (want) => [...validated(want), ...want.comments],
}

function concurrently(statement: string): string {
  // the index of a partitioned table: those of the partitions have remedies of their own
  if (/^CREATE (?:UNIQUE )?INDEX .* ON ONLY /.test(statement)) return statement
  return statement.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')
}

/** VALIDATE reads the table without blocking it. */
function validated({ create, drop }: PrintedObject): string[] {
  const [add = '', ...rest] = create
  const kind = /^(?:"(?:[^"]|"")*"|[^\s"]+) (CHECK|FOREIGN KEY) \(/.exec(textAfter(add, ' ADD CONSTRAINT '))?.[1]
  // a foreign key of a partitioned table cannot be NOT VALID
  const canWait = kind === 'CHECK' || (kind === 'FOREIGN KEY' && add.startsWith('ALTER TABLE ONLY '))
  if (!canWait || add.endsWith(NOT_VALID) || add.endsWith(' NOT ENFORCED')) return create
  return [`${add}${NOT_VALID}`, (drop ?? '').replace(' DROP CONSTRAINT ', ' VALIDATE CONSTRAINT '), ...rest]
}

function constraintChanges(printed: Printed, want: PrintedObject, have: PrintedObject, { expected, actual }: Pair): string[] | undefined {
  if (actual?.same === `${expected?.same}${NOT_VALID}`) return [(have.drop ?? '').replace(' DROP CONSTRAINT ', ' VALIDATE CONSTRAINT ')]
  if (printed.actual.dependants(have.key).length === 0) return [have.drop ?? '', ...validated(want), ...want.comments]
  return have.key === want.key ? recreation(printed, [have]) : undefined
}

function indexChanges(_: Printed, want: PrintedObject, have: PrintedObject, { expected, actual }: Pair): string[] {
  const create = want.create.map(concurrently)
  if (actual?.same === `${expected?.same}, invalid`) return [(have.drop ?? '').replace(/^DROP INDEX /, 'REINDEX INDEX CONCURRENTLY ')]
  const isPartitioned = create[0]?.includes(' CONCURRENTLY ') === false
  const drop = isPartitioned ? have.drop : (have.drop ?? '').replace(/^DROP INDEX /, 'DROP INDEX CONCURRENTLY ')
  return [drop ?? '', ...create, ...want.attach, ...want.comments]
}

/** CREATE OR REPLACE keeps privileges, owner and what depends on it, but not other arguments or another result. */
function routineChanges(printed: Printed, want: PrintedObject, have: PrintedObject, { expected, actual }: Pair): string[] | undefined {
  const isReplaceable = headOf(expected) === headOf(actual)
  return isReplaceable ? want.create.map((statement) => statement.replace(/^CREATE /, 'CREATE OR REPLACE ')) : recreation(printed, [have])
}

/** The lines `arguments` and `returns`. */
function headOf(object: ComparedObject | undefined): string {
  return (object?.raw ?? '').split('\nlanguage ')[0] ?? ''
}

function viewChanges(printed: Printed, want: PrintedObject, have: PrintedObject): string[] | undefined {
  const [to, from] = [want.attributes ?? [], have.attributes ?? []]
  if (from.length > to.length || from.some(([, type], i) => type !== to[i]?.[1])) return recreation(printed, [have])
  const other = from.filter(([name], i) => name !== to[i]?.[0])
  // with more than one, a name could be in use meanwhile
  if (other.length > 1 || other.some(([name]) => to.some(([wanted]) => wanted === name))) return recreation(printed, [have])
  const renames = from.flatMap(([name], i) => (name === to[i]?.[0] ? [] : [`ALTER ${have.target} RENAME COLUMN ${name} TO ${to[i]?.[0]}`]))
  const [first = '', ...rest] = want.create
  return [...renames, first.replace(/^CREATE /, 'CREATE OR REPLACE '), ...rest]
}

/** A trigger or rule that only fires at other times is not created again. */
function firingChanges(printed: Printed, want: PrintedObject, have: PrintedObject): string[] | undefined {
  if (want.create[0] !== have.create[0]) return recreation(printed, [have])
  const [, setting] = want.create
  if (setting !== undefined) return [setting]
  const [, word = '', name = '', table = ''] = /^(TRIGGER|RULE) (.*) ON (.*)$/s.exec(want.target) ?? []
  return [`ALTER TABLE ${table} ENABLE ${word} ${name}`]
}

function commentStatement({ actual, expected: wanted }: Printed, { name, expected }: Pair): string[] | undefined {
  // what is missing has a fault of its own, which comes first
  const target = commentTarget(actual, name) ?? commentTarget(wanted, name)
  return target === undefined ? undefined : [`COMMENT ON ${target} IS ${quoteLiteral(expected?.raw ?? null)}`]
}

function commentTarget(schema: PrintedSchema, comment: string): string | undefined {
  const { kind, name } = commented(comment)
  if (kind === 'function') return ROUTINES.map((word) => schema.get(`${word} ${name}`)?.target).find((target) => target !== undefined)
  if (kind === 'type')
    return ['type', 'enum', 'range'].map((word) => schema.get(`${word} ${name}`)?.target).find((target) => target !== undefined)
  const found = kind === '' ? schema.relation(name) : schema.get(`${kind} ${name}`)
  return found?.target ?? viewColumn(schema.relation(tableOf(name)), partOf(name))
}

/** `COLUMN public.v.c`. The column of a view is no object of its own. */
function viewColumn(view: PrintedObject | undefined, column: string): string | undefined {
  if (view?.attributes === undefined) return undefined
  const quoted = view.attributes.map(([name]) => name).find((name) => name === column || name === `"${column.replaceAll('"', '""')}"`)
  return quoted === undefined ? undefined : `COLUMN ${view.target.replace(/^(?:MATERIALIZED )?VIEW /, '')}.${quoted}`
}

/** `bigint start 1 increment 1 min 1 max 9 cache 1` as ALTER SEQUENCE takes it. */
function sequenceOptions(definition: string): string {
  const match = /^(.*) start (\S+) increment (\S+) min (\S+) max (\S+)(?: cache (\S+))?( cycle)?$/.exec(definition)
  const [, type, start, increment, min, max, cache, cycle] = match ?? []
  const cached = cache === undefined ? '' : ` CACHE ${cache}`
  return `AS ${type} START ${start} INCREMENT ${increment} MINVALUE ${min} MAXVALUE ${max}${cached} ${cycle === undefined ? 'NO CYCLE' : 'CYCLE'}`
}

/** `ALTER TABLE public.theirs RENAME TO notes`. */
function renaming(other: PrintedObject, want: PrintedObject): string {
  if (other.column !== undefined) return `${other.column.table} RENAME COLUMN ${other.column.name} TO ${want.column?.name}`
  return `ALTER ${other.target} RENAME TO ${lastName(want.target)}`
}

/** `notes` of `TABLE public.notes`, `f` of `FUNCTION public.f(a integer)`. */
function lastName(target: string): string {
  const name = /^[A-Z ]+ (?:(?:"(?:[^"]|"")*"|[^\s."(]+)\.)?("(?:[^"]|"")*"|[^\s."(]+)/.exec(target)
  return name?.[1] ?? target
}

/** Functions are the same only with the same arguments. */
function sameKind(key: string, other: string): boolean {
  return !key.includes('(') || key.slice(bareName(key).length) === other.slice(bareName(other).length)
}

/** A name for what has the place of an object. */
function freeName({ actual }: Printed, { key }: PrintedObject): string {
  const name = key.replace(/^.* /, '')
  const free =
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${name}_replaced_${n}`).find((one) => actual.relation(one) === undefined) ?? `${name}_replaced`
  return /^[a-z_][a-z0-9_]*$/.test(free) ? free : `"${free.replaceAll('"', '""')}"`
}
