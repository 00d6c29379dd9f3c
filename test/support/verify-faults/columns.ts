import type { Db } from '../../../src/db/db.ts'
import { fault, TABLES, type VerifyFault } from './fault.ts'

interface Column {
  table: string
  name: string
  type: string
  notNull: boolean
  default: string | null
  isKey: boolean
}

/** Each column is dropped, has another type, another nullability and another default. */
export async function columnFaults(db: Db): Promise<VerifyFault[]> {
  return (await readColumns(db)).flatMap(faultsOf)
}

async function readColumns(db: Db): Promise<Column[]> {
  return db.query(
    `SELECT c.relname::text AS "table", a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
       pg_get_expr(d.adbin, d.adrelid) AS "default", EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS "isKey"
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relname IN (SELECT jsonb_array_elements_text($1::jsonb)) AND c.relkind = 'r' ORDER BY c.oid, a.attnum`,
    [[...TABLES]],
  ) as Promise<never[]>
}

const OTHER_TYPE: Readonly<Record<string, string>> = {
  text: 'varchar(40)',
  integer: 'bigint',
  bigint: 'numeric',
  uuid: 'text',
  numeric: 'double precision',
  'timestamp with time zone': 'timestamp',
  jsonb: 'json',
  'text[]': 'varchar[]',
}

function faultsOf({ table, name, type, notNull, default: standard, isKey }: Column): VerifyFault[] {
  const object = `column ${table}.${name}`
  const alter = (what: string): string => `ALTER TABLE ${table} ALTER COLUMN ${name} ${what}`
  const other = OTHER_TYPE[type]
  return [
    fault(`drop ${object}`, `ALTER TABLE ${table} DROP COLUMN ${name} CASCADE`, object),
    ...(other === undefined || name === 'meta'
      ? []
      : [
          fault(
            `type of ${object}`,
            `DROP VIEW v_skill_effectiveness, v_skill_cooccurrence; ${alter(`TYPE ${other} USING ${name}::${other}`)}`,
            object,
          ),
        ]),
    ...(isKey ? [] : [fault(`nullability of ${object}`, notNull ? alter('DROP NOT NULL') : alter('SET NOT NULL'), object)]),
    ...(standard === null
      ? [
          fault(
            `a default for ${object}`,
            alter(`SET DEFAULT ${type === 'uuid' ? 'gen_random_uuid()' : type === 'text' ? "'x'" : 'NULL::' + type}`),
            object,
          ),
        ].filter(() => type === 'uuid' || type === 'text')
      : [fault(`no default for ${object}`, alter('DROP DEFAULT'), object)]),
  ]
}
