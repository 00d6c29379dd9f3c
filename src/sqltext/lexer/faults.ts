/** Something in a file that cannot be sent to the server, found without asking it. */
export interface LexFault {
  kind: FaultKind
  /** UTF-16 offset in the text: where the unfinished thing begins, or where the forbidden one is. */
  offset: number
  /** What stands there: the opening quote or tag, or the name of the psql command with its backslash. */
  found: string
  /** One line for people, without position or advice. */
  message: string
}

export type FaultKind =
  | 'unterminated-string'
  | 'unterminated-identifier'
  | 'unterminated-dollar-quote'
  | 'unterminated-comment'
  | 'psql-command'
  | 'nul-character'

const MESSAGES: Readonly<Record<FaultKind, (found: string) => string>> = {
  'unterminated-string': () => 'this string is never closed',
  'unterminated-identifier': () => 'this quoted identifier is never closed',
  'unterminated-dollar-quote': (found) => `this dollar quote is never closed: no second ${found}`,
  'unterminated-comment': () => 'this comment is never closed: no matching */',
  'psql-command': (found) => `${found} is a command of psql, not SQL`,
  'nul-character': () => 'a NUL character: PostgreSQL ends the text there (is the file UTF-16?)',
}

/** A fault with its message. */
export function lexFault(kind: FaultKind, offset: number, found: string): LexFault {
  return { kind, offset, found, message: MESSAGES[kind](found) }
}
