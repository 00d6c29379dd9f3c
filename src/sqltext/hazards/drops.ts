import { hazard, nameOf, type HazardRule } from './hazard.ts'
import { readNames, readOldNames } from './names.ts'

/** `DROP TABLE a, b`, `DROP FOREIGN TABLE a`. */
export const dropTableHazards: HazardRule = ({ cursor, kind, context }) => {
  cursor.accept(kind.verb.toLowerCase())
  cursor.accept('if exists')
  return readOldNames(cursor, context).map(({ name, offset }) =>
    hazard({
      code: 'DROP_TABLE',
      lock: 'ACCESS EXCLUSIVE',
      table: name,
      message: `clients that still use ${nameOf(name)} fail and its rows are gone; the tables that its foreign keys refer to are locked as well`,
      advice: 'first deploy the version that no longer uses it; RENAME it and wait, which can be undone, then drop it',
      offset,
    }),
  )
}

/** `TRUNCATE a, b CASCADE`: a hazard for each table, and one for what CASCADE empties besides. */
export const truncateHazards: HazardRule = ({ cursor, context }) => {
  cursor.accept('truncate')
  cursor.accept('table')
  const tables = readOldNames(cursor, context)
  const hazards = tables.map(({ name, offset }) =>
    hazard({
      code: 'TRUNCATE',
      lock: 'ACCESS EXCLUSIVE',
      table: name,
      message: `TRUNCATE takes every row of ${nameOf(name)} away, also from transactions that began before it`,
      advice: 'if only some rows are meant, DELETE them in batches; else keep a copy',
      offset,
    }),
  )
  if (tables.length === 0 || !cursor.skipUntil((word) => word === 'cascade')) return hazards
  const message = 'CASCADE also empties every table with a foreign key to these, and to those in turn'
  const advice = 'name the tables that are to be emptied, without CASCADE'
  return [...hazards, hazard({ code: 'TRUNCATE_CASCADE', lock: 'ACCESS EXCLUSIVE', message, advice, offset: cursor.peek().start })]
}

/** CASCADE, where it takes tables or columns along: of a schema, an extension, a type, a domain. */
export const dropCascadeHazards: HazardRule = ({ cursor, kind, context }) => {
  cursor.accept(kind.verb.toLowerCase())
  cursor.accept('if exists')
  const isSchema = kind.verb === 'DROP SCHEMA'
  const names = isSchema ? readNames(cursor) : readOldNames(cursor, context)
  if (names.length === 0 || !cursor.skipUntil((word) => word === 'cascade')) return []
  return [
    hazard({
      code: 'DROP_CASCADE',
      lock: 'ACCESS EXCLUSIVE',
      message: `CASCADE drops ${isSchema ? 'all that is in the schema, and what' : 'the columns of that type, and what else'} depends on it`,
      advice: 'drop what depends on it by name, then this without CASCADE, so that nothing goes unseen',
      offset: cursor.peek().start,
    }),
  ]
}

export const dropDatabaseHazards: HazardRule = () => [
  hazard({
    code: 'DROP_DATABASE',
    lock: 'ACCESS EXCLUSIVE',
    message: 'the database is gone with all that is in it',
    advice: 'not in a migration',
    offset: 0,
  }),
]
