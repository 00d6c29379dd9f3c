import { Cursor } from '../lexer/cursor.ts'
import { readAlter } from './alter.ts'
import { readCreate, type Definition } from './create.ts'
import { readObjectKind } from './object-kinds.ts'
import { isCopyFromStdin, isCopyToStdout } from './split.ts'
import { outsideTransaction, transactionControl, type TransactionControl } from './transactions.ts'

/** What a migration runner needs to know of a statement. */
export interface StatementKind extends Definition {
  /** Set for a statement that begins, ends or divides a transaction. */
  transaction?: TransactionControl
  /** Set for a statement that PostgreSQL refuses inside a transaction block (25001): its name for people. */
  outsideTransaction?: string
  /** COPY ... FROM STDIN, which only psql can run from a file. */
  copyFromStdin: boolean
  /** Set for COPY ... TO STDOUT, whose rows nothing here can take. */
  copyToStdout?: true
}

/**
 * Reads the leading tokens of one statement (from `splitStatements`). This is not a parser: unknown or wrong syntax is no
 * error, the statement just has a verb and nothing else. Only an ALTER ... ADD is read to its end, to find out whether it
 * has more than one action.
 */
export function classify(statementText: string): StatementKind {
  const cursor = new Cursor(statementText)
  const read = <T>(reader: (cursor: Cursor) => T): T => {
    cursor.rewind()
    return reader(cursor)
  }
  const transaction = read(transactionControl)
  const outside = read(outsideTransaction)
  return {
    ...read(readDefinition),
    ...(transaction === undefined ? {} : { transaction }),
    ...(outside === undefined ? {} : { outsideTransaction: outside }),
    copyFromStdin: read(isCopyFromStdin),
    ...(read(isCopyToStdout) ? { copyToStdout: true } : {}),
  }
}

function readDefinition(cursor: Cursor): Definition {
  if (cursor.accept('create')) return readCreate(cursor)
  if (cursor.accept('alter')) return readAlter(cursor)
  return { verb: readVerb(cursor), existsCodes: [], ifNotExists: false, orReplace: false }
}

/** `DROP INDEX`, `REFRESH MATERIALIZED VIEW`, `START TRANSACTION`, otherwise the first word. Skips parentheses around a SELECT. */
function readVerb(cursor: Cursor): string {
  if (cursor.accept('drop')) return `DROP ${readObjectKind(cursor)?.words ?? cursor.word()}`.trimEnd().toUpperCase()
  while (cursor.acceptSymbol('('));
  const longer = LONGER_VERBS.find((verb) => cursor.accept(verb))
  return (longer ?? cursor.word()).toUpperCase()
}

const LONGER_VERBS = [
  'comment on',
  'commit prepared',
  'import foreign schema',
  'prepare transaction',
  'refresh materialized view',
  'rollback prepared',
  'set transaction',
  'start transaction',
]
