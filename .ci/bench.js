// Bundles the benchmarks, which are TypeScript, and runs them. Arguments name the parts to run.
import path from 'node:path'
import { importSource } from './import-source.js'

process.chdir(path.dirname(import.meta.dirname))
await importSource('bench/run.ts')
