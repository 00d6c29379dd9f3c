import type { Cursor, QualifiedName } from '../lexer/cursor.ts'
import { isNew, type HazardContext } from './hazard-context.ts'

export interface PlacedName {
  name: QualifiedName
  offset: number
}

/** Reads `[ONLY] name [*] [(columns)], ...` as DROP, TRUNCATE, LOCK and VACUUM have it. */
export function readNames(cursor: Cursor): PlacedName[] {
  const names: PlacedName[] = []
  do {
    cursor.accept('only')
    const offset = cursor.peek().start
    const name = cursor.name()
    if (name === undefined) break
    names.push({ name, offset })
    cursor.acceptSymbol('*')
    if (cursor.isSymbol('(')) cursor.skipItem()
  } while (cursor.acceptSymbol(','))
  return names
}

/** The same without what was made in this run. */
export function readOldNames(cursor: Cursor, context: HazardContext): PlacedName[] {
  return readNames(cursor).filter(({ name }) => !isNew(context, name))
}
