import { bareName } from '../../core/privileges.ts'
import { textAfter, textBefore } from '../../core/text.ts'
import { NOT_VALID } from '../../db/catalog-diff.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { partOf, PRIMARY_KEY, tableOf } from './canonical.ts'
import { commented, WHOLES, type Pair } from './pairs.ts'

/** What creates an object again, by `kind name`. */
export type CreatedAgain = Readonly<Record<string, string>>

/** What restores an object to its definition in the migrations: a statement where possible, else what creates it again. */
export function remedyFor(pair: Pair, again: CreatedAgain): string {
  const { kind, name, expected, actual } = pair
  if (expected === undefined)
    return `drop it, or write a migration that creates it${WHOLES.has(kind) ? '; without --exclusive it is not compared' : ''}`
  const remedy = REMEDIES[kind]?.(pair, again)
  return (
    remedy ??
    (actual === undefined || kind !== 'table'
      ? runAgain(kind, name, again)
      : `ALTER TABLE ${ident(name)} ...; ${runAgain(kind, name, again)}`)
  )
}

/** What creates an object again. */
export function runAgain(kind: string, name: string, again: CreatedAgain): string {
  const bare = kind === 'cast' ? name : bareName(name)
  const whole = tableOf(name)
  return again[`${kind} ${bare}`] ?? again[`table ${whole}`] ?? again[`view ${whole}`] ?? 'run the statement that creates it again'
}

const REMEDIES: Readonly<Record<string, (pair: Pair, again: CreatedAgain) => string | undefined>> = {
  index: ({ name, expected, actual }) => {
    const create = expected?.raw
      .replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')
      .replace(/ ON (?:ONLY )?/, ' ON ')
      .replace(' USING btree', '')
    if (actual === undefined) return create
    return actual.same === `${expected?.same}, invalid`
      ? `REINDEX INDEX CONCURRENTLY ${ident(name)}`
      : `DROP INDEX CONCURRENTLY ${ident(name)}; ${create}`
  },
  constraint: ({ name, expected, actual }) => {
    const [table, constraint] = [ident(tableOf(name)), ident(partOf(name))]
    const drop = actual === undefined ? '' : `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}; `
    const add = `${drop}ALTER TABLE ${table} ADD CONSTRAINT ${constraint} ${expected?.raw ?? ''}`
    // two statements: VALIDATE reads the table without blocking it
    const isValidCheck = expected?.raw.startsWith('CHECK ') === true && !expected.raw.endsWith(NOT_VALID)
    return isValidCheck ? `${add}${NOT_VALID}; ALTER TABLE ${table} VALIDATE CONSTRAINT ${constraint}` : add
  },
  [PRIMARY_KEY]: ({ name, expected, actual }) =>
    actual === undefined
      ? `ALTER TABLE ${ident(name)} ADD PRIMARY KEY ${expected?.definition ?? ''}`
      : `ALTER TABLE ${ident(name)} DROP CONSTRAINT ${ident(actual.raw)}, ADD PRIMARY KEY ${expected?.definition ?? ''}`,
  column: columnRemedy,
  trigger: ({ name, expected, actual }) =>
    actual === undefined ? expected?.raw : `DROP TRIGGER ${ident(partOf(name))} ON ${ident(tableOf(name))}; ${expected?.raw ?? ''}`,
  sequence: ({ name, expected, actual }, again) =>
    actual === undefined ? runAgain('sequence', name, again) : `ALTER SEQUENCE ${ident(name)} ${sequenceOptions(expected?.raw ?? '')}`,
  'view column': ({ kind, name }, again) => `DROP VIEW ${ident(tableOf(name))}; then ${runAgain(kind, name, again)}`,
  comment: commentRemedy,
  table: ({ name, expected, actual }, again) => {
    if (actual === undefined || expected === undefined) return undefined
    const actions = [
      ...(/\bunlogged\b/.test(actual.raw) && !/\bunlogged\b/.test(expected.raw) ? ['SET LOGGED'] : []),
      ...securityActions(expected.raw, actual.raw),
    ]
    return actions.length === 0
      ? runAgain('table', name, again)
      : actions.map((action) => `ALTER TABLE ${ident(name)} ${action}`).join('; ')
  },
}

