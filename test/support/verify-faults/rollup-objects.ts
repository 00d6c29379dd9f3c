import type { CatalogObject } from '../../../src/db/catalog.ts'
import type { Db } from '../../../src/db/db.ts'
import { fault, type VerifyFault } from './fault.ts'
import { namesOf, ownObjects } from './own-objects.ts'

/** The tables of the rollups: each in every way, and each column in one way. */
export async function rollupObjectFaults(db: Db): Promise<VerifyFault[]> {
  const columns = (await ownObjects(db, 'column')).filter(({ name }) => isRollup(name))
  return [...(await namesOf(db, 'table')).filter(isRollup).flatMap(tableFaults), ...columns.map(columnFault)]
}

function isRollup(name: string): boolean {
  return name.startsWith('skill_rollup_')
}

function tableFaults(table: string): VerifyFault[] {
  const object = `table ${table}`
  return [
    fault(`drop ${object}`, `DROP TABLE ${table} CASCADE`, object),
    fault(`unlogged ${object}`, `ALTER TABLE ${table} SET UNLOGGED`, object),
    fault(`rename ${object}`, `ALTER TABLE ${table} RENAME TO renamed`, object),
    fault(`no key of ${table}`, `ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`, `primary key ${table}`),
  ]
}

/** Each column is dropped, renamed, of another type, or has a default, in turn. */
function columnFault({ name, definition }: CatalogObject, index: number): VerifyFault {
  const [table = '', column = ''] = name.split('.')
  const object = `column ${name}`
  const alter = (what: string): string => `ALTER TABLE ${table} ALTER COLUMN ${column} ${what}`
  const [type = ''] = definition.split(/ not null| default /)
  const changes = [
    fault(`drop ${object}`, `ALTER TABLE ${table} DROP COLUMN ${column} CASCADE`, object),
    fault(`rename ${object}`, `ALTER TABLE ${table} RENAME COLUMN ${column} TO renamed`, object),
    fault(
      `other default of ${object}`,
      alter(definition.endsWith(' default 0') ? 'SET DEFAULT 1' : `SET DEFAULT ${DEFAULTS[type] ?? '0'}`),
      object,
    ),
    fault(
      `nullability of ${object}`,
      `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${table}_pkey; ${alter(definition.includes(' not null') ? 'DROP NOT NULL' : 'SET NOT NULL')}`,
      object,
    ),
  ]
  return changes[index % changes.length] ?? fault('', '', '')
}

const DEFAULTS: Readonly<Record<string, string>> = {
  text: "'x'",
  'text[]': "'{x}'",
  'bigint[]': "'{1}'",
  uuid: 'gen_random_uuid()',
  date: "'2026-01-01'",
  boolean: 'true',
  'timestamp with time zone': 'clock_timestamp()',
  txid_snapshot: "'1:1:'",
}
