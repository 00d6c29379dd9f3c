import { Cursor } from '../lexer/cursor.ts'
import type { StatementKind } from '../statements/classify.ts'
import { readAlterActions, type AlterAction } from './alter-actions.ts'
import { columns } from './columns.ts'
import { constraints } from './constraints.ts'
import { isNew, type HazardContext, type Subject, type Target } from './context.ts'
import { drops } from './drops.ts'
import type { Hazard, HazardType } from './hazard.ts'
import { indexes } from './indexes.ts'
import { partitions } from './partitions.ts'
import { rewrites } from './rewrites.ts'
import { rows } from './rows.ts'
import { RunMemory } from './run-memory.ts'
import { tables } from './tables.ts'
import { types } from './types.ts'

const GROUPS = [indexes, columns, constraints, rewrites, tables, drops, partitions, rows, types]

/** Every hazard type, in the order of docs/migrate-hazards.md. */
export const HAZARD_TYPES: readonly HazardType[] = GROUPS.flatMap((group) => group.types)

/**
 * The hazards of one statement on a database in use: it blocks others while it reads or rewrites a table, it breaks
 * clients that use what it changes, or it fails for reasons that show in production only. Looks at the text alone, with
 * rules like those of squawk; docs/migrate-hazards.md lists them.
 */
export function findHazards(statementText: string, kind: StatementKind, context: HazardContext): Hazard[] {
  const subject = (): Subject => ({ cursor: new Cursor(statementText), kind, context })
  const ofAlter = ALTERS.has(kind.verb) ? alterHazards(subject()) : []
  const ofVerb = GROUPS.flatMap(({ statements }) => statements?.[kind.verb]?.(subject()) ?? [])
  const ofEvery = GROUPS.flatMap(({ every }) => every?.(subject()) ?? [])
  return [...ofAlter, ...ofVerb, ...ofEvery]
}

/** The statements with the syntax of ALTER TABLE, and those of their actions that can be hazards; undefined: all of them. */
const ALTERS: ReadonlyMap<string, ReadonlySet<AlterAction['does']> | undefined> = new Map([
  ['ALTER TABLE', undefined],
  ['ALTER FOREIGN TABLE', new Set<AlterAction['does']>(['drop column', 'rename column', 'rename table', 'set schema'])],
  ['ALTER INDEX', new Set<AlterAction['does']>(['set tablespace'])],
  [
    'ALTER MATERIALIZED VIEW',
    new Set<AlterAction['does']>(['rename column', 'rename table', 'set access method', 'set schema', 'set tablespace']),
  ],
  ['ALTER VIEW', new Set<AlterAction['does']>(['rename column', 'rename table', 'set schema'])],
])

/** The hazards of each action, in order. */
function alterHazards({ cursor, kind, context }: Subject): Hazard[] {
  const { table, actions } = readAlterActions(cursor)
  if (isNew(context, table)) return []
  const only = ALTERS.get(kind.verb)
  const memory = new RunMemory(context.memory)
  const target: Target = { table, context: { ...context, memory } }
  return actions.flatMap((action) => {
    const hazards = only?.has(action.does) === false ? [] : actionHazards(action, target)
    // later actions of the statement see what this one did
    if (table !== undefined) memory.noteAction(table, action, true)
    return hazards
  })
}

function actionHazards(action: AlterAction, target: Target): Hazard[] {
  return GROUPS.flatMap(({ actions }) => actions?.[action.does]?.(action, target) ?? []).toSorted((a, b) => a.offset - b.offset)
}
