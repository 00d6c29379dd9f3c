import type { FunctionParameter, Node, RangeVar, TypeName } from 'libpg-query'
import { describe, expect, test } from 'vitest'
import { classify } from '../../../src/sqltext/statements/classify.ts'
import { splitStatements } from '../../../src/sqltext/statements/split.ts'
import { corpus, oracleNode } from './oracle.ts'

/** The facts that a syntax tree has too. */
interface Facts {
  name?: string
  schema?: string
  table?: string
  ifNotExists?: boolean
  orReplace?: boolean
}

/** The facts of a syntax tree that creates an object with a name; otherwise undefined. */
function factsOf(node: Node): Facts | undefined {
  if ('CreateStmt' in node) return { ...relation(node.CreateStmt.relation), ifNotExists: node.CreateStmt.if_not_exists ?? false }
  if ('CreateForeignTableStmt' in node) return relation(node.CreateForeignTableStmt.base?.relation)
  if ('CreateTableAsStmt' in node && !node.CreateTableAsStmt.is_select_into) return relation(node.CreateTableAsStmt.into?.rel)
  if ('ViewStmt' in node) return { ...relation(node.ViewStmt.view), orReplace: node.ViewStmt.replace ?? false }
  if ('CreateSeqStmt' in node) return { ...relation(node.CreateSeqStmt.sequence), ifNotExists: node.CreateSeqStmt.if_not_exists ?? false }
  if ('IndexStmt' in node)
    return onTable(node.IndexStmt.idxname, node.IndexStmt.relation, { ifNotExists: node.IndexStmt.if_not_exists ?? false })
  if ('CreateTrigStmt' in node)
    return onTable(node.CreateTrigStmt.trigname, node.CreateTrigStmt.relation, { orReplace: node.CreateTrigStmt.replace ?? false })
  if ('RuleStmt' in node) return onTable(node.RuleStmt.rulename, node.RuleStmt.relation, { orReplace: node.RuleStmt.replace ?? false })
  if ('CreatePolicyStmt' in node) return onTable(node.CreatePolicyStmt.policy_name, node.CreatePolicyStmt.table)
  if ('CreateFunctionStmt' in node)
    return { ...qualified(node.CreateFunctionStmt.funcname), orReplace: node.CreateFunctionStmt.replace ?? false }
  if ('DefineStmt' in node) return { ...qualified(node.DefineStmt.defnames), ifNotExists: node.DefineStmt.if_not_exists ?? false }
  if ('CompositeTypeStmt' in node) return relation(node.CompositeTypeStmt.typevar)
  if ('CreateEnumStmt' in node) return qualified(node.CreateEnumStmt.typeName)
  if ('CreateRangeStmt' in node) return qualified(node.CreateRangeStmt.typeName)
  if ('CreateDomainStmt' in node) return qualified(node.CreateDomainStmt.domainname)
  if ('CreateStatsStmt' in node) return node.CreateStatsStmt.defnames === undefined ? {} : qualified(node.CreateStatsStmt.defnames)
  if ('CreateConversionStmt' in node) return qualified(node.CreateConversionStmt.conversion_name)
  if ('CreateOpClassStmt' in node) return qualified(node.CreateOpClassStmt.opclassname)
  if ('CreateOpFamilyStmt' in node) return qualified(node.CreateOpFamilyStmt.opfamilyname)
  if ('CreateExtensionStmt' in node) return named(node.CreateExtensionStmt.extname)
  if ('CreateRoleStmt' in node) return named(node.CreateRoleStmt.role)
  if ('CreateSchemaStmt' in node) return named(node.CreateSchemaStmt.schemaname ?? node.CreateSchemaStmt.authrole?.rolename)
  if ('CreateEventTrigStmt' in node) return named(node.CreateEventTrigStmt.trigname)
  if ('CreatePublicationStmt' in node) return named(node.CreatePublicationStmt.pubname)
  if ('CreateSubscriptionStmt' in node) return named(node.CreateSubscriptionStmt.subname)
  if ('CreateForeignServerStmt' in node) return named(node.CreateForeignServerStmt.servername)
  if ('CreateFdwStmt' in node) return named(node.CreateFdwStmt.fdwname)
  if ('CreateAmStmt' in node) return named(node.CreateAmStmt.amname)
  if ('CreatePLangStmt' in node) return named(node.CreatePLangStmt.plname)
  return undefined
}