function commentRemedy({ name, expected }: Pair, again: CreatedAgain): string {
  return `COMMENT ON ${commentTarget(name, again)} IS ${quoteLiteral(expected?.raw ?? null)}`
}

/** What COMMENT ON takes. */
function commentTarget(comment: string, again: CreatedAgain): string {
  const { kind, name } = commented(comment)
  if (ON_A_TABLE.has(kind)) return `${kind.toUpperCase()} ${ident(partOf(name))} ON ${ident(tableOf(name))}`
  if (kind === 'function') return `FUNCTION ${name}`
  if (kind === 'column') return `COLUMN ${ident(tableOf(name))}.${ident(partOf(name))}`
  const word = kind === '' ? (`view ${name}` in again ? 'VIEW' : 'TABLE') : kind.toUpperCase()
  return `${word} ${ident(name)}`
}

const ON_A_TABLE: ReadonlySet<string> = new Set(['constraint', 'policy', 'rule', 'trigger'])

/** `bigint start 1 increment 1 min 1 max 9 cache 1` as ALTER SEQUENCE takes it. */
function sequenceOptions(definition: string): string {
  const match = /^(.*) start (\S+) increment (\S+) min (\S+) max (\S+) cache (\S+)( cycle)?$/.exec(definition)
  const [, type, start, increment, min, max, cache, cycle] = match ?? []
  return `AS ${type} START ${start} INCREMENT ${increment} MINVALUE ${min} MAXVALUE ${max} CACHE ${cache} ${cycle === undefined ? 'NO CYCLE' : 'CYCLE'}`
}

function securityActions(expected: string, actual: string): string[] {
  const [wanted, found] = [expected, actual].map((text) => ({
    on: text.includes('row level security'),
    forced: / forced$|^forced$/.test(text),
  }))
  if (wanted === undefined || found === undefined) return []
  return [
    ...(wanted.on === found.on ? [] : [`${wanted.on ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`]),
    ...(wanted.forced === found.forced ? [] : [`${wanted.forced ? '' : 'NO '}FORCE ROW LEVEL SECURITY`]),
  ]
}

function columnRemedy({ name, expected, actual }: Pair, again: CreatedAgain): string | undefined {
  const [table, column] = [ident(tableOf(name)), ident(partOf(name))]
  if (actual === undefined) return `ALTER TABLE ${table} ADD COLUMN ${column} ${expected?.raw ?? ''}`
  const [wanted, found] = [columnParts(expected?.raw ?? ''), columnParts(actual.raw)]
  if (wanted.rest !== found.rest) return runAgain('column', name, again)
  const changes = [
    ...(wanted.type === found.type ? [] : [`TYPE ${wanted.type} USING ${column}::${wanted.type}`]),
    ...(wanted.notNull === found.notNull ? [] : [wanted.notNull ? 'SET NOT NULL' : 'DROP NOT NULL']),
    ...(wanted.default === found.default ? [] : [wanted.default === '' ? 'DROP DEFAULT' : `SET DEFAULT ${wanted.default}`]),
  ]
  return changes.map((change) => `ALTER TABLE ${table} ALTER COLUMN ${column} ${change}`).join('; ')
}

function columnParts(definition: string): { type: string; notNull: boolean; rest: string; default: string } {
  const head = textBefore(definition, ' default ')
  const at = head.search(/ not null| generated | collate /)
  const type = at === -1 ? head : head.slice(0, at)
  const [notNull, rest = ''] = head.startsWith(NOT_NULL, type.length)
    ? [true, head.slice(type.length + NOT_NULL.length)]
    : [false, head.slice(type.length)]
  return { type, notNull, rest, default: textAfter(definition, ' default ') }
}

const NOT_NULL = ' not null'

/** A name, quoted where PostgreSQL requires it. */
export function ident(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdent(name)
}
