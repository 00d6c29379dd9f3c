import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Db } from '../../src/db/db.ts'

/** Removes the bounds of the tables, so that rows can be inserted that an older database can have. */
export async function dropBounds(db: Db): Promise<void> {
  await db.exec(`DO $drop$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS name, conname FROM pg_constraint WHERE contype = 'c' AND conrelid NOT IN (0, 'skills_registry'::regclass) LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.name, c.conname);
    END LOOP; END $drop$`)
}

/** Adds them again, as the first of the two migrations does: NOT VALID. */
export async function restoreBounds(db: Db): Promise<void> {
  await db.exec(readFileSync(path.resolve(import.meta.dirname, '../../sql/migrations/20261123_skill_bounds.sql'), 'utf8'))
}
