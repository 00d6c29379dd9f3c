import { bareName } from '../../core/privileges.ts'
import { textAfter, textBefore } from '../../core/text.ts'
import type { CatalogObject } from '../../db/catalog.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { NOT_VALID } from '../../db/catalog-diff.ts'
import { tableOf } from './canonical.ts'
import { ident } from './printed-schema.ts'

/** A copy of an object under another name. */
export interface Reprint {
  /** Creates the copy in the schema of its table. */
  statement: string
  /** Whether an object of the catalog reading is the copy. */
  isCopy: (object: CatalogObject) => boolean
}

/**
 * A statement that creates a copy of an object from its definition in the catalog, so that the server parses that definition and prints
 * it again. The text of an expression can change when a database is restored from a dump: `status IN ('a', 'b')` of a varchar is
 * `(ARRAY['a'::varchar, ...])::text[]` before and `ARRAY[('a'::varchar)::text, ...]` after it. Undefined where no definition has an
 * expression, and where the rest of the two definitions differs. The copy is named `name`. Creating it calls no function of the
 * definition, except for indexes, exclusion constraints and statistics (`isEvaluated`), whose immutable functions the server calls.
 */
export function reprintOf(expected: CatalogObject, actual: CatalogObject, name: string): ((object: CatalogObject) => Reprint) | undefined {
  const form = FORMS[expected.kind]
  if (form === undefined || form.rest(expected.definition) !== form.rest(actual.definition)) return undefined
  return (object) => {
    const [statement, copy] = form.create(object, name)
    const isCopy = ({ kind, name: found }: CatalogObject): boolean => kind === object.kind && (found === copy || bareName(found) === copy)
    return { statement, isCopy }
  }
}

/** Whether the server can call functions of the definition when it creates a copy. */
export function isEvaluated({ kind, definition }: CatalogObject): boolean {
  return kind === 'index' || kind === 'statistics' || (kind === 'constraint' && definition.startsWith('EXCLUDE '))
}

interface Form {
  /** What a copy does not have; it is compared as it is. */
  rest: (definition: string) => string
  /** The statement, and the name of the copy in the catalog reading. */
  create: (object: CatalogObject, name: string) => [statement: string, copy: string]
}

const none = (): string => ''

const FORMS: Readonly<Record<string, Form>> = {
  column: {
    rest: (definition) => `${textBefore(definition, ' default ')}${definition.includes(' default ') ? ' default' : ''}`,
    create: copyColumn,
  },
  constraint: {
    rest: (definition) => (/^(?:CHECK|EXCLUDE) /.test(definition) ? String(definition.endsWith(NOT_VALID)) : definition),
    // in a new table, where no condition is evaluated
    create: ({ name: whole, definition }, name) => [
      `CREATE TABLE ${name} (LIKE ${ident(tableOf(whole))}, CONSTRAINT ${name}_c ${definition.replace(NOT_VALID, '')})`,
      `${name}.${name}_c`,
    ],
  },
  domain: { rest: none, create: ({ definition }, name) => [`CREATE DOMAIN ${name} AS ${definition}`, name] },
  function: { rest: withoutCode, create: copyRoutine },
  index: {
    rest: (definition) => String(definition.endsWith(INVALID)),
    create: ({ definition }, name) => [named(definition, name).replace(INVALID, ''), name],
  },
  'materialized view': {
    rest: none,
    create: ({ definition }, name) => [`CREATE MATERIALIZED VIEW ${name} AS ${queryOf(definition)} WITH NO DATA`, name],
  },
  policy: { rest: none, create: copyPolicy },
  procedure: { rest: withoutCode, create: copyRoutine },
  rule: {
    rest: none,
    create: ({ name: whole, definition }, name) => [named(definition, name), `${tableOf(whole)}.${name}`],
  },
  statistics: { rest: none, create: ({ definition }, name) => [named(definition, name), name] },
  trigger: {
    rest: (definition) => STATE.exec(definition)?.[0] ?? '',
    create: ({ name: whole, definition }, name) => [named(definition, name).replace(STATE, ''), `${tableOf(whole)}.${name}`],
  },
  view: {
    rest: (definition) => optionsOf(definition),
    create: ({ definition }, name) => [`CREATE VIEW ${name} AS ${queryOf(definition)}`, name],
  },
}

const INVALID = ' (invalid)'
/** `CREATE TRIGGER ... EXECUTE FUNCTION f() (disabled)`. */
const STATE = / \([a-z ]+\)$/

