import { literalValue } from '../lexer/identifiers.ts'
import { isNew, type HazardGroup, type Subject } from './context.ts'
import { hazard, nameOf, type Hazard, type HazardType } from './hazard.ts'

const DOMAIN_SCAN: HazardType = {
  code: 'DOMAIN_SCAN',
  title: 'A new constraint of a domain reads every table that uses it and blocks writes',
  when: 'constraints of a domain: `ADD` without `NOT VALID`, `VALIDATE`, `SET NOT NULL`',
  lock: 'SHARE',
  effect: 'SHARE on every table that uses it, scan',
  squawk: ['ban-alter-domain-with-add-constraint'],
  example: "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%');",
}

const ENUM_VALUE_IN_SAME_TRANSACTION: HazardType = {
  code: 'ENUM_VALUE_IN_SAME_TRANSACTION',
  title: 'A new value of an enum cannot be used in the transaction that adds it',
  when: 'a literal equal to the value that `ALTER TYPE ... ADD VALUE` added in this transaction',
  lock: 'NONE',
  effect: 'fails (55P04)',
  example: "ALTER TYPE status ADD VALUE 'refunded';\nINSERT INTO orders (status) VALUES ('refunded');",
}

export const types: HazardGroup = {
  types: [DOMAIN_SCAN, ENUM_VALUE_IN_SAME_TRANSACTION],
  statements: { 'ALTER DOMAIN': domainHazards },
  every: enumValueHazards,
}

/** A constraint of a domain is checked in every table with a column of the domain. NOT VALID delays that, under the same lock. */
function domainHazards({ cursor, context }: Subject): Hazard[] {
  cursor.accept('alter domain')
  const domain = cursor.name()
  if (isNew(context, domain)) return []
  const offset = cursor.peek().start
  const action = ACTIONS.find((words) => cursor.accept(words))
  if (action === undefined) return []
  if (action === 'add' && cursor.skipUntil((word) => word === 'not' && cursor.word(1) === 'valid')) return []
  return [
    hazard(DOMAIN_SCAN, {
      message: `every table with a column of the domain ${nameOf(domain)} is read whole, and writes to these tables are blocked`,
      advice: 'add a CHECK to each table instead: added NOT VALID and validated later, it blocks neither reads nor writes',
      offset,
    }),
  ]
}

const ACTIONS = ['add', 'set not null', 'validate constraint'] as const

function enumValueHazards({ cursor, context }: Subject): Hazard[] {
  const added = context.memory?.enumValues
  if (added === undefined || added.size === 0) return []
  const hazards: Hazard[] = []
  for (; !cursor.atEnd; cursor.skip()) {
    const { kind, start } = cursor.peek()
    const value = kind === 'string' ? literalValue(cursor.source()) : undefined
    if (value === undefined || !added.has(value)) continue
    hazards.push(
      hazard(ENUM_VALUE_IN_SAME_TRANSACTION, {
        message: `if '${value}' is the enum value added in this transaction, this statement fails (55P04)`,
        advice: 'put ALTER TYPE ... ADD VALUE into a file of its own, before this one',
        offset: start,
      }),
    )
  }
  return hazards
}
