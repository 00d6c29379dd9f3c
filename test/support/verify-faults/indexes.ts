import type { Db } from '../../../src/db/db.ts'
import { fault, type VerifyFault } from './fault.ts'

/** Each index is dropped, has another order, no predicate; some are invalid, unique or of another method. */
export async function indexFaults(db: Db): Promise<VerifyFault[]> {
  const rows = await db.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'idx%' ORDER BY 1`,
  )
  return rows.flatMap(({ name, definition }) => {
    const object = `index ${name}`
    const again = (text: string): string => `DROP INDEX ${name}; ${text}`
    return [
      fault(`drop ${object}`, `DROP INDEX ${name}`, object),
      fault(
        `order of ${object}`,
        again(/ DESC\)/.test(definition) ? definition.replace(' DESC)', ')') : definition.replace(/\)( WHERE .*)?$/, ' DESC)$1')),
        object,
      ),
      ...(/ WHERE /.test(definition) ? [fault(`no predicate of ${object}`, again(definition.replace(/ WHERE .*/, '')), object)] : []),
      ...(name.endsWith('user_time') || name.endsWith('signature')
        ? [
            fault(`invalid ${object}`, `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${name}'::regclass`, object),
            fault(`unique ${object}`, again(definition.replace('CREATE INDEX', 'CREATE UNIQUE INDEX')), object),
            fault(`method of ${object}`, again(definition.replace('USING btree', 'USING brin').replaceAll(' DESC', '')), object),
          ]
        : []),
    ]
  })
}
