import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { importGlob } from './import-glob.js'

const root = path.dirname(import.meta.dirname)

/** Bundles a module of the TypeScript source, by its path in the project, and imports it. */
export async function importSource(file) {
  const outfile = path.join(root, 'node_modules', '.cache', 'source', `${file.replaceAll('/', '-')}.mjs`)
  await build({
    absWorkingDir: root,
    plugins: [importGlob],
    entryPoints: [file],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
  })
  return import(pathToFileURL(outfile).href)
}
