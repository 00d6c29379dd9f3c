/** A part of a file that cannot be sent to the server. */
export interface LexFault {
  kind: FaultKind
  /** UTF-16 offset of the unfinished literal or comment, or of the forbidden text. */
  offset: number
  /** The text at the offset: the opening quote or tag, or the name of the psql command with its backslash. */
  found: string
  /** One line, without position and hint. */
  message: string
}

export type FaultKind =
  | 'unterminated-string'
  | 'unterminated-identifier'
  | 'unterminated-dollar-quote'
  | 'unterminated-comment'
  | 'psql-command'
  | 'nul-character'
  | 'text-before-rows'

const MESSAGES: Readonly<Record<FaultKind, (found: string) => string>> = {
  'unterminated-string': () => 'unterminated string',
  'unterminated-identifier': () => 'unterminated quoted identifier',
  'unterminated-dollar-quote': (found) => `unterminated dollar quote: no second ${found}`,
  'unterminated-comment': () => 'unterminated comment: no matching */',
  'psql-command': (found) => `${found} is a psql command, not SQL`,
  'text-before-rows': () => 'text between COPY ... FROM STDIN and its rows',
  'nul-character': () => 'NUL character: PostgreSQL would end the text here (is the file UTF-16?)',
}

/** A fault with its message. */
export function lexFault(kind: FaultKind, offset: number, found: string): LexFault {
  return { kind, offset, found, message: MESSAGES[kind](found) }
}
