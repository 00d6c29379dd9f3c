import { Cursor, type QualifiedName } from '../lexer/cursor.ts'
import { routineBody } from './routine-body.ts'
import { splitStatements } from '../statements/split.ts'

/** A statement, or a part of one, that changes or removes the rows of a table. */
export interface RowWrite {
  verb: 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE' | 'COPY' | 'TRUNCATE' | 'DROP TABLE'
  table: QualifiedName
}

/**
 * The tables whose rows a statement changes, also in a WITH and in the text of a DO block; not in what a function or a string that is
 * executed does. An INSERT that adds only what is missing does not count: one with ON CONFLICT ... DO NOTHING, or with a NOT EXISTS about
 * the same table.
 */
export function rowWrites(statementText: string, verb: string): RowWrite[] {
  if (!WRITERS.has(verb)) return []
  const body = verb === 'DO' ? (routineBody(statementText)?.text ?? '') : statementText
  const guarded = new Set<string>()
  const found = splitStatements(body).statements.flatMap(({ text }) => writesIn(text, guarded))
  return found.filter((write) => write.verb !== 'INSERT' || !guarded.has(write.table.name))
}

const WRITERS: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'TRUNCATE', 'WITH', 'DO', 'DROP TABLE'])

/** Adds the tables that a NOT EXISTS reads to `guarded`. */
function writesIn(text: string, guarded: Set<string>): RowWrite[] {
  const found: RowWrite[] = []
  let doesNothing = false
  for (const cursor = new Cursor(text); !cursor.atEnd;) {
    if (cursor.accept('do nothing')) doesNothing = true
    else if (cursor.accept('not exists')) tablesRead(cursor).forEach((name) => guarded.add(name))
    else {
      const writes = readWrite(cursor)
      if (writes === undefined) cursor.skip()
      else found.push(...writes)
    }
  }
  return found.filter(({ verb }) => !doesNothing || verb !== 'INSERT')
}

/** The tables after FROM in the parentheses that follow. */
function tablesRead(cursor: Cursor): string[] {
  if (!cursor.isSymbol('(')) return []
  const names: string[] = []
  for (const inner = new Cursor(cursor.group()); !inner.atEnd;) {
    const name = inner.accept('from') ? inner.name()?.name : undefined
    if (name === undefined) inner.skip()
    else names.push(name)
  }
  return names
}

function readWrite(cursor: Cursor): RowWrite[] | undefined {
  for (const [phrase, verb] of PHRASES) {
    if (!cursor.accept(phrase)) continue
    // FOR UPDATE OF t, ON CONFLICT DO UPDATE SET, WHEN MATCHED THEN UPDATE SET
    if (cursor.word() === 'set' || cursor.word() === 'of') return undefined
    const tables = namesOf(cursor, verb)
    if (verb === 'COPY' && !cursor.skipUntil((word) => word === 'from' || word === 'to')) return undefined
    return verb === 'COPY' && cursor.word() === 'to' ? undefined : tables.map((table) => ({ verb, table }))
  }
  return undefined
}

const PHRASES: readonly (readonly [string, RowWrite['verb']])[] = [
  ['insert into', 'INSERT'],
  ['update', 'UPDATE'],
  ['delete from', 'DELETE'],
  ['merge into', 'MERGE'],
  ['copy', 'COPY'],
  ['truncate table', 'TRUNCATE'],
  ['truncate', 'TRUNCATE'],
  ['drop table if exists', 'DROP TABLE'],
  ['drop table', 'DROP TABLE'],
]

/** `[ONLY] name [*]`; several for TRUNCATE and DROP TABLE. */
function namesOf(cursor: Cursor, verb: RowWrite['verb']): QualifiedName[] {
  const isList = verb === 'TRUNCATE' || verb === 'DROP TABLE'
  const names: QualifiedName[] = []
  for (let isNext = true; isNext; isNext = isList && cursor.acceptSymbol(',')) {
    cursor.accept('only')
    const name = cursor.name()
    if (name !== undefined) names.push(name)
    cursor.acceptSymbol('*')
  }
  return names
}
