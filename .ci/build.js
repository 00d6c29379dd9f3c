// Builds dist/. Start-up is part of the product: `skills migrate` runs in every deploy and most often has nothing to do,
// so it gets bundles of its own, small and few; everything else shares chunks.
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.dirname(import.meta.dirname)
const LEAN = ['migrate', 'migrate-status']
const REST = readdirSync(path.join(root, 'src', 'cli', 'commands'))
  .map((file) => path.basename(file, '.ts'))
  .filter((name) => !LEAN.includes(name))

/** The full parser of the command line is needed for help and for errors only: a bundle of its own beside main.js. */
const programIsElsewhere = {
  name: 'program-is-elsewhere',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/program\.ts$/ }, () => ({ path: './program.js', external: true }))
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
  ...['main', 'program'].map((name) => bundle([`src/cli/${name}.ts`], { plugins: [programIsElsewhere] })),
  ...LEAN.map((name) => bundle([`src/cli/commands/${name}.ts`], { external: SELDOM })),
  bundle([...REST.map((name) => `src/cli/commands/${name}.ts`), 'src/index.ts']),
])
