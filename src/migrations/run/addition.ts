import type { Db } from '../../db/db.ts'
import { Cursor, type QualifiedName } from '../../sqltext/lexer/cursor.ts'
import type { SqlObject } from '../../sqltext/statements/object-kinds.ts'

/** `missing`: the catalog has nothing of the kind, so the failure has another cause. Otherwise how the existing one differs. */
export type Sameness = 'same' | 'missing' | { difference: string }

/** A statement that adds something, and where its text is read. */
export interface Reading {
  db: Db
  object: SqlObject
  /** The table or publication that the statement changes. */
  target: QualifiedName
  /** After the words that say what is added. */
  cursor: Cursor
}

/** The names in the parentheses that follow. */
export function columnsIn(cursor: Cursor): string[] {
  const names: string[] = []
  if (!cursor.acceptSymbol('(')) return names
  while (!cursor.atEnd && !cursor.acceptSymbol(')')) {
    const name = cursor.name()?.name
    if (name !== undefined) names.push(name)
    while (!cursor.atEnd && !cursor.isSymbol(',') && !cursor.isSymbol(')')) cursor.skipItem()
    cursor.acceptSymbol(',')
  }
  return names
}

/** The text without what does not matter: spaces, comments, case. */
export function tokens(source: string): string {
  const all: string[] = []
  for (const cursor = new Cursor(source); !cursor.atEnd; cursor.skip()) all.push(cursor.word() || cursor.source())
  return all.join(' ')
}
