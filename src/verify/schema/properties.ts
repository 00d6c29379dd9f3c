import { textAfter, textBefore } from '../../core/text.ts'
import { partOf, tableOf } from './canonical.ts'
import type { SchemaFault } from './comparison.ts'
import type { Pair } from './pairs.ts'
import { ident } from './printed-schema.ts'

/** What the catalog reading has in a row of its own, which is there only when it is not the usual one. */
interface Property {
  /** The kind of the object that has it: only a property of an object that is there, and that a migration creates, is compared. */
  of: 'column' | 'materialized view' | 'rule' | 'schema' | 'table' | 'trigger' | 'view column'
  check: string
  /** Whether the difference is a fault; most properties that no migration sets are the decision of the administrator. */
  counts: (pair: Pair) => boolean
  /** The usual state. */
  usual: string
  /** The text of a state that is not the usual one. */
  text: (state: string, name: string) => string
  /** The statement that sets the expected state. The table is qualified. Undefined when no statement is safe. */
  sql?: (names: { table: string; part: string; schema: string }, pair: Pair) => string
}

const isExtra = ({ expected }: Pair): boolean => expected === undefined
const always = (): boolean => true

function stateProperty(kind: 'trigger' | 'rule'): Property {
  const word = kind.toUpperCase()
  return {
    of: kind,
    check: 'drift.different',
    counts: always,
    usual: `an enabled ${kind}`,
    text: (state) => `${STATES[state] ?? state} ${kind}`,
    sql: ({ table, part }, { expected }) => `ALTER TABLE ${table} ${expected?.raw ?? 'ENABLE'} ${word} ${part}`,
  }
}

const STATES: Readonly<Record<string, string>> = {
  DISABLE: 'a disabled',
  'ENABLE REPLICA': 'a replica',
  'ENABLE ALWAYS': 'an always enabled',
}

