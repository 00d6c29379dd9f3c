import { literalValue } from '../lexer/identifiers.ts'
import { hazard, nameOf, type Hazard, type Subject } from './hazard.ts'
import { isNew } from './hazard-context.ts'

/** Constraints of a domain are checked in every table that has a column of it; NOT VALID puts that off, to the same lock. */
export function domainHazards({ cursor, context }: Subject): Hazard[] {
  cursor.accept('alter domain')
  const domain = cursor.name()
  if (isNew(context, domain)) return []
  const offset = cursor.peek().start
  const action = ACTIONS.find((words) => cursor.accept(words))
  if (action === undefined) return []
  if (action === 'add' && cursor.skipUntil((word) => word === 'not' && cursor.word(1) === 'valid')) return []
  return [
    hazard({
      code: 'DOMAIN_SCAN',
      lock: 'SHARE',
      message: `every table with a column of the domain ${nameOf(domain)} is read whole, and nobody can write to any of them meanwhile`,
      advice: 'a CHECK on each table instead: added NOT VALID and validated later, it blocks nobody',
      offset,
    }),
  ]
}

const ACTIONS = ['add', 'set not null', 'validate constraint'] as const

/** A label that ALTER TYPE ... ADD VALUE gave to an enum cannot be used before that is committed. */
export function enumValueHazards({ cursor, context }: Subject): Hazard[] {
  const added = context.memory?.enumValues
  if (added === undefined || added.size === 0) return []
  const hazards: Hazard[] = []
  for (; !cursor.atEnd; cursor.skip()) {
    const { kind, start } = cursor.peek()
    const value = kind === 'string' ? literalValue(cursor.source()) : undefined
    if (value === undefined || !added.has(value)) continue
    hazards.push(
      hazard({
        code: 'ENUM_VALUE_IN_SAME_TRANSACTION',
        lock: 'NONE',
        message: `if '${value}' is the value that was added to the enum in this transaction, this fails (55P04)`,
        advice: 'put ALTER TYPE ... ADD VALUE into a file of its own, before this one',
        offset: start,
      }),
    )
  }
  return hazards
}
