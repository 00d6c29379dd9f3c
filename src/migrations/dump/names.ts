import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { identifierName } from '../../sqltext/lexer/identifiers.ts'
import { Scanner } from '../../sqltext/lexer/scanner.ts'

/** How the statements name the objects of the schema. */
export interface Naming {
  /** Before the name of an object of the schema: nothing, or `notes.`. */
  prefix: string
  /** A name that the catalogs print with its schema. */
  local(name: string): string
  /** SQL that PostgreSQL prints: the schema is removed from the first `most` names with a qualifier, whatever it is. */
  unqualified(sql: string, most?: number): string
  /** The schema as an entry of a search_path, which the schema that the statements run in replaces. */
  inPath: string | undefined
}

/** The statements run in any schema that is first in the search_path. */
export function withoutSchema(schema: string): Naming {
  const prefixes = [`${quoteIdent(schema)}.`, `${schema}.`]
  return {
    prefix: '',
    local: (name) => {
      const prefix = prefixes.find((one) => name.startsWith(one))
      return prefix === undefined ? name : name.slice(prefix.length)
    },
    unqualified: (sql, most) => unqualified(sql, schema, most),
    inPath: plainName(schema),
  }
}

/** The statements run in this schema, whatever the search_path is. */
export function withSchema(schema: string): Naming {
  return { prefix: `${plainName(schema)}.`, local: (name) => name, unqualified: (sql) => sql, inPath: undefined }
}

/** As the catalogs print it. */
function plainName(schema: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(schema) ? schema : quoteIdent(schema)
}

/** Removes the qualifiers that are the name of the schema: of the first `most` names with a qualifier, whatever it is. */
export function unqualified(sql: string, schema: string, most = Infinity): string {
  const scanner = new Scanner(sql)
  let result = ''
  let copied = 0
  let seen = 0
  while (seen < most && scanner.next() !== 'end') {
    const { kind, start, end } = scanner
    if ((kind !== 'word' && kind !== 'quoted') || sql[end] !== '.') continue
    seen++
    if (identifierName(sql.slice(start, end)) === schema) {
      result += sql.slice(copied, start)
      copied = end + 1
    }
    scanner.seek(end + 1)
    // an operator can follow: OPERATOR(public.=)
    scanner.next()
  }
  return result + sql.slice(copied)
}

/** A statement whose text contains the name of the schema: `%1$I` in the format is the place of the schema that it is applied to. */
export function inCurrentSchema(format: string): string {
  return `DO $dump$ BEGIN EXECUTE pg_catalog.format(${quoteLiteral(format)}, pg_catalog.current_schema()); END $dump$`
}

/** Text inside a format of `inCurrentSchema`. */
export function inFormat(text: string): string {
  return text.replaceAll('%', '%%')
}

/** `name=value` of the catalogs as an option of WITH. */
export function storageOption(option: string): string {
  const at = option.indexOf('=')
  const [name, value] = [option.slice(0, at), option.slice(at + 1)]
  return `${name}=${/^(?:[a-z_]+|-?\d+(?:\.\d+)?)$/.test(value) ? value : quoteLiteral(value)}`
}

/** `name=value` of the catalogs as an option of a foreign server. */
export function serverOptions(options: readonly string[]): string {
  if (options.length === 0) return ''
  const texts = options.map((option) => {
    const at = option.indexOf('=')
    const name = option.slice(0, at)
    return `${/^[a-z_]+$/.test(name) ? name : quoteIdent(name)} ${quoteLiteral(option.slice(at + 1))}`
  })
  return ` OPTIONS (${texts.join(', ')})`
}

/** The entries of a search_path as the catalogs have it, each quoted where SQL needs it. */
export function pathEntries(value: string): string[] {
  return (value.match(/"(?:[^"]|"")*"|[^,\s][^,]*/g) ?? []).map((entry) => entry.trim())
}
