// A new embedded database, packed: initdb in PGlite takes 4 s and twice the memory of unpacking the result.
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
const manifest = path.join(path.dirname(entry), '..', 'package.json')
const { version } = JSON.parse(readFileSync(manifest, 'utf8'))

/** Named after the version of PGlite that created it: no other version can open it. */
export const ARCHIVE = `embedded-${version}.tar.gz`

/** Writes the archive, unless there is a current one. */
export async function packEmbedded(folder) {
  const file = path.join(folder, ARCHIVE)
  if (isCurrent(file)) return
  const { PGlite } = await import('@electric-sql/pglite')
  const db = await PGlite.create('memory://')
  await db.exec('CHECKPOINT')
  const archive = await db.dumpDataDir('gzip')
  await db.close()
  // an incomplete archive would be used from then on
  const draft = `${file}.draft`
  writeFileSync(draft, Buffer.from(await archive.arrayBuffer()))
  renameSync(draft, file)
}

/** Whether the archive is newer than its sources: this script and the installed PGlite. */
export function isCurrent(file) {
  const made = existsSync(file) ? statSync(file).mtimeMs : 0
  return made > Math.max(...[import.meta.filename, manifest].map((source) => statSync(source).mtimeMs))
}