/** By the kind of the row. */
const PROPERTIES: Readonly<Record<string, Property>> = {
  'trigger state': stateProperty('trigger'),
  'rule state': stateProperty('rule'),
  'constraint state': {
    of: 'table',
    check: 'drift.different',
    counts: isExtra,
    usual: 'a constraint that is enforced',
    text: () => 'its triggers are disabled: rows are not checked',
    // also checks the rows that were written meanwhile
    sql: ({ table, part, schema }, { actual }) => {
      const definition = actual?.raw
        .replace('disabled ', '')
        .replace(/(?<= REFERENCES )(?=(?:[^\s".(]+|"[^"]+")\()/, () => `${ident(schema)}.`)
      return `ALTER TABLE ${table} DROP CONSTRAINT ${part}; ALTER TABLE ${table} ADD CONSTRAINT ${part} ${definition ?? ''}`
    },
  },
  'column storage': {
    of: 'column',
    check: 'drift.different',
    // values of over 8 kB cannot be stored
    counts: (pair) => !isExtra(pair) || pair.actual?.raw.startsWith('PLAIN ') === true,
    usual: 'the storage of its type',
    text: (state) => `storage ${state}`,
    sql: ({ table, part }, { expected, actual }) =>
      `ALTER TABLE ${table} ALTER COLUMN ${part} SET STORAGE ${expected?.raw.split(' ')[0] ?? actual?.raw.split(' ').at(-1) ?? ''}`,
  },
  'column compression': {
    of: 'column',
    check: 'drift.different',
    counts: (pair) => !isExtra(pair),
    usual: 'the default compression',
    text: (state) => `compression ${state}`,
    sql: ({ table, part }, { expected }) => `ALTER TABLE ${table} ALTER COLUMN ${part} SET COMPRESSION ${expected?.raw ?? 'default'}`,
  },
  'replica identity': {
    of: 'table',
    check: 'drift.different',
    counts: (pair) => !isExtra(pair),
    usual: 'replica identity DEFAULT',
    text: (state) => `replica identity ${state}`,
    sql: ({ table }, { expected }) => `ALTER TABLE ${table} REPLICA IDENTITY ${expected?.raw ?? 'DEFAULT'}`,
  },
  'view default': {
    of: 'view column',
    check: 'drift.different',
    counts: always,
    usual: 'no default',
    text: (state) => `default ${state}`,
    sql: ({ table, part }, { expected }) =>
      `ALTER VIEW ${table} ALTER COLUMN ${part} ${expected === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${expected.raw}`}`,
  },
  inheritance: {
    of: 'table',
    check: 'drift.extra',
    counts: always,
    usual: 'no such child table',
    text: (_, child) => `the child table ${child}, whose rows a query of the table reads`,
    sql: ({ table, schema }, { name, expected }) =>
      `ALTER TABLE ${qualified(partOf(name), schema)} ${expected === undefined ? 'NO INHERIT' : 'INHERIT'} ${table}`,
  },
  contents: {
    of: 'materialized view',
    check: 'drift.different',
    counts: isExtra,
    usual: 'populated',
    text: (state) => `${state}: it cannot be read`,
    sql: ({ table }) => `REFRESH MATERIALIZED VIEW ${table}`,
  },
  'not validated': {
    of: 'column',
    check: 'tables.rows',
    counts: isExtra,
    usual: 'not null in every row',
    text: (constraint) => `the constraint ${constraint} is NOT VALID: older rows can be null`,
  },
  'column order': {
    of: 'table',
    check: 'drift.column-order',
    counts: ({ expected, actual }) =>
      expected !== undefined && actual !== undefined && common(expected.raw, actual.raw) !== common(actual.raw, expected.raw),
    usual: '',
    text: (state) => state,
  },
  'default privileges': {
    of: 'schema',
    check: 'drift.default-privileges',
    counts: (pair) => !isExtra(pair) || pair.name.endsWith(' to PUBLIC'),
    usual: 'none',
    text: (state) => textBefore(state, ' for '),
    sql: ({ schema }, { name, expected, actual }) => {
      const [objects = '', role = ''] = name.split(' to ')
      const creators = textAfter(actual?.raw ?? '', ' for ')
      const change = (verb: string, list: string, preposition: string): string =>
        `ALTER DEFAULT PRIVILEGES ${creators === '' ? '' : `FOR ROLE ${creators} `}IN SCHEMA ${ident(schema)} ${verb} ${list} ON ${objects.toUpperCase()} ${preposition} ${role}`
      const [wanted, found] = [expected, actual].map((object) => object?.definition.split(', ') ?? [])
      const [missing, excess] = [
        wanted?.filter((one) => found?.includes(one) !== true),
        found?.filter((one) => wanted?.includes(one) !== true),
      ]
      return [
        ...(missing?.length ? [change('GRANT', missing.join(', '), 'TO')] : []),
        ...(excess?.length ? [change('REVOKE', excess.join(', '), 'FROM')] : []),
      ].join('; ')
    },
  },
}

/** Whether the kind is that of a property. */
export function isProperty(kind: string): boolean {
  return kind in PROPERTIES
}

/** Whether an object is there and a migration creates it, and whether its definition is the expected one. */
export type StateOf = (kind: string, name: string) => 'equal' | 'different' | 'absent'

/** The fault of a property; undefined when it is none. */
export function propertyFault(pair: Pair, schema: string, stateOf: StateOf): SchemaFault | undefined {
  const { kind, name, expected, actual } = pair
  const property = PROPERTIES[kind]
  if (property === undefined || !property.counts(pair)) return undefined
  const whole = property.of === 'table' || property.of === 'materialized view' ? tableOf(name) : name
  const state = property.of === 'schema' ? 'equal' : stateOf(property.of, whole)
  // a column that is nullable in the migrations is another fault
  if (state === 'absent' || (kind === 'not validated' && state === 'different')) return undefined
  const [table, part] = [`${ident(schema)}.${ident(tableOf(name))}`, ident(partOf(name))]
  const sql = property.sql?.({ table, part, schema }, pair)
  const shown = (object: Pair['actual']): string => (object === undefined ? property.usual : property.text(object.raw, partOf(name)))
  const violations = { table: tableOf(name), constraint: actual?.raw ?? '', condition: `${part} IS NOT NULL`, isMissing: false }
  return {
    check: property.check === 'drift.extra' && actual === undefined ? 'drift.missing' : property.check,
    object: objectOf(kind, property.of, whole, name),
    expected: shown(expected),
    actual: shown(actual),
    remedy: sql ?? WORDS[kind] ?? '',
    ...(sql === undefined ? {} : { sql }),
    ...(kind === 'not validated' ? { violations } : {}),
  }
}

function objectOf(kind: string, of: Property['of'], whole: string, name: string): string {
  if (of === 'schema') return `default privileges on ${name}`
  if (kind === 'constraint state') return `constraint ${name}`
  return `${of === 'view column' ? 'column' : of} ${whole}`
}

const WORDS: Readonly<Record<string, string>> = {
  'column order': 'name the columns in COPY and INSERT; only a new table has another order',
}

/** The columns of a list that another list has too. */
function common(list: string, other: string): string {
  const names = new Set(other.split(', '))
  return list
    .split(', ')
    .filter((name) => names.has(name))
    .join(', ')
}

/** `t` in the schema, or `s.t`. */
function qualified(name: string, schema: string): string {
  const at = name.indexOf('.')
  return at === -1 ? `${ident(schema)}.${ident(name)}` : `${name.slice(0, at)}.${ident(name.slice(at + 1))}`
}
