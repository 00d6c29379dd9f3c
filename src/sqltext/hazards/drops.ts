import { readNames, readOldNames, type HazardGroup, type Subject } from './context.ts'
import { hazard, nameOf, type Hazard, type HazardType } from './hazard.ts'

const DROP_TABLE: HazardType = {
  code: 'DROP_TABLE',
  title: 'Clients that still use the table fail',
  when: '`DROP TABLE`, `DROP FOREIGN TABLE`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  squawk: ['ban-drop-table'],
  example: 'DROP TABLE orders;',
}

const DROP_DATABASE: HazardType = {
  code: 'DROP_DATABASE',
  title: 'DROP DATABASE deletes a whole database',
  when: '`DROP DATABASE`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  squawk: ['ban-drop-database'],
  example: 'DROP DATABASE shop;',
}

const DROP_CASCADE: HazardType = {
  code: 'DROP_CASCADE',
  title: 'CASCADE drops objects that the statement does not name',
  when: '`DROP SCHEMA`, `TYPE`, `DOMAIN`, `EXTENSION` with `CASCADE`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  example: 'DROP SCHEMA shop CASCADE;',
}

const TRUNCATE: HazardType = {
  code: 'TRUNCATE',
  title: 'TRUNCATE deletes all rows',
  when: '`TRUNCATE`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  example: 'TRUNCATE orders;',
}

const TRUNCATE_CASCADE: HazardType = {
  code: 'TRUNCATE_CASCADE',
  title: 'TRUNCATE ... CASCADE also deletes all rows of the tables that refer to the table',
  when: '`TRUNCATE ... CASCADE`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  squawk: ['ban-truncate-cascade'],
  example: 'TRUNCATE customers CASCADE;',
}

export const drops: HazardGroup = {
  types: [DROP_TABLE, DROP_DATABASE, DROP_CASCADE, TRUNCATE, TRUNCATE_CASCADE],
  statements: {
    'DROP TABLE': dropTableHazards,
    'DROP FOREIGN TABLE': dropTableHazards,
    'DROP DATABASE': dropDatabaseHazards,
    'DROP SCHEMA': dropCascadeHazards,
    'DROP TYPE': dropCascadeHazards,
    'DROP DOMAIN': dropCascadeHazards,
    'DROP EXTENSION': dropCascadeHazards,
    TRUNCATE: truncateHazards,
  },
}

function dropTableHazards({ cursor, kind, context }: Subject): Hazard[] {
  cursor.accept(kind.verb.toLowerCase())
  cursor.accept('if exists')
  return readOldNames(cursor, context).map(({ name, offset }) =>
    hazard(DROP_TABLE, {
      table: name,
      message: `clients that still use ${nameOf(name)} fail, and its rows are lost; the tables that its foreign keys refer to are locked too`,
      advice: 'first deploy a version that no longer uses it; RENAME it and wait, which can be undone, then drop it',
      offset,
    }),
  )
}

/** A hazard for each table, and one for the tables that CASCADE empties. */
function truncateHazards({ cursor, context }: Subject): Hazard[] {
  cursor.accept('truncate')
  cursor.accept('table')
  const tables = readOldNames(cursor, context)
  const hazards = tables.map(({ name, offset }) =>
    hazard(TRUNCATE, {
      table: name,
      message: `TRUNCATE deletes every row of ${nameOf(name)}, also for transactions that began before it`,
      advice: 'to delete some rows only, DELETE them in batches; otherwise keep a copy',
      offset,
    }),
  )
  if (tables.length === 0 || !cursor.skipUntil((word) => word === 'cascade')) return hazards
  const message = 'CASCADE also empties every table with a foreign key to these tables, and the tables with a foreign key to those'
  const advice = 'name the tables to empty, without CASCADE'
  return [...hazards, hazard(TRUNCATE_CASCADE, { message, advice, offset: cursor.peek().start })]
}

/** CASCADE, where it drops tables or columns too: with a schema, an extension, a type, a domain. */
function dropCascadeHazards({ cursor, kind, context }: Subject): Hazard[] {
  cursor.accept(kind.verb.toLowerCase())
  cursor.accept('if exists')
  const isSchema = kind.verb === 'DROP SCHEMA'
  const names = isSchema ? readNames(cursor) : readOldNames(cursor, context)
  if (names.length === 0 || !cursor.skipUntil((word) => word === 'cascade')) return []
  return [
    hazard(DROP_CASCADE, {
      message: `CASCADE drops ${isSchema ? 'all objects of the schema, and everything' : 'the columns of that type, and everything else'} that depends on it`,
      advice: 'drop the dependent objects by name, then this one without CASCADE',
      offset: cursor.peek().start,
    }),
  ]
}

function dropDatabaseHazards(): Hazard[] {
  return [
    hazard(DROP_DATABASE, {
      message: 'the database and everything in it is lost',
      advice: 'do not drop a database in a migration',
      offset: 0,
    }),
  ]
}