/** The statement with another name. */
function named(definition: string, name: string): string {
  return definition.replace(NAMED, (_, words: string) => words + name)
}

const NAMED = /^(CREATE (?:UNIQUE INDEX|INDEX|RULE|STATISTICS|TRIGGER|CONSTRAINT TRIGGER) )(?:"(?:[^"]|"")*"|[^\s"(]+)/

/** The catalog reading has the options of a view on a line of its own; the query begins with a space. */
function optionsOf(definition: string): string {
  return definition.startsWith(' ') ? '' : textBefore(definition, '\n')
}

function queryOf(definition: string): string {
  return definition.slice(optionsOf(definition).length).replace(/;\s*$/, '')
}

/** A table of the same columns: a partition cannot get another column. */
function copyColumn({ name: whole, definition }: CatalogObject, name: string): [string, string] {
  const head = textBefore(definition, ' default ')
  const at = head.search(/ not null| generated | collate /)
  const type = at === -1 ? head : head.slice(0, at)
  const collation = / collate (\S+)$/.exec(head)?.[1]
  const generated = / generated (stored|virtual)/.exec(head)?.[1]
  const expression = textAfter(definition, ' default ')
  const value = generated === undefined ? `DEFAULT ${expression}` : `GENERATED ALWAYS AS (${expression}) ${generated.toUpperCase()}`
  const column = `${name} ${type}${collation === undefined ? '' : ` COLLATE ${collation}`} ${value}`
  return [`CREATE TABLE ${name} (LIKE ${ident(tableOf(whole))}, ${column})`, `${name}.${name}`]
}

const COMMANDS: Readonly<Record<string, string>> = { '*': 'ALL', r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' }

/** `permissive for r to public using (...) check (...)`. */
function copyPolicy({ name: whole, definition }: CatalogObject, name: string): [string, string] {
  const head = textBefore(textBefore(definition, USING), CHECK)
  const [mode = '', , command = '', , ...roles] = head.split(' ')
  const conditions = definition.slice(head.length)
  const check = conditions.startsWith(USING) ? textAfter(conditions, CHECK) : conditions.slice(CHECK.length)
  const using = conditions.startsWith(USING) ? textBefore(conditions, CHECK) : ''
  return [
    `CREATE POLICY ${name} ON ${ident(tableOf(whole))} AS ${mode} FOR ${COMMANDS[command] ?? ''} TO ${roles.join(' ')}${using}` +
      (check === '' ? '' : ` WITH${CHECK}${check}`),
    `${tableOf(whole)}.${name}`,
  ]
}

const USING = ' using ('
const CHECK = ' check ('

/** A routine: everything but the arguments, which have defaults, and a body that the server prints. */
function withoutCode(definition: string): string {
  const { head, body } = routineOf(definition)
  return `${head.filter((line) => !line.startsWith('arguments ')).join('\n')}\n${isPrinted(body) ? '' : body}`
}

function copyRoutine({ kind, name: signature, definition }: CatalogObject, name: string): [string, string] {
  const { head, body } = routineOf(definition)
  const valueOf = (word: string): string | undefined => head.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1)
  const result = valueOf('returns')
  const args = valueOf('arguments') ?? ''
  const code = isPrinted(body) ? withArguments(body, { routine: ident(bareName(signature)), args, name }) : `AS ${quoteLiteral(body)}`
  return [
    `CREATE ${kind.toUpperCase()} ${name}(${args})${result === undefined ? '' : ` RETURNS ${result}`} LANGUAGE ${quoteIdent(valueOf('language') ?? '')} ${code}`,
    name,
  ]
}

/** A body that names the copy: the server prints `f.a` for the argument `a` of `f`, and `t.a` for a column. */
function withArguments(body: string, { routine, args, name }: { routine: string; args: string; name: string }): string {
  return body.split(`${routine}.`).reduce((text, rest) => {
    const word = /^(?:"(?:[^"]|"")*"|[\p{L}\p{N}_$]+)/u.exec(rest)?.[0] ?? ''
    const isArgument = ` ${args}`.includes(` ${word} `) && !/[\p{L}\p{N}_$".]$/u.test(text)
    return text + (isArgument ? name : routine) + '.' + rest
  })
}

function routineOf(definition: string): { head: string[]; body: string } {
  const mark = '\nas\n'
  return { head: textBefore(definition, mark).split('\n'), body: textAfter(definition, mark) }
}

/** A body in the SQL standard's form, which the server stores parsed. */
function isPrinted(body: string): boolean {
  return /^(?:BEGIN ATOMIC|RETURN)\b/.test(body)
}
