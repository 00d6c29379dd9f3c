import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { EmbeddedTarget } from '../core/target.ts'
import { packageRoot } from './package-files.ts'

/** The embedded database in a folder, or in `memory`. */
export function embeddedTarget(directory: string): EmbeddedTarget {
  return { kind: 'embedded', directory, archive: embeddedArchive() }
}

/** A new embedded database, packed by the build; undefined for another version of PGlite, which then creates its own. */
export function embeddedArchive(): string | undefined {
  const engine = createRequire(import.meta.filename).resolve('@electric-sql/pglite')
  const manifest = JSON.parse(readFileSync(path.join(path.dirname(engine), '..', 'package.json'), 'utf8')) as { version: string }
  const file = path.join(packageRoot(), 'dist', `embedded-${manifest.version}.tar.gz`)
  return existsSync(file) ? file : undefined
}
