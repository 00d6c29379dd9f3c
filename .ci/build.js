// Builds dist/. Start-up is part of the product: `skills migrate` runs in every deploy and most often has nothing to do.
// So the way to it is CommonJS (loading ES modules costs Node 20 about 5 ms of start), one file per step, and small:
// main.cjs, then the command's own file. Everything else is ES modules that share chunks.
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.dirname(import.meta.dirname)
const LEAN = ['migrate', 'migrate-status']
const REST = readdirSync(path.join(root, 'src', 'cli', 'commands'))
  .map((file) => path.basename(file, '.ts'))
  .filter((name) => !LEAN.includes(name))

const SHARED = {
  absWorkingDir: root,
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20.11',
  legalComments: 'none',
  minify: true,
  logLevel: 'warning',
}

// brings WebAssembly files of its own
const PGLITE = '@electric-sql/pglite'

// what a run without a terminal and without files of settings never loads: left in node_modules, so that one file is enough
const SELDOM = ['chalk', 'dotenv', 'lilconfig', 'ora']

/** The full parser of the command line is needed for help and for errors only: a bundle of its own. */
const programIsElsewhere = {
  name: 'program-is-elsewhere',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/program\.ts$/ }, () => ({ path: './program.js', external: true }))
  },
}

/** Applying migrations takes more code than finding that there are none to apply. */
const applyPendingIsElsewhere = {
  name: 'apply-pending-is-elsewhere',
  setup({ onResolve }) {
    onResolve({ filter: /\/apply-pending\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: '../../migrations/apply-pending.cjs', external: true } : undefined,
    )
  },
}

/** postgres.js loads Node's TLS, which src/db does for it when a connection asks for TLS, and a clock that is a global too. */
const withoutIdleBuiltins = {
  name: 'without-idle-builtins',
  setup({ onResolve, onLoad }) {
    const contents = { tls: 'export default {}', perf_hooks: 'export const performance = globalThis.performance' }
    onResolve({ filter: /^(tls|perf_hooks)$/ }, ({ path: name, importer }) =>
      /node_modules.postgres.src/.test(importer) ? { path: name, namespace: 'idle-builtin' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'idle-builtin' }, ({ path: name }) => ({ contents: contents[name] }))
  },
}

const lean = (entryPoints, options) =>
  build({
    ...SHARED,
    entryPoints,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': '__moduleUrl' },
    banner: { js: "const __moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
    ...options,
  })

const shared = (entryPoints) =>
  build({
    ...SHARED,
    entryPoints,
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    external: [PGLITE],
    plugins: [withoutIdleBuiltins],
    // some of the bundled packages are CommonJS
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  })

rmSync(path.join(root, 'dist'), { recursive: true, force: true })
await Promise.all([
  lean(['src/cli/main.ts'], { plugins: [programIsElsewhere] }),
  lean([...LEAN.map((name) => `src/cli/commands/${name}.ts`), 'src/migrations/apply-pending.ts'], {
    external: [PGLITE, ...SELDOM],
    plugins: [withoutIdleBuiltins, applyPendingIsElsewhere],
  }),
  shared(['src/cli/program.ts', ...REST.map((name) => `src/cli/commands/${name}.ts`), 'src/index.ts']),
])
