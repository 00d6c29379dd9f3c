import { bareName } from '../../core/privileges.ts'
import type { CatalogObject } from '../../db/catalog.ts'
import { NOT_VALID } from '../../db/catalog-diff.ts'
import { quoteIdent } from '../../db/quote.ts'
import { canonical, partOf, PRIMARY_KEY, tableOf, type ComparedObject } from './canonical.ts'
import type { ComparisonContext, NamedFault, SchemaFault } from './comparison.ts'
import { firstDifference } from './first-difference.ts'
import { functionFaults, signatureOf } from './function-faults.ts'
import { grantFaults } from './grant-faults.ts'
import { objectKey } from './manifest.ts'
import { wholeOf, WHOLES, type Pair } from './pairs.ts'
import { ident } from './printed-schema.ts'
import { isProperty, propertyFault, type StateOf } from './properties.ts'
import { Remedies, type Remedy } from './remedies.ts'
import { NO_ROW } from './violations.ts'

/** Turns differences into faults, each of one check. */
export class Judge {
  readonly #found: readonly ComparedObject[]
  readonly #actual: readonly CatalogObject[]
  readonly #context: ComparisonContext
  readonly #own: ReadonlyMap<string, string>
  readonly #created: ReadonlySet<string>
  readonly #wanted: ReadonlyMap<string, string>
  readonly #there: ReadonlyMap<string, string>
  readonly #owners: ReadonlyMap<string, string>
  readonly remedies: Remedies

