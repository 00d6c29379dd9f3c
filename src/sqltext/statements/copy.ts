import { Cursor } from '../lexer/cursor.ts'

/** Whether a COPY reads or writes rows in the binary format. */
export function isCopyBinary(statementText: string): boolean {
  const cursor = new Cursor(statementText)
  cursor.accept('copy')
  if (cursor.accept('binary')) return true
  cursor.skipUntil((word) => word === 'from' || word === 'to')
  // the name of the file, STDIN or STDOUT
  cursor.skip(2)
  cursor.accept('with')
  if (!cursor.acceptSymbol('(')) return cursor.skipUntil((word) => word === 'binary')
  for (; !cursor.atEnd && !cursor.isSymbol(')'); cursor.skipItem()) {
    if (cursor.word() === 'format' && /^(?:binary|'binary'|"binary")$/i.test(cursor.source(1))) return true
  }
  return false
}
