import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Db } from '../../../src/db/db.ts'

const read = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8')

/** Statements that create objects of every kind, as far as the database has it. */
export function richSchema({ info }: Pick<Db, 'info'>): string {
  const text = [
    read('schema.sql'),
    ...(info.version >= 140_000 ? [read('since-14.sql')] : []),
    ...(info.version >= 180_000 ? [read('since-18.sql')] : []),
  ].join('\n')
  // PGlite comes without extensions
  return info.kind === 'embedded' ? text.replace(/^CREATE EXTENSION .*$/m, '').replaceAll('citext', 'text') : text
}

/** GRANT and REVOKE on these objects, for the roles of `richRoles`. */
export function richPrivileges(): string {
  return read('privileges.sql')
}

/** Creates the roles that the privileges are for; the databases of a server share them. */
export function richRoles(): string {
  return ['dump_reader', 'dump_writer']
    .map((role) => `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;`)
    .join('\n')
}
