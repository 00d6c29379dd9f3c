import { readAlter } from './alter.ts'
import { isCopyFromStdin } from './copy-data.ts'
import { readCreate, type Definition } from './create.ts'
import { Cursor } from '../lexer/cursor.ts'
import { readObjectKind } from './object-kinds.ts'
import { outsideTransaction } from './outside-transaction.ts'
import type { StatementKind } from './statement-kind.ts'
import { transactionControl } from './transaction-control.ts'

/**
 * What matters of one statement (as split off by `splitStatements`) to a migration runner, from its leading tokens: no
 * parser, so unknown or wrong syntax is no error, it just has a verb and nothing else. Only an ALTER ... ADD is read to
 * its end, to know whether it does more than one thing.
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
  }
}

function readDefinition(cursor: Cursor): Definition {
  if (cursor.accept('create')) return readCreate(cursor)
  if (cursor.accept('alter')) return readAlter(cursor)
  return { verb: readVerb(cursor), tolerable: [], ifNotExists: false, orReplace: false }
}

/** `DROP INDEX`, `REFRESH MATERIALIZED VIEW`, `START TRANSACTION`, else the first word; parentheses around a SELECT are passed over. */
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
