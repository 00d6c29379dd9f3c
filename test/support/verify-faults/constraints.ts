import type { CatalogObject } from '../../../src/db/catalog.ts'
import type { Db } from '../../../src/db/db.ts'
import { fault, type VerifyFault } from './fault.ts'
import { ownObjects } from './own-objects.ts'

/** Every CHECK: dropped, in force for new rows only, with another condition. */
export async function constraintFaults(db: Db): Promise<VerifyFault[]> {
  const checks = (await ownObjects(db, 'constraint')).filter(({ definition }) => definition.startsWith('CHECK '))
  return checks.flatMap(faultsOf)
}

function faultsOf({ name, definition }: CatalogObject): VerifyFault[] {
  const [table = '', constraint = ''] = name.split('.')
  const again = (text: string): string => `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}, ADD CONSTRAINT ${constraint} ${text}`
  const object = `constraint ${name}`
  return [
    fault(`no ${object}`, `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}`, object),
    fault(`another condition of ${object}`, again(`CHECK (true OR ${definition.slice('CHECK '.length)})`), object),
    fault(`another name of ${object}`, `ALTER TABLE ${table} RENAME CONSTRAINT ${constraint} TO other_name`, object, {
      check: 'drift.names',
      warns: true,
    }),
    fault(`not validated ${object}`, again(`${definition} NOT VALID`), object, { check: 'tables.rows', warns: true }),
  ]
}
