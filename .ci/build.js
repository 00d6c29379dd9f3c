// Builds dist/: the bundles, the packed embedded database and the manifest of the schema.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { bundle } from './bundle.js'
import { ARCHIVE, packEmbedded } from './pack-embedded.js'
import { MANIFEST, makeSchemaManifest, STATEMENTS } from './schema-manifest.js'

const dist = path.join(path.dirname(import.meta.dirname), 'dist')
mkdirSync(dist, { recursive: true })
const KEPT = new Set([ARCHIVE, MANIFEST, STATEMENTS])
for (const entry of readdirSync(dist)) if (!KEPT.has(entry)) rmSync(path.join(dist, entry), { recursive: true })
await Promise.all([packEmbedded(dist).then(() => makeSchemaManifest()), bundle()])
