// Builds dist/. Start-up is part of the product: `skills migrate` runs in every deploy and most often has nothing to do,
// so it gets bundles of its own, small and few; everything else shares chunks.
import { rmSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.dirname(import.meta.dirname)
const LEAN = ['migrate', 'migrate-status']
const REST = ['migrate-new', 'migrate-repair', 'migrate-baseline', 'sync', 'verify', 'stats', 'quickstart']

/** The parser of the command line stays alone: it calls the other bundles by their place in dist/. */
const commandsAreElsewhere = {
  name: 'commands-are-elsewhere',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/(commands\/[a-z-]+|program)\.ts$/ }, ({ path: file, kind }) =>
      kind === 'dynamic-import' ? { path: file.replace(/\.ts$/, '.js'), external: true } : undefined,
    )
  },
}

const bundle = (entryPoints, { external = [], plugins = [] } = {}) =>
  build({
    absWorkingDir: root,
    entryPoints,
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.11',
    // brings WebAssembly files of its own
    external: ['@electric-sql/pglite', ...external],
    plugins,
    legalComments: 'none',
    minify: true,

    // some of the bundled packages are CommonJS
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
    logLevel: 'warning',
  })

// what a run without a terminal and without files of settings never loads: left in node_modules, so that one file is enough
const SELDOM = ['chalk', 'dotenv', 'lilconfig', 'ora']

rmSync(path.join(root, 'dist'), { recursive: true, force: true })
await Promise.all([
  ...['main', 'program'].map((name) => bundle([`src/cli/${name}.ts`], { plugins: [commandsAreElsewhere] })),
  ...LEAN.map((name) => bundle([`src/cli/commands/${name}.ts`], { external: SELDOM })),
  bundle([...REST.map((name) => `src/cli/commands/${name}.ts`), 'src/index.ts']),
])
