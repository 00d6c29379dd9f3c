import type { Cursor } from '../../sqltext/lexer/cursor.ts'
import { readAggregateParameters, readParameters } from '../../sqltext/statements/parameters.ts'
import type { InputTypes } from './created-objects.ts'

/** How one statement is undone, or why it cannot be. `undo`: the last one is to be done first; empty when nothing is to be done. */
export type Undo = { undo: string[] } | { reason: string }

/** Nothing is to be done. */
export const NOTHING: Undo = { undo: [] }

/** There is no exact inverse. */
export function none(reason: string): Undo {
  return { reason }
}

/** The object cannot be dropped before what it needs. */
export const LATER = 'it may need an object that the file creates later: create that one first'

/** Whether parameters are part of the name. */
export function isRoutine(kind: string): boolean {
  return kind === 'function' || kind === 'procedure' || kind === 'aggregate'
}

/** Steps over the parameters of a routine, if they are written. */
export function readTypes(kind: string, cursor: Cursor): InputTypes {
  return (kind === 'aggregate' ? readAggregateParameters(cursor) : readParameters(cursor))?.inputTypes
}