function named(name: string | undefined): Facts {
  return name === undefined ? {} : { name }
}

function relation(range: RangeVar | undefined): Facts {
  const schema = range?.schemaname ?? (range?.relpersistence === 't' ? 'pg_temp' : undefined)
  return { ...named(range?.relname), ...(schema === undefined ? {} : { schema }) }
}

function onTable(name: string | undefined, table: RangeVar | undefined, more: Facts = {}): Facts {
  if (name === undefined) return more
  return {
    name,
    ...(table?.relname === undefined ? {} : { table: table.relname }),
    ...(table?.schemaname === undefined ? {} : { schema: table.schemaname }),
    ...more,
  }
}

function qualified(names: readonly Node[] | undefined): Facts {
  const [name, schema] = strings(names).toReversed()
  return { ...named(name), ...(schema === undefined ? {} : { schema }) }
}

function strings(names: readonly Node[] | undefined): string[] {
  return (names ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []))
}

const statements = corpus.flatMap(({ text }) => splitStatements(text).statements.map((statement) => statement.text))

describe('classify: the corpus', () => {
  test('CREATE -> the names, schemas, tables, IF NOT EXISTS and OR REPLACE of the syntax tree', () => {
    let compared = 0
    for (const statement of statements) {
      const facts = factsOf(oracleNode(statement) ?? { Integer: {} })
      if (facts === undefined) continue
      const { object, ifNotExists, orReplace } = classify(statement)
      const { name, schema, table } = object ?? {}
      expect({ name, schema, table }, statement).toEqual({ name: facts.name, schema: facts.schema, table: facts.table })
      if (facts.ifNotExists !== undefined) expect(ifNotExists, statement).toBe(facts.ifNotExists)
      if (facts.orReplace !== undefined) expect(orReplace, statement).toBe(facts.orReplace)
      compared++
    }
    expect(compared).toBeGreaterThan(150)
  })

  test('CREATE of one object with a name -> has existsCodes', () => {
    for (const statement of statements) {
      const { verb, object, existsCodes, orReplace } = classify(statement)
      if (!verb.startsWith('CREATE')) continue
      const isDatabase = verb === 'CREATE DATABASE'
      const node = oracleNode(statement)
      const hasElements = node !== undefined && 'CreateSchemaStmt' in node && node.CreateSchemaStmt.schemaElts !== undefined
      expect(existsCodes.length > 0, statement).toBe(object !== undefined && !orReplace && !isDatabase && !hasElements)
    }
  })

  test('transaction control -> as in the syntax tree', () => {
    const found: string[] = []
    for (const statement of statements) {
      const node = oracleNode(statement)
      const kind = node !== undefined && 'TransactionStmt' in node ? node.TransactionStmt.kind : undefined
      const { transaction } = classify(statement)
      expect(transaction !== undefined, statement).toBe(kind !== undefined)
      if (kind !== undefined) found.push(`${kind.replace('TRANS_STMT_', '')} ${transaction}`)
    }
    expect([...new Set(found)].toSorted()).toEqual([
      'BEGIN begin',
      'COMMIT commit',
      'COMMIT_PREPARED commit',
      'PREPARE prepare',
      'RELEASE release',
      'ROLLBACK rollback',
      'ROLLBACK_PREPARED rollback',
      'ROLLBACK_TO rollback',
      'SAVEPOINT savepoint',
      'START begin',
    ])
  })

  test('COPY from the client -> as in the syntax tree', () => {
    let copies = 0
    for (const statement of statements) {
      const node = oracleNode(statement)
      if (node === undefined || !('CopyStmt' in node)) continue
      const { is_from: isFrom = false, filename } = node.CopyStmt
      expect(classify(statement).copyFromStdin, statement).toBe(isFrom && filename === undefined)
      expect(classify(statement).copyToStdout === true, statement).toBe(!isFrom && filename === undefined)
      copies++
    }
    expect(copies).toBeGreaterThan(7)
    expect(statements.filter((statement) => classify(statement).copyFromStdin)).toHaveLength(5)
  })

  test('ALTER TABLE with a single addition that can be there already -> has existsCodes', () => {
    let compared = 0
    for (const statement of statements) {
      const node = oracleNode(statement)
      if (node === undefined || !('AlterTableStmt' in node) || !/^ALTER (FOREIGN )?TABLE/.test(classify(statement).verb)) continue
      const { cmds = [], relation: target } = node.AlterTableStmt
      const [first] = cmds.flatMap((cmd) => ('AlterTableCmd' in cmd ? [cmd.AlterTableCmd] : []))
      const def = first?.def
      const column = def !== undefined && 'ColumnDef' in def && first?.subtype === 'AT_AddColumn' ? def.ColumnDef.colname : undefined
      const constraint =
        def !== undefined && 'Constraint' in def && first?.subtype === 'AT_AddConstraint' ? def.Constraint.conname : undefined
      const key =
        def !== undefined && 'Constraint' in def && def.Constraint.contype === 'CONSTR_PRIMARY' && first?.subtype === 'AT_AddConstraint'
          ? target?.relname
          : undefined
      const identity = first?.subtype === 'AT_AddIdentity' ? first.name : undefined
      const partition =
        def !== undefined && 'PartitionCmd' in def && first?.subtype === 'AT_AttachPartition' ? def.PartitionCmd.name?.relname : undefined
      const parent = def !== undefined && 'RangeVar' in def && first?.subtype === 'AT_AddInherit' ? def.RangeVar.relname : undefined
      const added = cmds.length === 1 ? (column ?? constraint ?? key ?? identity ?? partition ?? parent) : undefined
      const { object, existsCodes } = classify(statement)
      expect(existsCodes.length > 0, statement).toBe(added !== undefined)
      expect(object?.name, statement).toBe(added ?? target?.relname)
      expect(object?.schema, statement).toBe(target?.schemaname)
      if (added !== undefined) expect(object?.table, statement).toBe(target?.relname)
      compared++
    }
    expect(compared).toBeGreaterThan(30)
  })

  test('functions and procedures -> the input types of the syntax tree', () => {
    let compared = 0
    for (const statement of statements) {
      const expected = inputTypesOf(statement)
      if (expected === undefined) continue
      const { inputTypes } = classify(statement).object ?? {}
      // the parser reads each type again, as the only parameter, without a name, of a function
      const read = inputTypes?.flatMap((type) => inputTypesOf(`CREATE FUNCTION f(${type}) RETURNS int RETURN 1`) ?? [])
      expect(read, statement).toEqual(expected)
      compared += expected.length
    }
    expect(compared).toBeGreaterThan(30)
  })
})

function inputTypesOf(statement: string): TypeName[] | undefined {
  const node = oracleNode(statement)
  if (node === undefined || !('CreateFunctionStmt' in node)) return undefined
  return (node.CreateFunctionStmt.parameters ?? [])
    .flatMap((parameter): FunctionParameter[] => ('FunctionParameter' in parameter ? [parameter.FunctionParameter] : []))
    .filter(({ mode }) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE')
    .map(({ argType }) => withoutLocations(argType ?? {}))
}

function withoutLocations<T>(tree: T): T {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'location' ? undefined : value))) as T
}