  constructor(
    wanted: readonly ComparedObject[],
    found: readonly ComparedObject[],
    actual: readonly CatalogObject[],
    context: ComparisonContext,
  ) {
    this.#found = found
    this.#actual = actual
    this.#context = context
    this.remedies = new Remedies(context.printed, context.again, { wanted, found })
    const own = canonical(context.own.objects, { unqualified: false })
    this.#own = new Map(
      own.map((object, i) => [objectKey(object), context.own.versionOf.get(objectKey(context.own.objects[i] ?? object)) ?? '']),
    )
    this.#wanted = new Map(wanted.map((object) => [objectKey(object), object.same]))
    this.#there = new Map(found.map((object) => [objectKey(object), object.same]))
    this.#created = new Set(wanted.filter(({ kind }) => WHOLES.has(kind)).map(({ name }) => name))
    this.#owners = new Map(actual.filter(({ kind }) => kind === 'owner').map(({ name, definition }) => [name, definition]))
  }

  /** Whether an object that no migration creates is a fault: on our tables it changes what they accept or do; a plain index does not. */
  counts(pair: Pair): boolean {
    const { kind, name, expected, actual } = pair
    if (isProperty(kind)) return true
    if (expected !== undefined) return true
    if (kind === 'comment' || kind === 'statistics') return false
    const whole = wholeOf(pair)
    const { exclusive, toolTables } = this.#context
    if (toolTables.has(name) || (whole !== undefined && toolTables.has(whole))) return false
    if (whole === undefined) return exclusive && !this.#created.has(name) && !isPartition(actual)
    if (!this.#created.has(whole)) return false
    // `health.invalid-indexes` reports one that is invalid; it can be part of a REINDEX CONCURRENTLY
    if (kind === 'index' && actual?.raw.endsWith(' (invalid)') === true) return false
    return exclusive || kind !== 'index' || actual?.raw.startsWith('CREATE UNIQUE ') === true
  }

  faults(pair: Pair): SchemaFault[] {
    const { kind, expected, actual } = pair
    if (isProperty(kind)) return this.#propertyFaults(pair)
    if (expected === undefined) return [this.#extra(pair)]
    if (kind === 'function' && actual !== undefined) return this.#functionFaults(pair)
    if (kind === 'table' && actual !== undefined) return this.#tableFaults(pair)
    if (this.#isOwn(pair)) return [this.#ownFault(pair)]
    const check = kind === 'comment' ? 'drift.comments' : actual === undefined ? 'drift.missing' : 'drift.different'
    return [this.#fault(pair, check)]
  }

  grants(expected: readonly CatalogObject[]): NamedFault[] {
    const { exclusive, appRole } = this.#context
    // `safety.app-role` judges what the application may do with the objects of the package
    const judgedApart = (role: string, object: string): boolean => appRole !== undefined && role === ident(appRole) && this.#own.has(object)
    return grantFaults(expected, this.#actual, { exclusive, judgedApart, remedies: this.remedies }).map(({ name, ...fault }) => {
      const key = name.includes('(') ? `function ${name}` : `table ${tableOf(name)}`
      const isOpen = fault.object.startsWith('privileges of PUBLIC on function ') && this.#own.has(key)
      const check = isOpen ? 'functions.execute-rights' : this.#isAdopted(key) ? 'drift.adopted' : 'drift.grants'
      return { name, fault: { check, ...fault } }
    })
  }

  #propertyFaults(pair: Pair): SchemaFault[] {
    const stateOf: StateOf = (kind, name) => {
      const [wanted, found] = [this.#wanted.get(`${kind} ${name}`), this.#there.get(`${kind} ${name}`)]
      if (wanted === undefined || found === undefined) return 'absent'
      return wanted === found ? 'equal' : 'different'
    }
    const fault = propertyFault(pair, this.#context.schema, stateOf)
    if (fault === undefined) return []
    const isOwn = this.#own.has(`table ${tableOf(pair.name)}`)
    const check = fault.check === 'tables.rows' && !isOwn ? 'drift.different' : fault.check
    return [{ ...fault, check: check.startsWith('drift.') && this.#isAdopted(`table ${tableOf(pair.name)}`) ? 'drift.adopted' : check }]
  }

  #extra(pair: Pair): SchemaFault {
    const { kind, name, actual } = pair
    if (kind === 'view column' && this.#own.has(`view ${tableOf(name)}`))
      return { ...this.#fault(pair, 'views.columns'), expected: 'no such column', actual: viewColumn(actual?.definition) }
    const check = this.#isAdopted(`table ${wholeOf(pair) ?? ''}`) ? 'drift.adopted' : 'drift.extra'
    return { ...this.#fault(pair, check), expected: 'nothing: no migration creates it' }
  }

  /** A difference in an object of the package. */
  #ownFault(pair: Pair): SchemaFault {
    const { kind, name, expected, actual } = pair
    const isMissing = actual === undefined
    switch (kind) {
      case 'table':
        return { ...this.#fault(pair, 'tables.exist'), expected: 'a table', actual: this.#instead(name) }
      case 'column':
        return this.#plain(pair, 'tables.columns')
      case PRIMARY_KEY:
        return this.#plain(pair, 'tables.primary-keys')
      case 'index':
        return this.#plain(pair, 'indexes.definitions')
      case 'function':
        return {
          ...this.#plain(pair, 'functions.signatures'),
          object: `function ${bareName(name)}`,
          expected: signatureOf(expected?.raw ?? ''),
          actual: this.#otherSignatures(name),
        }
      case 'view':
        return isMissing ? { ...this.#fault(pair, 'views.columns'), expected: 'a view', actual: this.#instead(name) } : this.#settled(pair)
      case 'view column':
        return { ...this.#fault(pair, 'views.columns'), expected: viewColumn(expected?.definition), actual: viewColumn(actual?.definition) }
      case 'comment':
        return isMissing
          ? { ...this.#fault(pair, 'comments.present'), object: this.#commented(name), expected: 'a comment', actual: 'missing' }
          : this.#fault(pair, 'drift.comments')
      default:
        return this.#settled(pair)
    }
  }

  /** A difference in an object of the package that an older tool may have made. */
  #settled(pair: Pair): SchemaFault {
    const unchecked = uncheckedRows(pair)
    if (unchecked !== undefined) return { ...this.#fault(pair, 'tables.rows'), violations: unchecked }
    const change = pair.actual === undefined ? 'drift.missing' : 'drift.different'
    return this.#fault(pair, this.#isAdopted(this.#keyOf(pair)) ? 'drift.adopted' : change)
  }

  #tableFaults(pair: Pair): SchemaFault[] {
    if (!this.#isOwn(pair) || isUnlogged(pair.expected) || !isUnlogged(pair.actual)) {
      const fault = this.#fault(pair, this.#isAdopted(objectKey(pair)) ? 'drift.adopted' : 'drift.different')
      return [{ ...fault, expected: pair.expected?.definition || 'a plain table', actual: pair.actual?.definition || 'a plain table' }]
    }
    return [{ ...this.#fault(pair, 'tables.exist'), expected: 'a table', actual: 'an unlogged table, which a crash empties' }]
  }

  #functionFaults(pair: Pair): SchemaFault[] {
    const { name } = pair
    const { schema } = this.#context
    const isOwn = this.#isOwn(pair)
    const isAdopted = this.#isAdopted(objectKey(pair))
    return functionFaults(pair, { schema, owner: this.#owners.get(`function ${name}`) }).map(({ check, expected, actual, alter }) => {
      const text = check === 'drift.different' ? firstDifference(expected, actual) : { expected, actual }
      const fault = { ...text, ...(alter === undefined ? this.remedies.for(pair) : this.remedies.alterFunction(pair, alter)) }
      if (!isOwn || check === 'drift.different')
        return { check: isAdopted ? 'drift.adopted' : 'drift.different', object: `function ${name}`, ...fault }
      const own = check === 'functions.temp-schema' && !isAdopted ? 'functions.security' : check
      return { check: own, object: `function ${bareName(name)}`, ...fault }
    })
  }

  #plain(pair: Pair, check: string): SchemaFault {
    return { ...this.#fault(pair, check), expected: pair.expected?.definition ?? '', actual: pair.actual?.definition ?? 'missing' }
  }

  #fault(pair: Pair, check: string): SchemaFault {
    const text = firstDifference(pair.expected?.definition, pair.actual?.definition)
    const remedy = this.remedies.for(pair)
    return {
      check,
      object: objectText(pair),
      expected: text.expected,
      actual: pair.actual === undefined ? 'missing' : text.actual,
      ...remedy,
      ...(isRenaming(remedy) ? {} : rowsFor(pair, this.#context.schema)),
    }
  }

  /** What else has the name of a missing table or view. */
  #instead(name: string): string {
    const other = this.#found.find((object) => object.name === name && WHOLES.has(object.kind))
    return other === undefined ? 'missing' : `a ${other.kind}`
  }

  #otherSignatures(name: string): string {
    const others = this.#found.filter((object) => object.kind === 'function' && bareName(object.name) === bareName(name))
    return others.length === 0 ? 'missing' : others.map(({ raw }) => signatureOf(raw)).join('; ')
  }

  /** `column t.c`, `table t`, `view v`, `function f`. */
  #commented(name: string): string {
    if (name.includes('(')) return `function ${bareName(name)}`
    if (name.includes('.')) return `column ${name}`
    return this.#own.has(`view ${name}`) ? `view ${name}` : `table ${name}`
  }

  #keyOf(pair: Pair): string {
    return this.#own.has(objectKey(pair)) ? objectKey(pair) : `table ${wholeOf(pair) ?? pair.name}`
  }

  #isOwn(pair: Pair): boolean {
    return this.#own.has(objectKey(pair))
  }

  #isAdopted(key: string): boolean {
    const { adopted, existedBefore } = this.#context
    const [kind = '', ...words] = key.split(' ')
    const isOfTable = (kind === 'table' || kind === 'constraint') && existedBefore.has(tableOf(words.join(' ')))
    return isOfTable || adopted.has(this.#own.get(key) ?? '')
  }
}

/**
 * A CHECK of the package that existing rows can violate: it is NOT VALID, or, for trust_level, it was not added, because it would stop
 * changes of such a row. Undefined for other differences.
 */
function uncheckedRows({ kind, name, expected, actual }: Pair): SchemaFault['violations'] {
  const condition = /^CHECK \((.*)\)$/s.exec(expected?.raw ?? '')?.[1]
  if (kind !== 'constraint' || condition === undefined || expected === undefined) return undefined
  const isMissing = actual === undefined
  const isUnchecked = isMissing ? condition.includes('trust_level') : actual.same === `${expected.same}${NOT_VALID}`
  return isUnchecked ? { table: tableOf(name), constraint: partOf(name), condition, isMissing } : undefined
}

const RENAMING = /^ALTER TABLE (?:"(?:[^"]|"")*"|[^\s."]+)(?:\.(?:"(?:[^"]|"")*"|[^\s."]+))? RENAME /

