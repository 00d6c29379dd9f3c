import { migrationSources } from '../../src/config/package-files.ts'
import { readMigrations } from '../../src/migrations/files/read-migrations.ts'

/** Versions of the package's own migrations, in the order in which they run. */
export const OWN_MIGRATIONS: readonly string[] = readMigrations(migrationSources()).map(({ version }) => version)
