import { readdirSync } from 'node:fs'
import path from 'node:path'

/** Versions of the package's own migrations, in order. */
export const OWN_MIGRATIONS: readonly string[] = readdirSync(path.resolve(import.meta.dirname, '../../sql/migrations'))
  .filter((name) => name.endsWith('.sql'))
  .map((name) => name.slice(0, -'.sql'.length))
  .toSorted()