/** The object has another name: its rows are as they were. */
function isRenaming({ sql = '' }: Remedy): boolean {
  return RENAMING.test(sql)
}

/** Rows that must change before NOT NULL, a CHECK or a foreign key can be added. */
function rowsFor({ kind, name, expected, actual }: Pair, schema: string): Pick<SchemaFault, 'rows'> {
  const table = tableOf(name)
  const reference = kind === 'constraint' ? referenceIn(expected?.raw ?? '', schema) : undefined
  if (reference !== undefined) return { rows: { table, condition: reference } }
  const condition = /^CHECK \((.*)\)$/s.exec(expected?.raw ?? '')?.[1]
  if (kind === 'constraint' && condition !== undefined) return { rows: { table, condition } }
  if (kind !== 'column' || !isNotNull(expected) || isNotNull(actual)) return {}
  if (actual !== undefined) return { rows: { table, condition: `${quoteIdent(partOf(name))} IS NOT NULL` } }
  return / default | generated /.test(expected?.raw ?? '') ? {} : { rows: { table, condition: NO_ROW } }
}

/** The rows that a foreign key allows: a column is NULL, or the row that they name exists. */
function referenceIn(definition: string, schema: string): string | undefined {
  const match = /^FOREIGN KEY \(([^()]+)\) REFERENCES ((?:"[^"]+"|[^\s(".]+)(?:\.(?:"[^"]+"|[^\s(".]+))?)\(([^()]+)\)(?! MATCH FULL)/.exec(
    definition,
  )
  if (match === null) return undefined
  const [, columns = '', table = '', keys = ''] = match
  const whole = /^(?:"[^"]+"|[^"]+?)\./.test(table) ? table : `${ident(schema)}.${table}`
  return `num_nulls(${columns}) > 0 OR (${columns}) IN (SELECT ${keys} FROM ${whole})`
}

function isNotNull(column: ComparedObject | undefined): boolean {
  return / not null(?: |$)/.test(column?.raw ?? '')
}

/** A partition counts to its parent: `health.partitions` requires new ones. */
function isPartition(object: ComparedObject | undefined): boolean {
  return object?.kind === 'table' && /(?:^| )(?:FOR VALUES|DEFAULT)/.test(object.raw)
}

function isUnlogged(object: ComparedObject | undefined): boolean {
  return /\bunlogged\b/.test(object?.definition ?? '')
}

/** `index idx_a`, `column t.c`, `constraint t.t_check`, `comment on t.c`. */
function objectText({ kind, name }: Pair): string {
  if (kind === 'comment') return `comment on ${name}`
  return `${kind === 'view column' ? 'column' : kind} ${name}`
}

/** `text, as column 3` for `3 text`. */
function viewColumn(definition: string | undefined): string {
  const [, number = '', type = ''] = /^(\d+) (.*)$/.exec(definition ?? '') ?? []
  return definition === undefined ? 'missing' : `${type}, as column ${number}`
}
