import type { Db } from '../../../src/db/db.ts'
import { fault, type VerifyFault } from './fault.ts'
import { bare, namesOf } from './own-objects.ts'

/** Every comment of the package is missing or another one, in turn: a warning. */
export async function commentFaults(db: Db): Promise<VerifyFault[]> {
  const views = new Set(await namesOf(db, 'view'))
  return (await namesOf(db, 'comment')).map((name, i) => {
    const isMissing = i % 2 === 0
    const sql = `COMMENT ON ${kindOf(name, views)} ${name} IS ${isMissing ? 'NULL' : "'another comment'"}`
    const object = isMissing ? bare(name) : `comment on ${name}`
    return fault(`${isMissing ? 'no' : 'another'} comment on ${name}`, sql, object, {
      check: isMissing ? 'comments.present' : 'drift.comments',
      warns: true,
    })
  })
}

function kindOf(name: string, views: ReadonlySet<string>): string {
  if (name.includes('(')) return 'FUNCTION'
  if (name.includes('.')) return 'COLUMN'
  return views.has(name) ? 'VIEW' : 'TABLE'
}
