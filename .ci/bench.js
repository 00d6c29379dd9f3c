// Bundles the benchmarks, which are TypeScript, and runs them. Arguments name the parts to run.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = path.dirname(import.meta.dirname)
const outfile = path.join(root, 'node_modules', '.cache', 'bench.mjs')
process.chdir(root)
await build({
  entryPoints: ['bench/run.ts'],
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  outfile,
  logLevel: 'error',
})
await import(pathToFileURL(outfile).href)
