// A new embedded database, packed: initdb in PGlite takes 4 s and twice the memory of unpacking the result.
// The same PGlite and Node always make the same bytes, so that anybody can check the published archive.
import { spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
const manifest = path.join(path.dirname(entry), '..', 'package.json')
const { version } = JSON.parse(readFileSync(manifest, 'utf8'))

/** Named after the version of PGlite that created it: no other version can open it. */
export const ARCHIVE = `embedded-${version}.tar.gz`

/** Writes the archive, unless there is a current one. */
export async function packEmbedded(folder) {
  const file = path.join(folder, ARCHIVE)
  if (isCurrent(file)) return
  // in a process of its own, where the clock can be fixed
  const { status } = spawnSync(process.execPath, [import.meta.filename, file], { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`packing the embedded database failed (exit code ${status})`)
}

/** Whether the archive is newer than its sources: this script and the installed PGlite. */
export function isCurrent(file) {
  const made = existsSync(file) ? statSync(file).mtimeMs : 0
  return made > Math.max(...[import.meta.filename, manifest].map((source) => statSync(source).mtimeMs))
}

/** Fixes what makes two databases differ: the clock (system identifier, times of files) and random bytes (pg_control). */
function fixClockAndRandomness() {
  const now = Date.UTC(2026, 0, 1)
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...parts) {
      super(...(parts.length === 0 ? [now] : parts))
    }

    static now() {
      return now
    }
  }
  performance.now = () => 0
  crypto.randomFillSync = (view) => (new Uint8Array(view.buffer, view.byteOffset, view.byteLength).fill(0), view)
  syncBuiltinESMExports()
}

async function pack(file) {
  fixClockAndRandomness()
  const { PGlite } = await import('@electric-sql/pglite')
  const db = await PGlite.create('memory://')
  await db.exec('CHECKPOINT')
  const archive = await db.dumpDataDir('none')
  await db.close()
  // an incomplete archive would be used from then on
  const draft = `${file}.draft`
  writeFileSync(draft, gzipSync(Buffer.from(await archive.arrayBuffer()), { level: 9 }))
  renameSync(draft, file)
}

if (import.meta.filename === process.argv[1]) await pack(process.argv[2])
