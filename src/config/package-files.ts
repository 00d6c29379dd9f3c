import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the installed package with `sql/` and `skills/`: the same from `src` and from the bundle in `dist`. */
export function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder)
  return folder
}

/** Version of the package. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  return manifest.version
}

/** A new embedded database, packed by the build; undefined for another version of PGlite, which then creates its own. */
export function embeddedArchive(): string | undefined {
  const engine = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const manifest = JSON.parse(readFileSync(path.join(path.dirname(engine), '..', 'package.json'), 'utf8')) as { version: string }
  const file = path.join(packageRoot(), 'dist', `embedded-${manifest.version}.tar.gz`)
  return existsSync(file) ? file : undefined
}

/** The tool in a ledger row: `skills 1.2.3`. */
export function toolName(): string {
  return `skills ${packageVersion()}`
}

/** The query that reads the objects of a schema from the catalog. */
export function catalogQuery(): string {
  return path.join(packageRoot(), 'sql', 'catalog', 'objects.sql')
}

/** The migrations of the package, then those of the user. People see the label. */
export function migrationSources(dirs: readonly string[] = []): { directory: string; label: string; own: boolean }[] {
  const own = { directory: path.join(packageRoot(), 'sql', 'migrations'), label: 'sql/migrations', own: true }
  return [own, ...dirs.map((directory) => ({ directory, label: directory, own: false }))]
}

/** The checks of the package, then those of the user. */
export function checkSources(dirs: readonly string[] = []): { directory: string; label: string }[] {
  const own = { directory: path.join(packageRoot(), 'sql', 'verify'), label: 'sql/verify' }
  return [own, ...dirs.map((directory) => ({ directory, label: directory }))]
}

/** Names of the optional packs whose migrations are all among the versions. */
export function installedPacks(versions: readonly string[]): string[] {
  const folder = path.join(packageRoot(), 'sql', 'packs')
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((pack) => {
    const files = readdirSync(path.join(folder, pack)).filter((name) => name.endsWith('.sql'))
    return files.length > 0 && files.every((name) => versions.includes(name.slice(0, -'.sql'.length)))
  })
}
