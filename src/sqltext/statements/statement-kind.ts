/** What a migration runner needs to know of a statement. */
export interface StatementKind {
  /** In capitals: `CREATE TABLE`, `ALTER TABLE`, `DROP INDEX`, `INSERT`, ...; empty when there is no word at all. */
  verb: string
  /** What a CREATE or a single ALTER ... ADD would make; for other forms of ALTER TABLE the table. Left out when it has no name. */
  object?: SqlObject
  /**
   * The SQLSTATEs that mean "the object it would make exists already". A code is not proof: look the object up, as the
   * same code is raised over an object of another kind, and for a constraint inside of a CREATE TABLE.
   */
  tolerable: readonly string[]
  /** Set for a statement that begins, ends or divides a transaction. */
  transaction?: TransactionControl
  /** Set for a statement that PostgreSQL refuses inside of a transaction block (25001): its name for people. */
  outsideTransaction?: string
  /** COPY ... FROM STDIN, which only psql can run from a file. */
  copyFromStdin: boolean
  ifNotExists: boolean
  orReplace: boolean
}

export type TransactionControl = 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'prepare'

/** A database object as the catalogs name it: folded, unquoted, cut to 63 bytes. */
export interface SqlObject {
  kind: ObjectKind
  /** As written, `pg_temp` for a TEMP object. For what belongs to a table (or view, type, domain) that one's schema. */
  schema?: string
  name: string
  /**
   * What it belongs to: the table or view of a column, constraint, index, trigger, rule or policy, the type of an enum
   * value or attribute, the domain of a domain constraint, the server of a user mapping, the language of a transform.
   */
  table?: string
  /** Functions, procedures, aggregates: the text between the parentheses. Operators: of the definition. */
  parameters?: string
  /** The types that tell overloads apart, fit for `to_regprocedure('name(a,b)')`; operators: left and right, NONE for an absent one. */
  inputTypes?: readonly string[]
}

export type ObjectKind =
  | 'access method'
  | 'aggregate'
  | 'attribute'
  | 'cast'
  | 'collation'
  | 'column'
  | 'constraint'
  | 'conversion'
  | 'database'
  | 'domain'
  | 'domain constraint'
  | 'enum value'
  | 'event trigger'
  | 'extension'
  | 'foreign data wrapper'
  | 'foreign table'
  | 'function'
  | 'index'
  | 'language'
  | 'materialized view'
  | 'operator'
  | 'operator class'
  | 'operator family'
  | 'policy'
  | 'procedure'
  | 'publication'
  | 'role'
  | 'rule'
  | 'schema'
  | 'sequence'
  | 'server'
  | 'statistics'
  | 'subscription'
  | 'table'
  | 'tablespace'
  | 'text search configuration'
  | 'text search dictionary'
  | 'text search parser'
  | 'text search template'
  | 'transform'
  | 'trigger'
  | 'type'
  | 'user mapping'
  | 'view'
